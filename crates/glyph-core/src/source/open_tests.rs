use std::io::{Cursor, Write};

use super::super::{RawRow, RowSpan};
use super::*;
use crate::reject::ErrorCode;

fn open_bytes(bytes: &[u8], options: &SourceOptions) -> Result<Box<dyn RowSource>, SourceError> {
    open(Box::new(Cursor::new(bytes.to_vec())), options)
}

fn rows_of(source: &mut dyn RowSource) -> Result<Vec<RawRow>, SourceError> {
    let mut rows = Vec::new();
    let mut row = RawRow::default();
    while source.next_row(&mut row)? {
        assert_eq!(row.index, rows.len() as u64);
        rows.push(row.clone());
    }
    Ok(rows)
}

/// All rows of a plain source, each checked to stand where its span says.
fn read(
    bytes: &[u8],
    options: &SourceOptions,
) -> Result<(Box<dyn RowSource>, Vec<RawRow>), SourceError> {
    let mut source = open_bytes(bytes, options)?;
    let rows = rows_of(&mut *source)?;
    let mut end = 0;
    for row in &rows {
        let start = row.span.byte_start as usize;
        assert!(start >= end);
        end = start + row.span.byte_len as usize;
        assert_eq!(bytes[start..end], row.raw, "row {}", row.index);
    }
    Ok((source, rows))
}

#[track_caller]
fn check_format(bytes: &[u8], format: &str, row_count: usize) {
    let (source, rows) = read(bytes, &SourceOptions::default()).unwrap();
    assert_eq!((source.findings().format, rows.len()), (format, row_count));
}

fn cell<'a>(source: &dyn RowSource, row: &'a RawRow, name: &str) -> Option<&'a str> {
    let column = source.columns().iter().position(|column| column == name)?;
    row.cells.get(column)
}

#[test]
fn finds_each_format_from_its_bytes() {
    check_format(b"title,price\na,1\n", "csv", 1);
    check_format(b"title\tprice\na\t1\n", "tsv", 1);
    check_format(b"{\"title\":\"a\"}\n{\"title\":\"b\"}\n", "jsonl", 2);
    check_format(b"[{\"title\":\"a\"}]", "json", 1);
    check_format(
        b"{\"count\":2,\"listings\":[{\"title\":\"a\"},{\"title\":\"b\"}],\"next\":[1]}",
        "json",
        2,
    );
    check_format(b"{\n \"title\": \"a\"\n}", "json", 1);
    check_format(
        b"{\"products\":[{\"handle\":\"a\",\"variants\":[{},{}]}]}",
        "shopify",
        2,
    );
}

#[test]
fn a_packed_source_reads_as_the_plain_one() {
    let text = b"title,price\nRTX 3090,700\nRTX 3080\n";
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text).unwrap();
    let (_, expected) = read(text, &SourceOptions::default()).unwrap();
    for packed in [
        gzip.finish().unwrap(),
        zstd::stream::encode_all(&text[..], 1).unwrap(),
    ] {
        let mut source = open_bytes(&packed, &SourceOptions::default()).unwrap();
        let rows = rows_of(&mut *source).unwrap();
        for (row, expected) in rows.iter().zip(&expected) {
            assert_eq!((&row.raw, row.span), (&expected.raw, expected.span));
        }
        assert_eq!(rows.len(), 2);
    }
}

#[test]
fn a_packed_source_that_is_cut_is_an_error_even_after_whole_rows() {
    let text = b"title,price\n".to_vec();
    let rows: Vec<u8> = (0..100_000u32)
        .flat_map(|n| format!("{n},{}\n", n.wrapping_mul(n)).into_bytes())
        .collect();
    let packed = zstd::stream::encode_all(&[text, rows].concat()[..], 1).unwrap();
    let mut source = open_bytes(&packed[..packed.len() - 10], &SourceOptions::default()).unwrap();
    assert!(matches!(
        rows_of(&mut *source),
        Err(SourceError::Malformed { format: "zstd", .. })
    ));
}

#[test]
fn nothing_at_all_is_empty() {
    for nothing in [&b""[..], b"\n\n", b"\xEF\xBB\xBF", b"\xFF\xFE", b"  \r\n"] {
        assert!(matches!(
            open_bytes(nothing, &SourceOptions::default()),
            Err(SourceError::Empty)
        ));
    }
}

#[test]
fn what_is_no_listing_is_refused_with_a_way_out() {
    for (bytes, looks_like) in [
        (
            &b"PK\x03\x04\x14\0\x06\0[Content_Types].xml"[..],
            "an Excel workbook",
        ),
        (b"<!doctype html><title>429</title>", "a web page or XML"),
        (b"PAR1", "a Parquet file"),
        (b"t\0i\0t\0l\0e\0", "binary data"),
    ] {
        let error = open_bytes(bytes, &SourceOptions::default()).unwrap_err();
        assert!(error.to_string().contains(looks_like), "{error}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn json_lines_keep_going_after_a_bad_line() {
    let text = b"{\"a\":1}\r\n\r\n {\"a\":}\n[2]\r{\"b\":\"x\"}";
    let (source, rows) = read(text, &SourceOptions::default()).unwrap();
    let codes: Vec<_> = rows
        .iter()
        .map(|row| row.fault.as_ref().map(|fault| fault.code))
        .collect();
    assert_eq!(
        codes,
        [
            None,
            Some(ErrorCode::RowNotJson),
            Some(ErrorCode::RowNotAnObject),
            None
        ]
    );
    let lines: Vec<_> = rows.iter().map(|row| row.span.line_start).collect();
    assert_eq!(lines, [1, 3, 4, 5]);
    assert_eq!(rows[1].raw, b" {\"a\":}");
    assert_eq!(cell(&*source, &rows[3], "b"), Some("x"));
    assert_eq!(source.columns(), ["a", "b"]);
}

#[test]
fn a_json_lines_file_cut_in_its_last_line_has_one_bad_row() {
    let (_, rows) = read(b"{\"a\":1}\n{\"a\":2}\n{\"a\":", &SourceOptions::default()).unwrap();
    assert_eq!(rows[2].fault.as_ref().unwrap().code, ErrorCode::RowNotJson);
}

#[test]
fn elements_of_an_array_stand_at_their_bytes_and_lines() {
    let text = b"[\n  {\"a\": 1},\n  {\"a\":\n 2} , 3,\r\n {\"a\" 4}\n]\n";
    let (_, rows) = read(text, &SourceOptions::default()).unwrap();
    let spans: Vec<_> = rows
        .iter()
        .map(|row| (row.span.line_start, row.span.line_end))
        .collect();
    assert_eq!(spans, [(2, 2), (3, 4), (4, 4), (5, 5)]);
    assert_eq!(rows[1].raw, b"{\"a\":\n 2}");
    assert_eq!(
        rows[2].fault.as_ref().unwrap().code,
        ErrorCode::RowNotAnObject
    );
    assert_eq!(rows[3].fault.as_ref().unwrap().code, ErrorCode::RowNotJson);
}

#[test]
fn a_broken_array_breaks_the_source_and_names_the_byte() {
    for (text, byte) in [
        (&b"[{\"a\":1} {\"a\":2}]"[..], 9),
        (b"[{\"a\":1},]", 9),
        (b"[{\"a\":1}", 8),
        (b"[{\"a\":1},", 9),
        (b"[{\"a\":1},{\"a\":", 9),
        (b"{\"data\":[{\"a\":1}],\"b\":", 22),
        (b"{\"data\":[{\"a\":1}]} x", 19),
    ] {
        match open_bytes(text, &SourceOptions::default()).map(|mut source| rows_of(&mut *source)) {
            Err(SourceError::Malformed { byte: found, .. }) => {
                assert_eq!(found, byte, "{}", String::from_utf8_lossy(text));
            }
            other => panic!("{}: {other:?}", String::from_utf8_lossy(text)),
        }
    }
}

#[test]
fn documents_one_after_another_are_one_source() {
    check_format(
        b"{\"data\":[\n{\"a\":1}],\"page\":1}\n{\"page\":2,\"data\":[{\"a\":2}]}",
        "json",
        2,
    );
    check_format(b"[{\"a\":1}]\n[{\"a\":2},{\"a\":3}]", "json", 3);
    check_format(b"{\n\"a\":1}\n{\n\"a\":2}\n", "json", 2);
}

#[test]
fn an_array_larger_than_the_window_streams() {
    let element = format!("{{\"a\":\"{}\"}}", "]".repeat(1000));
    let text = format!("{{\"data\":[{}]}}", vec![&*element; 2000].join(",\n"));
    let (source, rows) = read(text.as_bytes(), &SourceOptions::default()).unwrap();
    assert_eq!((rows.len(), rows[1999].span.line_start), (2000, 2000));
    assert_eq!(source.columns(), ["a"]);
}

#[test]
fn an_element_longer_than_a_record_may_be_is_refused() {
    let text = format!("[{{\"a\":1}},\n{{\"a\":\"{}\"}}]", "x".repeat(1_000_000));
    let limits = Limits {
        record_bytes: 1000,
        ..Limits::default()
    };
    let options = SourceOptions {
        limits,
        ..SourceOptions::default()
    };
    let result = open_bytes(text.as_bytes(), &options);
    assert!(matches!(
        result,
        Err(SourceError::RecordTooLong {
            line: 2,
            limit: 1000
        })
    ));
}

#[test]
fn json_in_utf_16_stands_at_its_own_bytes() {
    for text in [
        "[{\"a\":\"€😀\"},\r\n{\"b\":2}]",
        "{\"a\":\"€😀\"}\n{\"b\":2}",
    ] {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        let bytes: Vec<u8> = b"\xFF\xFE".iter().copied().chain(units).collect();
        let (source, rows) = read(&bytes, &SourceOptions::default()).unwrap();
        assert_eq!(cell(&*source, &rows[0], "a"), Some("€😀"));
        assert_eq!(rows[1].span.line_start, 2);
    }
}

#[test]
fn a_format_that_is_given_is_taken() {
    let given = |format| SourceOptions {
        format: Some(format),
        ..SourceOptions::default()
    };
    let (source, rows) = read(b"a,b\tc\n1,2\t3\n", &given(Format::Tsv)).unwrap();
    assert_eq!((source.columns().len(), rows.len()), (2, 1));
    let (source, rows) = read(b"{\"data\":[{}]}\n", &given(Format::JsonLines)).unwrap();
    assert_eq!(
        (source.columns().to_vec(), rows.len()),
        (vec!["data".to_owned()], 1)
    );
    let (_, rows) = read(b"{\"a\":1}", &given(Format::Json)).unwrap();
    assert_eq!(rows.len(), 1);
    assert!(open_bytes(b"a,b\n", &given(Format::Parquet)).is_err());
}

#[test]
fn columns_of_a_json_source_are_known_when_it_is_opened() {
    let source = open_bytes(b"{\"a\":1}\n{\"b\":1}\n", &SourceOptions::default()).unwrap();
    assert_eq!(source.columns(), ["a", "b"]);
}

#[test]
fn the_first_span_of_a_marked_source_counts_the_mark() {
    let (_, rows) = read(b"\xEF\xBB\xBF{\"a\":1}\n", &SourceOptions::default()).unwrap();
    assert_eq!(
        rows[0].span,
        RowSpan {
            line_start: 1,
            line_end: 1,
            byte_start: 3,
            byte_len: 7
        }
    );
}
