//! Columns of few distinct values: the values once, and one code a row.

use std::borrow::Borrow;
use std::hash::Hash;

use rustc_hash::FxHashMap;

use crate::error::StoreError;

/// Gives each distinct value, and the absence of one, a code in the order they come.
#[derive(Debug)]
pub(super) struct Codes<V> {
    by_value: FxHashMap<V, u16>,
    absent: Option<u16>,
    values: Vec<Option<V>>,
    rows: Vec<u16>,
}

impl<V> Default for Codes<V> {
    fn default() -> Codes<V> {
        Codes {
            by_value: FxHashMap::default(),
            absent: None,
            values: Vec::new(),
            rows: Vec::new(),
        }
    }
}

impl<V: Hash + Eq> Codes<V> {
    /// Adds the value of the next row. A segment has no more rows than there are codes.
    pub(super) fn push<Q>(&mut self, value: Option<&Q>)
    where
        V: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = V> + ?Sized,
    {
        let known = match value {
            Some(value) => self.by_value.get(value).copied(),
            None => self.absent,
        };
        let code = known.unwrap_or_else(|| {
            let code = self.values.len() as u16;
            self.values.push(value.map(ToOwned::to_owned));
            match value {
                Some(value) => {
                    self.by_value.insert(value.to_owned(), code);
                }
                None => self.absent = Some(code),
            }
            code
        });
        self.rows.push(code);
    }

    /// The distinct values by code, and the codes of the rows: none where all rows have one value, a byte each where
    /// that is enough, else two. The rows are forgotten.
    pub(super) fn take(&mut self) -> (Vec<Option<V>>, Vec<u8>) {
        let codes = match self.values.len() {
            0 | 1 => Vec::new(),
            2..=256 => self.rows.iter().map(|code| *code as u8).collect(),
            _ => self
                .rows
                .iter()
                .flat_map(|code| code.to_le_bytes())
                .collect(),
        };
        self.rows.clear();
        self.by_value.clear();
        self.absent = None;
        (std::mem::take(&mut self.values), codes)
    }
}

/// The codes of a column as they are stored.
#[derive(Debug)]
pub(super) enum ReadCodes<'a> {
    /// All rows have the one value.
    One,
    Bytes(&'a [u8]),
    Pairs(&'a [[u8; 2]]),
}

impl<'a> ReadCodes<'a> {
    /// Of a column with `values` distinct values over `rows` rows.
    pub(super) fn decode(
        bytes: &'a [u8],
        values: usize,
        rows: usize,
    ) -> Result<ReadCodes<'a>, StoreError> {
        match (values, bytes.len()) {
            (0 | 1, 0) => Ok(ReadCodes::One),
            (2..=256, length) if length == rows => Ok(ReadCodes::Bytes(bytes)),
            (257.., length) if length == 2 * rows => Ok(ReadCodes::Pairs(bytes.as_chunks().0)),
            _ => Err(StoreError::RecordLost("part of a listing segment")),
        }
    }

    /// A bit for each row, set where the row's code is among the `wanted`.
    pub(super) fn select(&self, wanted: &[bool], rows: usize) -> Vec<u64> {
        match self {
            ReadCodes::One => {
                let word = if wanted.first() == Some(&true) {
                    u64::MAX
                } else {
                    0
                };
                vec![word; rows.div_ceil(64)]
            }
            ReadCodes::Bytes(bytes) => {
                let is_wanted: [bool; 256] = table_of(wanted);
                words_of(bytes, |code| is_wanted[usize::from(*code)])
            }
            ReadCodes::Pairs(pairs) => {
                let is_wanted: [bool; 65536] = table_of(wanted);
                words_of(pairs, |code| {
                    is_wanted[usize::from(u16::from_le_bytes(*code))]
                })
            }
        }
    }
}

/// An answer for each code there may be, so that none is out of bounds.
fn table_of<const CODES: usize>(wanted: &[bool]) -> [bool; CODES] {
    let mut table = [false; CODES];
    for (entry, wanted) in table.iter_mut().zip(wanted) {
        *entry = *wanted;
    }
    table
}

/// A bit for each code, the first one lowest.
fn words_of<C>(codes: &[C], is_wanted: impl Fn(&C) -> bool) -> Vec<u64> {
    let word_of = |codes: &[C]| {
        let bits = codes.iter().map(|code| u64::from(is_wanted(code)));
        bits.rev().fold(0, |word, bit| word << 1 | bit)
    };
    codes.chunks(64).map(word_of).collect()
}
