//! JSON: an array of objects, an object that holds one (`{"listings": […]}`), or objects one after another.
//!
//! An element that is balanced but no JSON, or no object, is a row with a fault; what stands between elements and is no
//! JSON, or an array that is not closed, breaks the source.

use super::encoding::decode;
use super::json::{JsonColumns, parse_object};
use super::json_elements::Elements;
use super::window::count_line_breaks;
use super::{Findings, Format, RawRow, RowSource, RowSpan, SourceError};

/// A JSON source. Columns are the keys of the objects, in the order of discovery.
#[derive(Debug)]
pub struct JsonArraySource {
    elements: Elements,
    columns: JsonColumns,
    next_index: u64,
    windows_1252_rows: u64,
}

impl JsonArraySource {
    pub(super) fn new(elements: Elements) -> JsonArraySource {
        JsonArraySource {
            elements,
            columns: JsonColumns::default(),
            next_index: 0,
            windows_1252_rows: 0,
        }
    }
}

impl RowSource for JsonArraySource {
    fn columns(&self) -> &[String] {
        self.columns.names()
    }

    fn next_row(&mut self, row: &mut RawRow) -> Result<bool, SourceError> {
        let Some(length) = self.elements.find_next()? else {
            return Ok(false);
        };
        row.reset(self.next_index);
        let window = self.elements.window();
        let element = &window.text()[..length];
        let raw = window.source_bytes(0, length);
        row.raw.extend_from_slice(raw);
        row.span = RowSpan {
            line_start: window.line(),
            line_end: window.line() + count_line_breaks(element),
            byte_start: window.offset(),
            byte_len: raw.len() as u64,
        };
        let (text, is_windows_1252) = decode(element);
        self.windows_1252_rows += u64::from(is_windows_1252);
        row.fault = match parse_object(&text) {
            Ok(members) => {
                let limits = self.elements.limits();
                self.columns.fill(&members.0, limits, &mut row.cells)?
            }
            Err(fault) => Some(fault),
        };
        self.elements.leave(length);
        self.next_index += 1;
        Ok(true)
    }

    fn findings(&self) -> Findings {
        Findings {
            format: Format::Json.as_str(),
            delimiter: None,
            encoding: self.elements.window().encoding().as_str(),
            windows_1252_rows: self.windows_1252_rows,
        }
    }

    fn header_raw(&self) -> &[u8] {
        self.elements.window().mark()
    }
}
