//! CSV and TSV. The first record is the header; every later one is a row, whatever its shape.
//!
//! A record whose bytes are not UTF-8 is read as Windows-1252, each by itself, so that a row depends on itself alone. A row
//! with fewer or more cells than the header is a row with a fault, its cells filled as far as they go.

use super::csv_record::{Piece, Record, blank_lines, scan_record};
use super::delimiter::{Delimiter, detect_delimiter};
use super::encoding::{decode, decode_windows_1252};
use super::window::Window;
use super::{Cells, Findings, Limits, RawRow, RowSource, RowSpan, SourceError};
use crate::reject::{ErrorCode, RowError};

/// A CSV source, its header read.
#[derive(Debug)]
pub struct CsvSource {
    window: Window,
    delimiter: Delimiter,
    limits: Limits,
    columns: Vec<String>,
    header_raw: Vec<u8>,
    pieces: Vec<Piece>,
    next_index: u64,
    windows_1252_rows: u64,
}

impl CsvSource {
    /// Reads the header. Without a `delimiter` it is found from the first records.
    ///
    /// # Errors
    /// [`SourceError::Empty`] where there is no record at all, [`SourceError::TooManyColumns`] for a header past the limit.
    pub(super) fn open(
        window: Window,
        delimiter: Option<Delimiter>,
        limits: Limits,
    ) -> Result<CsvSource, SourceError> {
        let delimiter =
            delimiter.unwrap_or_else(|| detect_delimiter(window.text(), window.is_finished()));
        let mut source = CsvSource {
            window,
            delimiter,
            limits,
            columns: Vec::new(),
            header_raw: Vec::new(),
            pieces: Vec::new(),
            next_index: 0,
            windows_1252_rows: 0,
        };
        let header = source.find_record()?.ok_or(SourceError::Empty)?;
        if header.cells > limits.columns {
            return Err(SourceError::TooManyColumns {
                limit: limits.columns,
            });
        }
        let mut cells = Cells::default();
        let text = &source.window.text()[..header.length];
        fill_cells(&source.pieces, text, &mut cells);
        source.columns = cells.iter().map(|(_, name)| name.to_owned()).collect();
        let mark = source.window.mark();
        source.header_raw.extend_from_slice(mark);
        if source.window.offset() > mark.len() as u64 {
            // A header after a blank line may start as a mark or a packed file does. At the very start it would be one.
            let line_feed = source.window.encoding().encode_ascii("\n");
            source.header_raw.extend_from_slice(&line_feed);
        }
        let header_bytes = source.window.source_bytes(0, header.next);
        source.header_raw.extend_from_slice(header_bytes);
        source.leave(&header);
        Ok(source)
    }

    /// Goes to the next record, past blank lines, and finds its cells. `None` at the end.
    fn find_record(&mut self) -> Result<Option<Record>, SourceError> {
        loop {
            let is_last = self.window.is_finished();
            let (length, lines) = blank_lines(self.window.text(), is_last);
            if length > 0 {
                self.window.consume_lines(length, lines);
            }
            if is_last && self.window.text().is_empty() {
                return Ok(None);
            }
            match scan_record(
                self.window.text(),
                self.delimiter.byte(),
                is_last,
                &mut self.pieces,
            ) {
                Some(record) if record.length > 0 => {
                    self.window.check_length(record.length, &self.limits)?;
                    return Ok(Some(record));
                }
                _ => self.window.fill_within(&self.limits)?,
            }
        }
    }

    fn leave(&mut self, record: &Record) {
        let ended = u64::from(record.next > record.length);
        self.window
            .consume_lines(record.next, record.inner_line_breaks + ended);
    }

    fn span(&self, record: &Record) -> RowSpan {
        let text = &self.window.text()[..record.length];
        // An open quote at the end of the source can make a line break the record's last byte: it ends that line.
        let ends_in_break = u64::from(matches!(text.last(), Some(b'\n' | b'\r')));
        RowSpan {
            line_start: self.window.line(),
            line_end: self.window.line() + record.inner_line_breaks - ends_in_break,
            byte_start: self.window.offset(),
            byte_len: self.window.source_bytes(0, record.length).len() as u64,
        }
    }

    /// What is wrong with a row of so many cells, if anything.
    fn fault(&self, found: usize, row: &RawRow) -> Option<RowError> {
        let expected = self.columns.len();
        let code = match found.cmp(&expected) {
            std::cmp::Ordering::Equal => return None,
            std::cmp::Ordering::Less => ErrorCode::RowTooShort,
            std::cmp::Ordering::Greater => ErrorCode::RowTooLong,
        };
        let delimiter = match self.delimiter {
            Delimiter::TAB => "a tab".to_owned(),
            other => format!("`{}`", other.as_char()),
        };
        let RowSpan {
            line_start,
            line_end,
            ..
        } = row.span;
        let advice = match code {
            ErrorCode::RowTooShort if line_end > line_start => format!(
                "the row goes from line {line_start} to line {line_end}: close the quote that was left open, or add the missing cells"
            ),
            ErrorCode::RowTooShort => {
                "add the missing cells, empty ones where nothing is known".to_owned()
            }
            _ => format!(
                "put a cell that holds {delimiter} in double quotes, or remove what is too much"
            ),
        };
        Some(RowError::new(
            code,
            None,
            &decode(&row.raw).0,
            format!(
                "expected {expected} {}, found {found}; {advice}",
                if expected == 1 { "cell" } else { "cells" }
            ),
        ))
    }
}

impl RowSource for CsvSource {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn next_row(&mut self, row: &mut RawRow) -> Result<bool, SourceError> {
        let Some(record) = self.find_record()? else {
            return Ok(false);
        };
        row.reset(self.next_index);
        row.span = self.span(&record);
        row.raw
            .extend_from_slice(self.window.source_bytes(0, record.length));

        let pieces = expected_pieces(&self.pieces, record.cells, self.columns.len());
        let text = &self.window.text()[..record.length];
        let is_utf_8 = fill_cells(pieces, text, &mut row.cells);
        self.windows_1252_rows += u64::from(!is_utf_8);
        row.fault = self.fault(record.cells, row);

        self.leave(&record);
        self.next_index += 1;
        Ok(true)
    }

    fn findings(&self) -> Findings {
        Findings {
            format: if self.delimiter == Delimiter::TAB {
                "tsv"
            } else {
                "csv"
            },
            delimiter: Some(self.delimiter.as_char()),
            encoding: self.window.encoding().as_str(),
            windows_1252_rows: self.windows_1252_rows,
        }
    }

    fn header_raw(&self) -> &[u8] {
        &self.header_raw
    }
}

/// The pieces of the first `columns` of `cells` cells: what is past the header has no column to go to.
fn expected_pieces(pieces: &[Piece], cells: usize, columns: usize) -> &[Piece] {
    if cells <= columns {
        return pieces;
    }
    let mut ended = 0;
    let end = pieces.iter().position(|piece| {
        ended += usize::from(piece.ends_cell);
        ended == columns
    });
    end.map_or(pieces, |end| &pieces[..=end])
}

/// Puts the cells of the record `bytes` in `cells` and says whether it is UTF-8; if not it is read as Windows-1252.
fn fill_cells(pieces: &[Piece], bytes: &[u8], cells: &mut Cells) -> bool {
    let text = std::str::from_utf8(bytes);
    let mut column = 0;
    for piece in pieces {
        let range = piece.start as usize..piece.end as usize;
        match text {
            Ok(text) => cells.append(text.get(range).expect("pieces end at ASCII bytes")),
            Err(_) => cells.append(&decode_windows_1252(&bytes[range])),
        }
        if piece.ends_cell {
            cells.finish(column);
            column += 1;
        }
    }
    text.is_ok()
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
