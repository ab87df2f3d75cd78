//! Every row of a source has its number, stands where its span says, and the rejects of all rows are a source again.
#![no_main]

use std::io::Cursor;

use glyph_core::source::{Format, Limits, RawRow, SourceOptions, open};
use libfuzzer_sys::fuzz_target;

const FORMATS: [Option<Format>; 8] = [
    None,
    None,
    None,
    Some(Format::Csv),
    Some(Format::Tsv),
    Some(Format::JsonLines),
    Some(Format::Json),
    Some(Format::Shopify),
];

// The first byte chooses the format; the rest is the file.
fuzz_target!(|data: &[u8]| {
    let Some((choice, bytes)) = data.split_first() else {
        return;
    };
    let options = SourceOptions {
        format: FORMATS[*choice as usize % FORMATS.len()],
        limits: Limits {
            record_bytes: 4096,
            columns: 64,
            json_depth: 16,
            ..Limits::default()
        },
        unpacked_bytes: Some(1 << 20),
        ..SourceOptions::default()
    };
    let Ok(mut source) = open(Box::new(Cursor::new(bytes.to_vec())), &options) else {
        return;
    };
    let plain = !is_compressed(bytes);
    let mut row = RawRow::default();
    let (mut rows, mut end) = (0, 0);
    while matches!(source.next_row(&mut row), Ok(true)) {
        assert_eq!(row.index, rows);
        rows += 1;
        assert!(row.span.line_start <= row.span.line_end);
        assert!(
            row.span.byte_start >= end,
            "a row starts within the one before"
        );
        end = row.span.byte_start + row.span.byte_len;
        if plain {
            let (start, end) = (row.span.byte_start as usize, end as usize);
            assert_eq!(
                bytes[start..end],
                row.raw,
                "a row is not what its span names"
            );
        }
        assert!(row.cells.len() <= 64);
    }
});

fn is_compressed(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
}
