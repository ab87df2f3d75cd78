//! Bytes → raw rows, each with its exact position. The `RowSource` port and the formats behind it.
//!
//! No file is opened here: every source reads from a `std::io::Read` that the caller gives ([`open()`]), and Parquet, which
//! is read from its end, from a [`parquet::ParquetSource`] over anything that can be read at a position. Memory is bounded
//! by the longest record, which [`Limits`] bounds.
//!
//! Positions are those of the plain source: after decompression, before any change of encoding. A source without
//! meaningful byte positions (Parquet) says so in its module.

pub mod open;

mod detect;

mod compression;
mod encoding;
mod window;

pub mod csv;
mod csv_record;
mod delimiter;

mod json;
pub mod json_array;
mod json_elements;
mod json_layout;
pub mod json_lines;
mod json_scan;
mod read_ahead;
pub mod shopify;

pub mod parquet;

pub mod rejects;

#[cfg(test)]
mod properties;

use crate::reject::RowError;

pub use compression::unpack;
pub use delimiter::{Delimiter, DelimiterError};
pub use detect::{Format, is_parquet};
pub use open::{SourceOptions, open};
pub use rejects::write_rejects;

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
        self.append(value);
        self.finish(column);
    }

    /// Adds to the text of the cell that [`Cells::finish`] will end.
    pub(crate) fn append(&mut self, part: &str) {
        self.text.push_str(part);
    }

    /// Makes a cell of `column` out of what was appended since the last cell.
    pub(crate) fn finish(&mut self, column: usize) {
        self.spans
            .push((column as u32, self.unfinished(), self.text.len() as u32));
    }

    /// Drops what was appended since the last cell.
    pub(crate) fn abandon(&mut self) {
        self.text.truncate(self.unfinished() as usize);
    }

    fn unfinished(&self) -> u32 {
        self.spans.last().map_or(0, |span| span.2)
    }

    /// The text being built for the next cell, for writers that need a `String`.
    pub(crate) fn text_mut(&mut self) -> &mut String {
        &mut self.text
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

    /// Bytes of all the values.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
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
    /// What a repair file needs to hold for this row where `raw` alone is not enough to read it again (a Shopify variant
    /// without its product has no title). Empty where `raw` is enough; see [`RawRow::repair_bytes`].
    pub repair: Vec<u8>,
    pub cells: Cells,
    /// Set where the record itself cannot be read (too short, not JSON, …): such a row is a reject.
    pub fault: Option<RowError>,
}

impl RawRow {
    /// The bytes to keep of a rejected row, from which [`write_rejects`] makes a file that can be mended.
    pub fn repair_bytes(&self) -> &[u8] {
        if self.repair.is_empty() {
            &self.raw
        } else {
            &self.repair
        }
    }

    /// Empties the row for the record at `index`, keeping its memory.
    fn reset(&mut self, index: u64) {
        self.index = index;
        self.span = RowSpan::default();
        self.raw.clear();
        self.repair.clear();
        self.cells.clear();
        self.fault = None;
    }
}

/// A stream of rows. `Err` means that the source broke; a bad row is a row with a `fault`.
pub trait RowSource: Send {
    /// The column names known so far, in column order. JSON sources find more as they go on; never fewer.
    fn columns(&self) -> &[String];

    /// Reads the next row into `row`. `Ok(false)` at the end.
    fn next_row(&mut self, row: &mut RawRow) -> Result<bool, SourceError>;

    /// What the reader found about the source, for the report; final once `next_row` has said `false`.
    fn findings(&self) -> Findings;

    /// What stands before the first row and must stand before the rejects in a repair file: the byte-order mark, the
    /// header record and its line terminator, as they came, after a line feed where the source
    /// began with blank lines. Empty for a JSON source without a mark and for Parquet.
    fn header_raw(&self) -> &[u8] {
        b""
    }
}

impl std::fmt::Debug for dyn RowSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("RowSource")
            .field("columns", &self.columns())
            .field("findings", &self.findings())
            .finish_non_exhaustive()
    }
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
    /// What is unpacked of a Parquet file at a time.
    pub page_bytes: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            record_bytes: 4 << 20,
            columns: 4096,
            json_depth: 64,
            page_bytes: 256 << 20,
        }
    }
}

/// The source broke: nothing of it can be imported.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("cannot read the source: {0}")]
    Io(std::io::Error),
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
    #[error("the compressed source is larger than {limit} bytes when unpacked")]
    DecompressedTooLarge { limit: u64 },
    #[error("the pages of the Parquet file unpack to more than {limit} bytes at a time")]
    PagesTooLarge { limit: u64 },
    #[error("the source looks like {looks_like}, which cannot be read as listings")]
    Unsupported {
        looks_like: &'static str,
        hint: &'static str,
    },
}

impl SourceError {
    /// The way out, where there is one: to be shown after the message as `hint: …`.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            SourceError::RecordTooLong { .. } => Some(
                "a quote may be left open on that line, so that it swallows the lines after it",
            ),
            SourceError::Unsupported { hint, .. } => Some(hint),
            SourceError::Malformed { .. } => {
                Some("the file may be damaged or cut short; get it again")
            }
            SourceError::DecompressedTooLarge { .. } => {
                Some("unpack the file yourself, or allow a larger size")
            }
            SourceError::PagesTooLarge { .. } => {
                Some("write the file with smaller pages, or as CSV")
            }
            SourceError::TooManyColumns { .. } | SourceError::Io(_) | SourceError::Empty => None,
        }
    }
}

impl From<std::io::Error> for SourceError {
    /// The readers below the rows speak `std::io::Error`; one that carries a [`SourceError`] is that error.
    fn from(error: std::io::Error) -> SourceError {
        match error.downcast::<SourceError>() {
            Ok(error) => error,
            Err(error) => SourceError::Io(error),
        }
    }
}
