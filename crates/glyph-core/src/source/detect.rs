//! Which format a source has, by its first bytes and its name; and what it is when it holds no listings at all.

use super::SourceError;

/// The formats that listings are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    Csv,
    Tsv,
    JsonLines,
    Json,
    Shopify,
    Parquet,
}

impl Format {
    pub const ALL: [Format; 6] = [
        Format::Csv,
        Format::Tsv,
        Format::JsonLines,
        Format::Json,
        Format::Shopify,
        Format::Parquet,
    ];

    /// The stable name: `csv`, `tsv`, `jsonl`, `json`, `shopify`, `parquet`.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Tsv => "tsv",
            Format::JsonLines => "jsonl",
            Format::Json => "json",
            Format::Shopify => "shopify",
            Format::Parquet => "parquet",
        }
    }

    /// The format of that stable name.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL
            .into_iter()
            .find(|format| format.as_str() == name)
    }

    /// What the name of a file says of its format, past `.gz` and `.zst`.
    pub fn from_file_name(name: &str) -> Option<Format> {
        let name = name.to_ascii_lowercase();
        let plain = name
            .strip_suffix(".gz")
            .or_else(|| name.strip_suffix(".zst"))
            .unwrap_or(&name);
        match plain.rsplit_once('.')?.1 {
            "csv" => Some(Format::Csv),
            "tsv" | "tab" => Some(Format::Tsv),
            "jsonl" | "ndjson" => Some(Format::JsonLines),
            "json" => Some(Format::Json),
            "parquet" | "pq" => Some(Format::Parquet),
            _ => None,
        }
    }
}

/// Whether a file that starts so is Parquet, which [`super::parquet::ParquetSource`] reads and [`super::open()`] cannot.
pub fn is_parquet(start: &[u8]) -> bool {
    start.starts_with(b"PAR1")
}

/// Refuses what is no text of listings, naming what it looks like. `start` is what stands after the byte-order mark. NUL
/// bytes are let pass where the user has said which text it is.
pub(super) fn refuse_foreign(start: &[u8], asked: Option<Format>) -> Result<(), SourceError> {
    let found = foreign(start).or_else(|| {
        let is_binary = asked.is_none() && looks_binary(start);
        is_binary.then_some((
            "binary data",
            "the formats are CSV, TSV, JSON Lines, JSON, Shopify products.json and Parquet",
        ))
    });
    match found {
        Some((looks_like, hint)) => Err(SourceError::Unsupported { looks_like, hint }),
        None => Ok(()),
    }
}

/// What a file is by its first bytes, and the way out.
fn foreign(start: &[u8]) -> Option<(&'static str, &'static str)> {
    const EXPORT: &str = "save or export it as CSV";
    const UNPACK: &str = "unpack it, or pack it with gzip or zstd";
    let holds = |text: &[u8]| memchr::memmem::find(start, text).is_some();
    Some(match start {
        [b'P', b'A', b'R', b'1', ..] => (
            "a Parquet file",
            "Parquet is read from its end: give it as an unpacked file, not as a stream",
        ),
        [b'P', b'K', 3, 4, ..] if holds(b"xl/") || holds(b"[Content_Types].xml") => {
            ("an Excel workbook", "save it as CSV")
        }
        [b'P', b'K', 3 | 5, 4 | 6, ..] => ("a zip archive", UNPACK),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => ("an old Excel workbook", "save it as CSV"),
        [b'%', b'P', b'D', b'F', ..] => ("a PDF document", "get the listings as CSV or JSON"),
        [0x1F, 0x8B, ..] | [0x28, 0xB5, 0x2F, 0xFD, ..] => {
            ("a file compressed twice", "unpack it once")
        }
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => ("a bzip2 file", UNPACK),
        [0xFD, b'7', b'z', b'X', b'Z', ..] => ("an xz file", UNPACK),
        [b'7', b'z', 0xBC, 0xAF, ..] => ("a 7z archive", UNPACK),
        [b'R', b'a', b'r', b'!', ..] => ("a rar archive", UNPACK),
        _ if start.starts_with(b"SQLite format 3\0") => ("an SQLite database", EXPORT),
        _ if starts_as_markup(start) => (
            "a web page or XML",
            "download the file itself: the page may be an error or a log-in",
        ),
        _ => return None,
    })
}

fn starts_as_markup(start: &[u8]) -> bool {
    let text = start.trim_ascii_start();
    [&b"<!"[..], b"<html", b"<?xml", b"<head", b"<body", b"<rss"]
        .iter()
        .any(|tag| {
            text.get(..tag.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(tag))
        })
}

/// NUL bytes in the first line, or often: a single one in a cell is left to the row that holds it.
fn looks_binary(start: &[u8]) -> bool {
    let first_line = start
        .split(|&byte| byte == b'\n' || byte == b'\r')
        .find(|line| !line.is_empty())
        .unwrap_or(b"");
    first_line.contains(&0) || memchr::memchr_iter(0, start).count() * 10 > start.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(start: &[u8], expected: Option<&str>) {
        let found = match refuse_foreign(start, None) {
            Err(SourceError::Unsupported { looks_like, .. }) => Some(looks_like),
            _ => None,
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn names_what_is_no_listing() {
        check(
            b"PK\x03\x04\x14\0xl/workbook.xml",
            Some("an Excel workbook"),
        );
        check(b"PK\x03\x04\x14\0a.csv", Some("a zip archive"));
        check(b"%PDF-1.7", Some("a PDF document"));
        check(b"\n <!DOCTYPE html>", Some("a web page or XML"));
        check(b"<HTML><body>", Some("a web page or XML"));
        check(b"PAR1\x15", Some("a Parquet file"));
        check(b"\x7FELF\x02\x01\x01\0\0\0", Some("binary data"));
    }

    #[test]
    fn text_with_a_rare_nul_passes() {
        let text = [b"title,price\na\0,1\n".to_vec(), b"b,2\n".repeat(100)].concat();
        check(&text, None);
        check(b"", None);
        check("заголовок;цена\n".as_bytes(), None);
    }

    #[test]
    fn a_name_tells_its_format_past_the_packing() {
        assert_eq!(
            Format::from_file_name("a.b/Stock.CSV.gz"),
            Some(Format::Csv)
        );
        assert_eq!(
            Format::from_file_name("x.ndjson.zst"),
            Some(Format::JsonLines)
        );
        assert_eq!(Format::from_file_name("listings"), None);
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.as_str()), Some(format));
        }
    }
}
