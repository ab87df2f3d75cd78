//! Where a CSV record and its cells stand in the bytes: the reading of the `csv` crate with `flexible(true)`, found in
//! place, without copying.
//!
//! A cell is quoted only where a quote is its first byte, so that stray inch marks swallow nothing. What follows a closing
//! quote belongs to the cell as it stands. `\n`, `\r\n` and `\r` end a record alike, and blank lines are no records. The
//! `csv` crate itself copies every byte through a state machine and says neither which bytes a record is nor on which lines
//! it stands. Searching for the few bytes that matter gives both, with the cells as checked text, in the time in which the
//! crate gives bytes (`benches/read_rows.rs`). A property test holds the two readings against each other.

use super::window::count_line_breaks;

/// A part of a cell's value, in bytes from the start of the record. Most cells have one; an escaped quote starts another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) ends_cell: bool,
}

/// The extent of a record that stands at the start of the scanned bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    /// Without the line terminator.
    pub(super) length: usize,
    /// With the line terminator: where the next record or blank line starts.
    pub(super) next: usize,
    /// Line breaks inside the record, which stand in quoted cells.
    pub(super) inner_line_breaks: u64,
    pub(super) cells: usize,
}

/// How many bytes and lines of blank lines `input` starts with. Half of a `\r\n` at the end is not counted yet, unless
/// `is_last`.
pub(super) fn blank_lines(input: &[u8], is_last: bool) -> (usize, u64) {
    let mut position = 0;
    let mut lines = 0;
    while let Some(length) = terminator(&input[position..], is_last) {
        position += length;
        lines += 1;
    }
    (position, lines)
}

/// The length of the line terminator that `input` starts with. `None` where there is none, or it may go on.
pub(super) fn terminator(input: &[u8], is_last: bool) -> Option<usize> {
    match input {
        [b'\r', b'\n', ..] => Some(2),
        [b'\r'] if !is_last => None,
        [b'\n' | b'\r', ..] => Some(1),
        _ => None,
    }
}

/// Finds the record at the start of `input`, which must not be a blank line, and puts the pieces of its cells in `pieces`.
/// `None` where the record goes on after `input`; with `is_last` it ends there.
pub(super) fn scan_record(
    input: &[u8],
    delimiter: u8,
    is_last: bool,
    pieces: &mut Vec<Piece>,
) -> Option<Record> {
    pieces.clear();
    let mut scan = Scan {
        input,
        is_last,
        position: 0,
        pieces,
        inner_line_breaks: 0,
    };
    let mut cells = 0;
    loop {
        if scan.input.get(scan.position) == Some(&b'"') {
            scan.quoted_part()?;
        }
        let start = scan.position;
        let rest = &input[start..];
        let length = match memchr::memchr3(delimiter, b'\n', b'\r', rest) {
            Some(length) => length,
            None if is_last => rest.len(),
            None => return None,
        };
        scan.position = start + length;
        scan.end_cell(start);
        cells += 1;
        if input.get(scan.position) == Some(&delimiter) {
            scan.position += 1;
            continue;
        }
        let length = scan.position;
        let terminator = if length == input.len() {
            0
        } else {
            terminator(&input[length..], is_last)?
        };
        return Some(Record {
            length,
            next: length + terminator,
            inner_line_breaks: scan.inner_line_breaks,
            cells,
        });
    }
}

struct Scan<'a> {
    input: &'a [u8],
    is_last: bool,
    position: usize,
    pieces: &'a mut Vec<Piece>,
    inner_line_breaks: u64,
}

impl Scan<'_> {
    /// Reads from an opening quote to after its closing one. `None` where there is none yet.
    fn quoted_part(&mut self) -> Option<()> {
        self.position += 1;
        loop {
            let start = self.position;
            let rest = &self.input[start..];
            let Some(length) = memchr::memchr(b'"', rest) else {
                if !self.is_last {
                    return None;
                }
                self.push_quoted(start, self.input.len());
                self.position = self.input.len();
                return Some(());
            };
            let quote = start + length;
            match self.input.get(quote + 1) {
                None if !self.is_last => return None,
                Some(b'"') => {
                    self.push_quoted(start, quote + 1);
                    self.position = quote + 2;
                }
                _ => {
                    self.push_quoted(start, quote);
                    self.position = quote + 1;
                    return Some(());
                }
            }
        }
    }

    fn push_quoted(&mut self, start: usize, end: usize) {
        self.inner_line_breaks += count_line_breaks(&self.input[start..end]);
        self.pieces.push(Piece {
            start: start as u32,
            end: end as u32,
            ends_cell: false,
        });
    }

    /// Ends a cell whose unquoted part runs from `start` to here. A quoted cell mostly has none: its piece ends the cell.
    fn end_cell(&mut self, start: usize) {
        let follows_quoted = self.pieces.last().is_some_and(|piece| !piece.ends_cell);
        match self.pieces.last_mut() {
            Some(piece) if follows_quoted && start == self.position => piece.ends_cell = true,
            _ => self.pieces.push(Piece {
                start: start as u32,
                end: self.position as u32,
                ends_cell: true,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(input: &str) -> Vec<String> {
        let mut pieces = Vec::new();
        scan_record(input.as_bytes(), b',', true, &mut pieces).unwrap();
        let mut cells = vec![];
        let mut cell = String::new();
        for piece in pieces {
            cell.push_str(input.get(piece.start as usize..piece.end as usize).unwrap());
            if piece.ends_cell {
                cells.push(std::mem::take(&mut cell));
            }
        }
        cells
    }

    #[test]
    fn splits_cells_and_unescapes_quotes() {
        assert_eq!(cells("a,,\"b,\"\"c\"\"\"\n"), ["a", "", "b,\"c\""]);
        assert_eq!(cells("a,\n"), ["a", ""]);
        assert_eq!(cells("\"\"\n"), [""]);
    }

    #[test]
    fn an_inch_mark_inside_a_cell_is_text() {
        assert_eq!(cells("7\" LCD,5\n"), ["7\" LCD", "5"]);
        assert_eq!(cells("\"7\" LCD,5\n"), ["7 LCD", "5"]);
    }

    #[test]
    fn a_record_that_may_go_on_is_not_ended() {
        let mut pieces = Vec::new();
        for cut in ["a,b", "a,\"b", "a,\"b\"", "a,b\r", "a,\"b\nc"] {
            assert_eq!(
                scan_record(cut.as_bytes(), b',', false, &mut pieces),
                None,
                "{cut:?}"
            );
        }
    }

    #[test]
    fn counts_the_line_breaks_inside_quotes_only() {
        let mut pieces = Vec::new();
        let record = scan_record(b"\"a\r\nb\rc\",d\r\nnext", b',', true, &mut pieces).unwrap();
        assert_eq!(record.inner_line_breaks, 2);
        assert_eq!((record.length, record.next), (10, 12));
        assert_eq!(record.cells, 2);
    }
}
