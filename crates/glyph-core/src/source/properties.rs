//! What holds for every source whatever its bytes: rows stand where their spans say, in order, and nothing panics.

use std::io::Cursor;

use proptest::prelude::*;
use serde_json::Value;

use super::window::count_line_breaks;
use super::{Delimiter, Format, Limits, RawRow, SourceError, SourceOptions, open, write_rejects};

/// More than usual: these are the tests that find what nobody thought of.
const CASES: u32 = 1000;

#[derive(Debug)]
struct Read {
    format: Format,
    header_raw: Vec<u8>,
    columns: Vec<String>,
    rows: Vec<RawRow>,
}

fn read(bytes: &[u8], options: &SourceOptions) -> Result<Read, SourceError> {
    let mut source = open(Box::new(Cursor::new(bytes.to_vec())), options)?;
    let mut rows = Vec::new();
    let mut row = RawRow::default();
    while source.next_row(&mut row)? {
        rows.push(row.clone());
    }
    Ok(Read {
        format: Format::from_name(source.findings().format).unwrap(),
        header_raw: source.header_raw().to_vec(),
        columns: source.columns().to_vec(),
        rows,
    })
}

/// Each row's raw bytes are the slice of the source that its span names, after those of the row before.
fn check_spans(bytes: &[u8], rows: &[RawRow]) {
    let mut end = 0;
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(row.index, index as u64);
        let start = row.span.byte_start as usize;
        assert!(start >= end, "row {index} starts within the row before");
        end = start + row.span.byte_len as usize;
        assert_eq!(bytes[start..end], row.raw, "row {index}");
        assert!(row.span.line_start <= row.span.line_end);
    }
}

/// Pieces of text that the readers look for, and bytes that no one expects.
fn sources() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => proptest::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\n", "\r\n", "\r", " ", ";", "\t", "1", "null", "{\"a\":1}",
            "\"a\"", "\"products\":[", "\"variants\":[", "\"handle\":", "\"data\":[", "\"title\":\"x\"", "€", "\\u20ac",
            "\\ud83d",
        ]).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 1..3),
    ];
    let mark = proptest::sample::select(vec![
        &b""[..],
        b"",
        b"\xEF\xBB\xBF",
        b"\xFF\xFE",
        b"[",
        b"{\"products\":[{",
    ]);
    (mark, proptest::collection::vec(piece, 0..40))
        .prop_map(|(mark, pieces)| [mark, &pieces.concat()].concat())
}

fn options() -> impl Strategy<Value = SourceOptions> {
    let formats = [
        None,
        None,
        Some(Format::Csv),
        Some(Format::JsonLines),
        Some(Format::Json),
        Some(Format::Shopify),
    ];
    (proptest::sample::select(formats.to_vec()), 1..64usize).prop_map(|(format, json_depth)| {
        SourceOptions {
            format,
            limits: Limits {
                json_depth,
                ..Limits::default()
            },
            ..SourceOptions::default()
        }
    })
}

/// JSON text of a value with whitespace strewn between its tokens.
fn spaced(value: &Value, space: &str) -> String {
    match value {
        Value::Array(elements) => {
            let elements: Vec<_> = elements
                .iter()
                .map(|element| spaced(element, space))
                .collect();
            format!(
                "[{space}{}{space}]",
                elements.join(&format!("{space},{space}"))
            )
        }
        Value::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .map(|(key, value)| {
                    format!(
                        "{}{space}:{space}{}",
                        Value::from(&**key),
                        spaced(value, space)
                    )
                })
                .collect();
            format!(
                "{{{space}{}{space}}}",
                members.join(&format!("{space},{space}"))
            )
        }
        other => other.to_string(),
    }
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[\\PC\"\\\\\n\r{}\\[\\],:]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec(("[a-c\"]{1,2}", inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn records() -> impl Strategy<Value = Vec<Value>> {
    let record = proptest::collection::vec(("[a-d]{1,2}", values()), 1..5)
        .prop_map(|members| Value::Object(members.into_iter().collect()));
    proptest::collection::vec(record, 1..6)
}

/// The cell that a value should become.
fn expected_cell(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn check_records(read: &Read, records: &[Value]) {
    assert_eq!(read.rows.len(), records.len());
    for (row, record) in read.rows.iter().zip(records) {
        assert_eq!(serde_json::from_slice::<Value>(&row.raw).unwrap(), *record);
        assert_eq!(row.fault, None);
        for (column, name) in read.columns.iter().enumerate() {
            let expected = record.get(name).and_then(expected_cell);
            assert_eq!(row.cells.get(column), expected.as_deref(), "{name}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn any_bytes_are_rows_where_they_stand_or_an_error(bytes in sources(), options in options()) {
        if let Ok(read) = read(&bytes, &options) {
            check_spans(&bytes, &read.rows);
        }
    }

    #[test]
    fn what_is_rejected_can_be_read_again(bytes in sources(), options in options()) {
        let Ok(first) = read(&bytes, &options) else { return Ok(()) };
        let mut written = Vec::new();
        let repairs = first.rows.iter().map(RawRow::repair_bytes);
        write_rejects(first.format, &first.header_raw, repairs, &mut written).unwrap();
        let delimiter = read_delimiter(&bytes, &options);
        let same = SourceOptions { format: Some(first.format), delimiter, ..options };
        match read(&written, &same) {
            Ok(again) => {
                prop_assert_eq!(first.rows.len(), again.rows.len());
                for (row, again) in first.rows.iter().zip(&again.rows) {
                    prop_assert_eq!(row.fault.is_some(), again.fault.is_some());
                    let is_cut_in_a_unit = bytes.starts_with(b"\xFF\xFE") && row.raw.len() % 2 == 1;
                    if first.format != Format::Shopify && !is_cut_in_a_unit {
                        prop_assert_eq!(&row.raw, &again.raw);
                    }
                }
            }
            Err(SourceError::Empty) => prop_assert!(first.rows.is_empty()),
            Err(error) => prop_assert!(false, "{}", error),
        }
    }
}

/// The delimiter that was found, which a repair file of few rows might not show.
fn read_delimiter(bytes: &[u8], options: &SourceOptions) -> Option<Delimiter> {
    let source = open(Box::new(Cursor::new(bytes.to_vec())), options).unwrap();
    let delimiter = source.findings().delimiter?;
    Some(Delimiter::try_from(delimiter).unwrap())
}

proptest! {
    #[test]
    fn lists_and_sequences_of_objects_are_their_records(
        records in records(),
        space in proptest::sample::select(vec!["", " ", "\n", "\r\n\t"]),
        layout in 0..3,
    ) {
        let elements: Vec<_> = records.iter().map(|record| spaced(record, space)).collect();
        let text = match layout {
            0 => format!("{space}[{}]{space}", elements.join(&format!("{space},{space}"))),
            1 => format!("{{\"page\":[1,\"]\"],{space}\"listings\":[{}],\"next\":{{}}}}", elements.join(",")),
            _ => elements.join("\n\n"),
        };
        let options = SourceOptions { format: Some(Format::Json), ..SourceOptions::default() };
        let read = read(text.as_bytes(), &options).unwrap();
        check_spans(text.as_bytes(), &read.rows);
        check_records(&read, &records);
        for row in &read.rows {
            let line = 1 + count_line_breaks(&text.as_bytes()[..row.span.byte_start as usize]);
            prop_assert_eq!(row.span.line_start, line);
            prop_assert_eq!(row.span.line_end, line + count_line_breaks(&row.raw));
        }
    }

    #[test]
    fn lines_of_objects_are_their_records(
        records in records(),
        end in proptest::sample::select(vec!["\n", "\r\n", "\n\n", "\r"]),
    ) {
        let lines: Vec<_> = records.iter().map(Value::to_string).collect();
        let text = lines.join(end);
        let options = SourceOptions { format: Some(Format::JsonLines), ..SourceOptions::default() };
        let read = read(text.as_bytes(), &options).unwrap();
        check_spans(text.as_bytes(), &read.rows);
        check_records(&read, &records);
    }

    #[test]
    fn every_cut_of_an_array_breaks_the_source(records in records(), cut in any::<proptest::sample::Index>()) {
        let text = Value::from(records).to_string();
        let cut = &text.as_bytes()[..=cut.index(text.len() - 1)];
        let options = SourceOptions { format: Some(Format::Json), ..SourceOptions::default() };
        let result = read(cut, &options);
        prop_assert!(matches!(result, Err(SourceError::Malformed { .. })), "{:?}", result);
    }
}
