use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use crate::reject::ErrorCode;

struct Row {
    raw: Vec<u8>,
    span: RowSpan,
    cells: Vec<String>,
    fault: Option<ErrorCode>,
}

fn source(bytes: &[u8], delimiter: Option<Delimiter>) -> Result<CsvSource, SourceError> {
    let window = Window::open(Box::new(Cursor::new(bytes.to_vec())))?;
    CsvSource::open(window, delimiter, Limits::default())
}

fn rows_of(source: &mut CsvSource) -> Result<Vec<Row>, SourceError> {
    let mut rows = Vec::new();
    let mut row = RawRow::default();
    while source.next_row(&mut row)? {
        assert_eq!(row.index, rows.len() as u64);
        rows.push(Row {
            raw: row.raw.clone(),
            span: row.span,
            cells: row.cells.iter().map(|(_, cell)| cell.to_owned()).collect(),
            fault: row.fault.as_ref().map(|fault| fault.code),
        });
    }
    Ok(rows)
}

fn read(bytes: &[u8]) -> (Vec<String>, Vec<Row>) {
    let mut source = source(bytes, None).unwrap();
    let rows = rows_of(&mut source).unwrap();
    (source.columns().to_vec(), rows)
}

#[test]
fn reads_cells_by_column_and_numbers_the_rows() {
    let (columns, rows) = read(b"title,price\nRTX 3090,700\n\"a, b\",\"1 \"\"x\"\"\"\n");
    assert_eq!(columns, ["title", "price"]);
    assert_eq!(rows[0].cells, ["RTX 3090", "700"]);
    assert_eq!(rows[1].cells, ["a, b", "1 \"x\""]);
    assert!(rows.iter().all(|row| row.fault.is_none()));
}

#[test]
fn spans_name_lines_and_bytes_without_terminators_and_blank_lines() {
    let text = b"\xEF\xBB\xBFtitle,price\r\n\r\n\"a\r\nb\",1\r\n\r\rc,2\n\nd,3";
    let (columns, rows) = read(text);
    assert_eq!(columns, ["title", "price"]);
    let lines: Vec<_> = rows
        .iter()
        .map(|row| (row.span.line_start, row.span.line_end))
        .collect();
    assert_eq!(lines, [(3, 4), (7, 7), (9, 9)]);
    assert_eq!(rows[0].span.byte_start, 18);
    assert_eq!(rows[0].raw, b"\"a\r\nb\",1");
    assert_eq!(rows[2].raw, b"d,3");
}

#[test]
fn line_ends_of_all_three_kinds_may_be_mixed() {
    for ends in ["\n", "\r\n", "\r"] {
        let (_, rows) = read(format!("a,b{ends}1,2{ends}3,4{ends}").as_bytes());
        assert_eq!(rows.len(), 2, "{ends:?}");
        assert_eq!(rows[1].span.line_start, 3, "{ends:?}");
    }
    assert_eq!(read(b"a,b\r1,2\r\n3,4\n5,6").1.len(), 3);
}

#[test]
fn short_and_long_rows_have_a_fault_and_the_cells_that_fit() {
    let mut source = source(b"a,b,c\n1,2\n1,2,3,4\n1,2,3\n", None).unwrap();
    let mut row = RawRow::default();
    assert!(source.next_row(&mut row).unwrap());
    let fault = row.fault.clone().unwrap();
    assert_eq!(fault.code, ErrorCode::RowTooShort);
    assert_eq!(fault.value, "1,2");
    assert!(
        fault.message.contains("expected 3 cells, found 2"),
        "{}",
        fault.message
    );
    assert_eq!((row.cells.len(), row.cells.get(1)), (2, Some("2")));
    assert!(source.next_row(&mut row).unwrap());
    assert_eq!(row.fault.as_ref().unwrap().code, ErrorCode::RowTooLong);
    assert_eq!((row.cells.len(), row.cells.get(2)), (3, Some("3")));
    assert!(source.next_row(&mut row).unwrap());
    assert_eq!(row.fault, None);
}

#[test]
fn a_file_cut_in_the_middle_of_a_record_keeps_the_piece_as_a_row() {
    let (_, rows) = read(b"a,b,c\n1,2,3\n4,\"5 and");
    assert_eq!(rows[1].fault, Some(ErrorCode::RowTooShort));
    assert_eq!(rows[1].raw, b"4,\"5 and");
}

#[test]
fn a_quote_left_open_is_named_with_its_lines() {
    let mut source = source(b"a,b\n\"7\n1,2\n3,4\n", None).unwrap();
    let mut row = RawRow::default();
    assert!(source.next_row(&mut row).unwrap());
    assert_eq!((row.span.line_start, row.span.line_end), (2, 4));
    assert!(row.fault.unwrap().message.contains("line 2 to line 4"));
}

#[test]
fn a_quote_that_swallows_more_than_a_record_may_hold_is_refused_with_its_line() {
    let mut text = b"a,b\n1,2\n\"7,8\n".to_vec();
    text.extend(b"9,10\n".repeat(1000));
    let limits = Limits {
        record_bytes: 500,
        ..Limits::default()
    };
    let window = Window::open(Box::new(Cursor::new(text))).unwrap();
    let mut source = CsvSource::open(window, None, limits).unwrap();
    let mut row = RawRow::default();
    assert!(source.next_row(&mut row).unwrap());
    let error = source.next_row(&mut row).unwrap_err();
    assert!(matches!(
        error,
        SourceError::RecordTooLong {
            line: 3,
            limit: 500
        }
    ));
    assert!(error.hint().unwrap().contains("quote"));
}

#[test]
fn a_record_longer_than_the_window_is_read_whole() {
    let long = "x\n".repeat(200_000);
    let text = format!("a,b\n\"{long}\",1\n2,3\n");
    let (_, rows) = read(text.as_bytes());
    assert_eq!(rows[0].cells[0], long);
    assert_eq!(rows[1].span.line_start, 200_003);
}

#[test]
fn each_record_that_is_not_utf_8_is_windows_1252() {
    let mut source = source(
        b"a,b\n1 \x80,\"\xFCber \"\"x\"\"\"\n2 \xE2\x82\xAC,y\n",
        None,
    )
    .unwrap();
    let rows = rows_of(&mut source).unwrap();
    assert_eq!(rows[0].cells, ["1 €", "über \"x\""]);
    assert_eq!(rows[1].cells, ["2 €", "y"]);
    assert_eq!(source.findings().windows_1252_rows, 1);
}

#[test]
fn utf_16_rows_stand_at_their_own_bytes() {
    let mut bytes = b"\xFE\xFF".to_vec();
    for unit in "title;price\r\n\"a\n😀\";5 €\r\n\rb;6".encode_utf16() {
        bytes.extend(unit.to_be_bytes());
    }
    let mut source = source(&bytes, None).unwrap();
    let rows = rows_of(&mut source).unwrap();
    assert_eq!(source.findings().encoding, "utf-16be");
    assert_eq!(rows[0].cells, ["a\n😀", "5 €"]);
    assert_eq!((rows[0].span.line_start, rows[0].span.line_end), (2, 3));
    for row in &rows {
        let start = row.span.byte_start as usize;
        assert_eq!(bytes[start..start + row.span.byte_len as usize], row.raw);
    }
    assert_eq!(rows[1].raw, b"\0b\0;\x006");
    assert_eq!(source.header_raw(), &bytes[..2 + 26]);
}

#[test]
fn the_header_keeps_its_spelling_even_twice_or_empty() {
    assert_eq!(
        read(b"Price,price ,,Price\n").0,
        ["Price", "price ", "", "Price"]
    );
}

#[test]
fn a_source_without_a_record_is_empty_and_one_with_a_header_has_no_rows() {
    for nothing in [&b""[..], b"\xEF\xBB\xBF", b"\n\r\n\n"] {
        assert!(matches!(source(nothing, None), Err(SourceError::Empty)));
    }
    assert_eq!(read(b"a,b").1.len(), 0);
}

#[test]
fn too_many_columns_are_refused() {
    let header = ",".repeat(Limits::default().columns);
    assert!(matches!(
        source(header.as_bytes(), Some(Delimiter::COMMA)),
        Err(SourceError::TooManyColumns { limit: 4096 })
    ));
    let header = ",".repeat(Limits::default().columns - 1);
    assert_eq!(read(header.as_bytes()).0.len(), 4096);
}

/// Bytes in which what matters to a CSV reader is frequent.
fn csv_bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => Just(b'"'),
        4 => Just(b','),
        2 => Just(b';'),
        3 => Just(b'\n'),
        2 => Just(b'\r'),
        6 => b'a'..=b'c',
        1 => any::<u8>(),
    ];
    let mark = prop_oneof![4 => Just(&b""[..]), 1 => Just(&b"\xEF\xBB\xBF"[..])];
    (mark, proptest::collection::vec(byte, 0..80)).prop_map(|(mark, rest)| [mark, &rest].concat())
}

/// What the `csv` crate reads, as the bytes of the cells.
fn reference(bytes: &[u8], delimiter: u8) -> Vec<Vec<Vec<u8>>> {
    ::csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(delimiter)
        .from_reader(bytes)
        .byte_records()
        .map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect())
        .collect()
}

/// What this reader reads, cells past the header included, as the bytes of the cells.
fn records(bytes: &[u8], delimiter: u8) -> Vec<Vec<Vec<u8>>> {
    let mut pieces = Vec::new();
    let mut records = Vec::new();
    let mut rest = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    loop {
        rest = &rest[blank_lines(rest, true).0..];
        if rest.is_empty() {
            return records;
        }
        let record = scan_record(rest, delimiter, true, &mut pieces).unwrap();
        let mut cells = Vec::new();
        let mut cell = Vec::new();
        for piece in &pieces {
            cell.extend_from_slice(&rest[piece.start as usize..piece.end as usize]);
            if piece.ends_cell {
                cells.push(std::mem::take(&mut cell));
            }
        }
        assert_eq!(cells.len(), record.cells);
        records.push(cells);
        rest = &rest[record.next..];
    }
}

/// Gives a byte at a time, so that every boundary falls between two bytes.
struct Drip(Cursor<Vec<u8>>);

impl std::io::Read for Drip {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn reads_any_bytes_as_the_csv_crate_does(bytes in csv_bytes(), delimiter in prop_oneof![Just(b','), Just(b';'), Just(b'a')]) {
        prop_assert_eq!(records(&bytes, delimiter), reference(&bytes, delimiter));
    }

    #[test]
    fn rows_stand_where_their_spans_say_and_read_the_same_alone(bytes in csv_bytes()) {
        let Ok(mut source) = source(&bytes, Some(Delimiter::COMMA)) else {
            prop_assert!(reference(&bytes, b',').is_empty());
            return Ok(());
        };
        let rows = rows_of(&mut source).unwrap();
        let expected = reference(&bytes, b',');
        prop_assert_eq!(rows.len() + 1, expected.len());
        let mark = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let blank = blank_lines(&bytes[mark..], true).0;
        let mut end = blank + source.header_raw().len() - usize::from(blank > 0);
        let is_break = |position: usize| {
            bytes[position] == b'\n' || bytes[position] == b'\r' && bytes.get(position + 1) != Some(&b'\n')
        };
        for (row, expected) in rows.iter().zip(expected.iter().skip(1)) {
            let start = row.span.byte_start as usize;
            prop_assert!(start >= end);
            prop_assert!(bytes[end..start].iter().all(|byte| b"\r\n".contains(byte)));
            end = start + row.span.byte_len as usize;
            prop_assert_eq!(&bytes[start..end], &row.raw[..]);
            let line = 1 + (0..start).filter(|&position| is_break(position)).count() as u64;
            prop_assert_eq!(row.span.line_start, line);
            let last_line = 1 + (0..end - 1).filter(|&position| is_break(position)).count() as u64;
            prop_assert_eq!(row.span.line_end, last_line);
            prop_assert_eq!(&records(&row.raw, b',')[..], std::slice::from_ref(expected));
            prop_assert_eq!(row.fault.is_some(), expected.len() != source.columns().len());
            if std::str::from_utf8(&row.raw).is_ok() {
                let cells: Vec<_> = expected.iter().take(source.columns().len()).map(|cell| String::from_utf8_lossy(cell)).collect();
                prop_assert_eq!(&row.cells, &cells);
            }
        }
        prop_assert!(bytes[end..].iter().all(|byte| b"\r\n".contains(byte)));
    }

    #[test]
    fn a_cut_is_never_taken_for_the_end_of_a_record(bytes in csv_bytes(), cut in 0usize..80) {
        let whole = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        let whole = &whole[blank_lines(whole, true).0..];
        if whole.is_empty() {
            return Ok(());
        }
        let part = &whole[..cut.min(whole.len())];
        let mut pieces = Vec::new();
        if let Some(found) = scan_record(part, b',', false, &mut pieces) {
            let cells = pieces.clone();
            prop_assert_eq!(scan_record(whole, b',', true, &mut pieces), Some(found));
            prop_assert_eq!(cells, pieces);
        }
    }
}

#[test]
fn reads_the_same_from_a_reader_that_drips() {
    let text = b"a,b\r\n\"1\r\n\",2\r\n\r\n3,\"4\"\"\"\r\n";
    let window = Window::open(Box::new(Drip(Cursor::new(text.to_vec())))).unwrap();
    let mut dripped = CsvSource::open(window, None, Limits::default()).unwrap();
    let dripped = rows_of(&mut dripped).unwrap();
    let (_, rows) = read(text);
    for (one, other) in dripped.iter().zip(&rows) {
        assert_eq!(
            (&one.raw, one.span, &one.cells),
            (&other.raw, other.span, &other.cells)
        );
    }
    assert_eq!(dripped.len(), rows.len());
}
