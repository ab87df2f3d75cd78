//! Reads the first rows of a source before anyone asks, so that its columns are known when it is opened.

use std::collections::VecDeque;

use super::{Findings, RawRow, RowSource, SourceError};

/// How far to read ahead at most: enough to see every usual key, little enough for the memory.
const ROWS: usize = 1000;
const BYTES: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct ReadAhead<S> {
    source: S,
    rows: VecDeque<RawRow>,
}

impl<S: RowSource> ReadAhead<S> {
    pub(super) fn new(mut source: S) -> Result<ReadAhead<S>, SourceError> {
        let mut rows = VecDeque::new();
        let mut bytes = 0;
        while rows.len() < ROWS && bytes < BYTES {
            let mut row = RawRow::default();
            if !source.next_row(&mut row)? {
                break;
            }
            bytes += 2 * row.raw.len() + row.repair.len();
            rows.push_back(row);
        }
        Ok(ReadAhead { source, rows })
    }
}

impl<S: RowSource> RowSource for ReadAhead<S> {
    fn columns(&self) -> &[String] {
        self.source.columns()
    }

    fn next_row(&mut self, row: &mut RawRow) -> Result<bool, SourceError> {
        match self.rows.pop_front() {
            Some(next) => {
                *row = next;
                Ok(true)
            }
            None => self.source.next_row(row),
        }
    }

    fn findings(&self) -> Findings {
        self.source.findings()
    }

    fn header_raw(&self) -> &[u8] {
        self.source.header_raw()
    }
}
