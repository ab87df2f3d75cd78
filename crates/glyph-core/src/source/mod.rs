//! Bytes → raw rows, each with its exact position. The `RowSource` port and the formats behind it.
//!
//! No file is opened here: every source reads from an `impl std::io::Read` that the caller gives. Memory is bounded by
//! the longest record, which [`Limits`] bounds.

use crate::reject::RowError;

/// Where a record stands in the plain source (after decompression, before any change of encoding).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowSpan {
    /// 1-based line on which the record starts, and the one on which it ends: quoted cells span lines.
    pub line_start: u64,
    pub line_end: u64,
    /// Bytes of the record without its line terminator.
    pub byte_start: u64,
    pub byte_len: u64,
}

/// The cells of one row: text by column number. Reused from row to row.
#[derive(Debug, Clone, Default)]
pub struct Cells {
    text: String,
    /// Column number, start and end in `text`, in the order of arrival.
    spans: Vec<(u32, u32, u32)>,
}

impl Cells {
    pub fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
    }

    pub fn push(&mut self, column: usize, value: &str) {
        let start = self.text.len() as u32;
        self.text.push_str(value);
        self.spans
            .push((column as u32, start, self.text.len() as u32));
    }

    /// The cell in `column`, or `None` where the row has none.
    pub fn get(&self, column: usize) -> Option<&str> {
        let span = match self.spans.get(column) {
            Some(span) if span.0 as usize == column => span,
            _ => self.spans.iter().find(|span| span.0 as usize == column)?,
        };
        self.text.get(span.1 as usize..span.2 as usize)
    }

    /// `(column, value)` in the order of arrival.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &str)> {
        self.spans.iter().map(|&(column, start, end)| {
            (
                column as usize,
                self.text.get(start as usize..end as usize).unwrap_or(""),
            )
        })
    }

    pub fn len(&self) -> usize {
        self.spans.len()
    }

    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }
}

/// One data record of a source. The caller owns it and hands it back for the next row.
#[derive(Debug, Clone, Default)]
pub struct RawRow {
    /// 0-based position among the data rows of the source.
    pub index: u64,
    pub span: RowSpan,
    /// The record's bytes as they stand in the plain source, without the line terminator.
    pub raw: Vec<u8>,
    pub cells: Cells,
    /// Set where the record itself cannot be read (too short, not JSON, …): such a row is a reject.
    pub fault: Option<RowError>,
}

/// A stream of rows. `Err` means that the source broke; a bad row is a row with a `fault`.
pub trait RowSource {
    /// The column names known so far, in column order. JSON sources find more as they go on; never fewer.
    fn columns(&self) -> &[String];

    /// Reads the next row into `row`. `Ok(false)` at the end.
    fn next_row(&mut self, row: &mut RawRow) -> Result<bool, SourceError>;

    /// What the reader found about the source, for the report; final once `next_row` has said `false`.
    fn findings(&self) -> Findings;
}

/// What a source turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Findings {
    /// `csv`, `tsv`, `jsonl`, `json`, `shopify`, `parquet`.
    pub format: &'static str,
    /// The delimiter of a CSV file, else absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// `utf-8`, `utf-16le`, `utf-16be`.
    pub encoding: &'static str,
    /// Rows whose bytes are not UTF-8 and were read as Windows-1252.
    pub windows_1252_rows: u64,
}

/// Bounds on what a source may hold, so that no file can exhaust the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub record_bytes: usize,
    pub columns: usize,
    pub json_depth: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            record_bytes: 4 << 20,
            columns: 4096,
            json_depth: 64,
        }
    }
}

/// The source broke: nothing of it can be imported.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("cannot read the source: {0}")]
    Io(#[from] std::io::Error),
    #[error("the source is empty")]
    Empty,
    #[error("the record that starts on line {line} is longer than {limit} bytes")]
    RecordTooLong { line: u64, limit: usize },
    #[error("the source has more than {limit} columns")]
    TooManyColumns { limit: usize },
    #[error("the source is not valid {format}: {message} (byte {byte})")]
    Malformed {
        format: &'static str,
        message: String,
        byte: u64,
    },
}
