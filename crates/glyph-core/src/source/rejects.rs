//! Writes rejected records back as a file of their source's own format, to be mended and imported again.
//!
//! - CSV and TSV: the mark and the header as they came, and the records as they came, with the header's line terminator
//!   and in the source's encoding. What is read from this file is what was rejected, record by record.
//! - JSON Lines: a line a record. JSON: an array. Shopify: a `products.json` whose products have one variant each
//!   ([`super::shopify`]). Parquet: JSON Lines, since a Parquet file is not mended by hand.

use std::io::Write;

use super::Format;
use super::encoding::{Encoding, detect_encoding};

/// Writes `rows`, the [`super::RawRow::repair_bytes`] of rejected rows in the order of their source, whose
/// [`super::RowSource::header_raw`] is `header_raw`.
///
/// # Errors
/// Those of `out`.
pub fn write_rejects<'a>(
    format: Format,
    header_raw: &[u8],
    rows: impl Iterator<Item = &'a [u8]>,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let (encoding, mark) = detect_encoding(header_raw).unwrap_or((Encoding::Utf8, b""));
    match format {
        Format::Csv | Format::Tsv => write_csv(encoding, header_raw, rows, out),
        Format::JsonLines | Format::Parquet => {
            out.write_all(mark)?;
            for row in rows {
                out.write_all(&encoding.complete(row))?;
                out.write_all(&encoding.encode_ascii("\n"))?;
            }
            Ok(())
        }
        Format::Json => write_list(encoding, mark, ["[", "]\n"], rows, out),
        Format::Shopify => write_list(Encoding::Utf8, b"", ["{\"products\":[", "]}\n"], rows, out),
    }
}

fn write_csv<'a>(
    encoding: Encoding,
    header_raw: &[u8],
    rows: impl Iterator<Item = &'a [u8]>,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let [line_feed, carriage_return, both] =
        ["\n", "\r", "\r\n"].map(|ascii| encoding.encode_ascii(ascii));
    let (terminator, is_missing) = if header_raw.ends_with(&both) {
        (&both, false)
    } else if header_raw.ends_with(&carriage_return) {
        (&carriage_return, false)
    } else {
        (&line_feed, !header_raw.ends_with(&line_feed))
    };
    out.write_all(header_raw)?;
    if is_missing {
        out.write_all(terminator)?;
    }
    // A record at the end of a source may have a quote left open. A terminator after it would become part of its cell.
    let mut ends_open = false;
    let mut is_first = true;
    for row in rows {
        if !is_first {
            out.write_all(terminator)?;
        }
        out.write_all(&encoding.complete(row))?;
        ends_open = row.contains(&b'"');
        is_first = false;
    }
    if !is_first && !ends_open {
        out.write_all(terminator)?;
    }
    Ok(())
}

fn write_list<'a>(
    encoding: Encoding,
    mark: &[u8],
    [open, close]: [&str; 2],
    rows: impl Iterator<Item = &'a [u8]>,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    out.write_all(mark)?;
    out.write_all(&encoding.encode_ascii(open))?;
    let mut separator = "\n";
    for row in rows {
        out.write_all(&encoding.encode_ascii(separator))?;
        out.write_all(&encoding.complete(row))?;
        separator = ",\n";
    }
    out.write_all(&encoding.encode_ascii("\n"))?;
    out.write_all(&encoding.encode_ascii(close))
}

#[cfg(test)]
mod tests {
    use super::super::{RawRow, SourceOptions, open};
    use super::*;

    /// Reads a source and gives the format, the header and the rows that a repair file would hold.
    fn read(bytes: &[u8]) -> (Format, Vec<u8>, Vec<RawRow>) {
        let reader = Box::new(std::io::Cursor::new(bytes.to_vec()));
        let mut source = open(reader, &SourceOptions::default()).unwrap();
        let mut rows = Vec::new();
        let mut row = RawRow::default();
        while source.next_row(&mut row).unwrap() {
            rows.push(row.clone());
        }
        let format = Format::from_name(source.findings().format).unwrap();
        (format, source.header_raw().to_vec(), rows)
    }

    /// Every row written back and read again has the same cells, under the same columns.
    #[track_caller]
    fn check(bytes: &[u8]) -> Vec<u8> {
        let (format, header, rows) = read(bytes);
        let mut written = Vec::new();
        let repairs = rows.iter().map(RawRow::repair_bytes);
        write_rejects(format, &header, repairs, &mut written).unwrap();
        let (again, header_again, rows_again) = read(&written);
        assert_eq!((format, header), (again, header_again));
        assert_eq!(rows.len(), rows_again.len());
        for (row, again) in rows.iter().zip(&rows_again) {
            assert_eq!(
                row.cells.iter().collect::<Vec<_>>(),
                again.cells.iter().collect::<Vec<_>>()
            );
            assert_eq!(row.fault.is_some(), again.fault.is_some());
        }
        written
    }

    fn utf_16(text: &str) -> Vec<u8> {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        b"\xFF\xFE".iter().copied().chain(units).collect()
    }

    #[test]
    fn csv_records_come_back_as_they_came() {
        assert_eq!(
            check(b"a;b\r\n1;\"x\r\ny\"\r\n\r\n2;3"),
            b"a;b\r\n1;\"x\r\ny\"\r\n2;3\r\n"
        );
        assert_eq!(
            check(b"\xEF\xBB\xBFa,b\r1,2\r3\r"),
            b"\xEF\xBB\xBFa,b\r1,2\r3\r"
        );
        assert_eq!(check(b"a\tb\n1\t\x80\n"), b"a\tb\n1\t\x80\n");
    }

    #[test]
    fn a_header_that_starts_as_a_mark_or_a_packed_file_does_not_become_one() {
        assert_eq!(check(b"\n\xFE\xFF,b\n1,2\n"), b"\n\xFE\xFF,b\n1,2\n");
        check(b"\r\n\x1F\x8B,b\r\n1,2\r\n");
    }

    #[test]
    fn a_quote_left_open_at_the_end_stays_as_it_is() {
        assert_eq!(check(b"a,b\n1,2\n3,\"open"), b"a,b\n1,2\n3,\"open");
    }

    #[test]
    fn sources_in_utf_16_come_back_in_utf_16() {
        let text = utf_16("a,b\r\n1,€\r\n2\r\n");
        assert_eq!(check(&text), text);
        let text = utf_16("{\"a\":\"€\"}\n[1]\n");
        assert_eq!(check(&text), text);
        check(&utf_16("[{\"a\":\"€\"},\n{\"a\":2}]"));
    }

    #[test]
    fn json_comes_back_as_json() {
        assert_eq!(check(b"{\"a\":1}\nbad\n"), b"{\"a\":1}\nbad\n");
        assert_eq!(
            check(b"{\"data\":[{\"a\":1},{\"a\" 2}]}"),
            b"[\n{\"a\":1},\n{\"a\" 2}\n]\n"
        );
    }

    #[test]
    fn a_variant_comes_back_within_its_product() {
        let text =
            br#"{"products":[{"id":7,"title":"RTX 3090","handle":"h","tags":["x","y"],"variants":[
            {"id":1,"title":"Used","price":"700.00"},{"id":2,"title":"New","price":"0.00"}]}]}"#;
        let written = String::from_utf8(check(text)).unwrap();
        assert!(
            written.starts_with("{\"products\":[\n{\"id\":7,\"title\":\"RTX 3090\""),
            "{written}"
        );
    }
}
