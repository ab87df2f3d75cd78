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

/// The codes of a column.
#[derive(Debug)]
pub(super) enum ReadCodes {
    /// All rows have the one value.
    One,
    Bytes(Vec<u8>),
    Pairs(Vec<u8>),
}

impl ReadCodes {
    /// Of a column with `values` distinct values over `rows` rows.
    pub(super) fn decode(
        bytes: Vec<u8>,
        values: usize,
        rows: usize,
    ) -> Result<ReadCodes, StoreError> {
        match (values, bytes.len()) {
            (0 | 1, 0) => Ok(ReadCodes::One),
            (2..=256, length) if length == rows => Ok(ReadCodes::Bytes(bytes)),
            (257.., length) if length == 2 * rows => Ok(ReadCodes::Pairs(bytes)),
            _ => Err(StoreError::RecordLost("part of a listing segment")),
        }
    }

    /// A bit for each row, set where the row's code is among the `wanted`.
    pub(super) fn select(&self, wanted: &[bool], rows: usize) -> Vec<u64> {
        let is_wanted = |code: usize| u64::from(wanted.get(code).copied().unwrap_or(false));
        match self {
            ReadCodes::One => {
                let word = if is_wanted(0) == 1 { u64::MAX } else { 0 };
                vec![word; rows.div_ceil(64)]
            }
            ReadCodes::Bytes(bytes) => bytes
                .chunks(64)
                .map(|chunk| word_of(chunk.iter().map(|code| is_wanted(usize::from(*code)))))
                .collect(),
            ReadCodes::Pairs(bytes) => bytes
                .as_chunks()
                .0
                .chunks(64)
                .map(|chunk| {
                    word_of(
                        chunk
                            .iter()
                            .map(|code| is_wanted(usize::from(u16::from_le_bytes(*code)))),
                    )
                })
                .collect(),
        }
    }
}

/// Bits as a word, the first one lowest.
fn word_of(bits: impl Iterator<Item = u64>) -> u64 {
    bits.enumerate()
        .fold(0, |word, (place, bit)| word | bit << place)
}
