//! JSON Lines: one object a line. A line that is none is a row with a fault; blank lines are no rows.

use super::csv_record::terminator;
use super::encoding::decode;
use super::json::{JsonColumns, parse_object};
use super::json_elements::is_blank;
use super::window::Window;
use super::{Findings, Format, Limits, RawRow, RowSource, RowSpan, SourceError};

/// A JSON Lines source. Columns are the keys of the objects, in the order of discovery.
#[derive(Debug)]
pub struct JsonLinesSource {
    window: Window,
    limits: Limits,
    columns: JsonColumns,
    next_index: u64,
    windows_1252_rows: u64,
}

impl JsonLinesSource {
    pub(super) fn new(window: Window, limits: Limits) -> JsonLinesSource {
        JsonLinesSource {
            window,
            limits,
            columns: JsonColumns::default(),
            next_index: 0,
            windows_1252_rows: 0,
        }
    }

    /// The length of the next line that is not blank, without and with its terminator.
    fn find_line(&mut self) -> Result<Option<(usize, usize)>, SourceError> {
        loop {
            let text = self.window.text();
            let is_last = self.window.is_finished();
            if text.is_empty() && is_last {
                return Ok(None);
            }
            let found = match memchr::memchr2(b'\n', b'\r', text) {
                Some(length) => terminator(&text[length..], is_last)
                    .map(|terminator| (length, length + terminator)),
                None if is_last => Some((text.len(), text.len())),
                None => None,
            };
            match found {
                None => self.window.fill_within(&self.limits)?,
                Some((length, next)) if is_blank(&text[..length]) => {
                    self.window.consume_lines(next, u64::from(next > length));
                }
                Some(line) => {
                    self.window.check_length(line.0, &self.limits)?;
                    return Ok(Some(line));
                }
            }
        }
    }
}

impl RowSource for JsonLinesSource {
    fn columns(&self) -> &[String] {
        self.columns.names()
    }

    fn next_row(&mut self, row: &mut RawRow) -> Result<bool, SourceError> {
        let Some((length, next)) = self.find_line()? else {
            return Ok(false);
        };
        row.reset(self.next_index);
        let raw = self.window.source_bytes(0, length);
        row.raw.extend_from_slice(raw);
        row.span = RowSpan {
            line_start: self.window.line(),
            line_end: self.window.line(),
            byte_start: self.window.offset(),
            byte_len: raw.len() as u64,
        };
        let (text, is_windows_1252) = decode(&self.window.text()[..length]);
        self.windows_1252_rows += u64::from(is_windows_1252);
        row.fault = match parse_object(&text) {
            Ok(members) => self
                .columns
                .fill(&members.0, &self.limits, &mut row.cells)?,
            Err(fault) => Some(fault),
        };
        self.window.consume_lines(next, u64::from(next > length));
        self.next_index += 1;
        Ok(true)
    }

    fn findings(&self) -> Findings {
        Findings {
            format: Format::JsonLines.as_str(),
            delimiter: None,
            encoding: self.window.encoding().as_str(),
            windows_1252_rows: self.windows_1252_rows,
        }
    }

    fn header_raw(&self) -> &[u8] {
        self.window.mark()
    }
}
