//! Numbers as keys that sort as the numbers do, and the blocks of rows in the order of such keys.

use super::ENTRIES;
use crate::error::StoreError;

/// The key of an unknown number: after all others.
pub(super) const UNKNOWN: u64 = u64::MAX;

/// An integer that sorts as `number` does among numbers. `-0.0` and `0.0` are one number.
pub(super) fn key_of(number: f64) -> u64 {
    let bits = (number + 0.0).to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | (1 << 63)
    }
}

/// The key in an order that has the highest number first.
pub(super) fn falling_key_of(number: f64) -> u64 {
    !key_of(number)
}

/// Keys from `low` to `high`, both of them in it; nothing where `low` is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyRange {
    pub(super) low: u64,
    pub(super) high: u64,
}

impl KeyRange {
    pub(super) const ALL: KeyRange = KeyRange {
        low: 0,
        high: u64::MAX,
    };

    pub(super) fn is_all(self) -> bool {
        self == KeyRange::ALL
    }

    pub(super) fn is_empty(self) -> bool {
        self.low > self.high
    }

    /// Of an order with the lowest number first, the numbers between two bounds. No number is a bound that is none.
    pub(super) fn of_rising(least: Option<f64>, most: Option<f64>) -> KeyRange {
        let no_number = [least, most].into_iter().flatten().any(f64::is_nan);
        if no_number {
            return KeyRange { low: 1, high: 0 };
        }
        KeyRange {
            low: least.map_or(0, key_of),
            high: most.map_or(u64::MAX, key_of),
        }
    }

    /// Of an order with the highest number first.
    pub(super) fn of_falling(least: Option<f64>, most: Option<f64>) -> KeyRange {
        let rising = KeyRange::of_rising(least, most);
        KeyRange {
            low: !rising.high,
            high: !rising.low,
        }
    }
}

/// A block's entries: the keys in their order, and where each row is in the segment.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) keys: Vec<u64>,
    pub(super) places: Vec<u16>,
}

impl Block {
    pub(super) fn decode(bytes: &[u8]) -> Result<Block, StoreError> {
        let entries = bytes.len() / 10;
        let (keys, places) = bytes.split_at_checked(entries * 8).unwrap_or_default();
        if places.len() != entries * 2 {
            return Err(StoreError::RecordLost("part of a listing segment"));
        }
        Ok(Block {
            keys: decode_keys(keys),
            places: decode_codes(places),
        })
    }

    /// The entries whose keys are in the range.
    pub(super) fn within(&self, range: KeyRange) -> impl Iterator<Item = (u64, u16)> {
        let start = self.keys.partition_point(|key| *key < range.low);
        let end = self.keys.partition_point(|key| *key <= range.high);
        let taken = end.saturating_sub(start);
        let keys = self.keys.iter().copied().skip(start).take(taken);
        keys.zip(self.places.iter().copied().skip(start))
    }
}

/// Sorted entries as blocks: first the directory, then each block's keys and places.
pub(super) fn encode(entries: &[(u64, u16)]) -> Vec<Vec<u8>> {
    let blocks = entries.chunks(ENTRIES);
    let first_keys = blocks
        .clone()
        .filter_map(|block| block.first())
        .flat_map(|(key, _)| key.to_le_bytes())
        .collect();
    let encoded = blocks.map(|block| {
        let mut bytes = Vec::with_capacity(block.len() * 10);
        bytes.extend(block.iter().flat_map(|(key, _)| key.to_le_bytes()));
        bytes.extend(block.iter().flat_map(|(_, place)| place.to_le_bytes()));
        bytes
    });
    std::iter::once(first_keys).chain(encoded).collect()
}

pub(super) fn decode_keys(bytes: &[u8]) -> Vec<u64> {
    let (keys, _) = bytes.as_chunks();
    keys.iter().map(|key| u64::from_le_bytes(*key)).collect()
}

pub(super) fn decode_codes(bytes: &[u8]) -> Vec<u16> {
    let (codes, _) = bytes.as_chunks();
    codes.iter().map(|code| u16::from_le_bytes(*code)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_sort_as_their_numbers(left: f64, right: f64) {
            prop_assume!(!left.is_nan() && !right.is_nan());
            let order = left.partial_cmp(&right);
            prop_assert_eq!(Some(key_of(left).cmp(&key_of(right))), order);
            prop_assert_eq!(Some(falling_key_of(right).cmp(&falling_key_of(left))), order);
        }

        #[test]
        fn a_range_holds_the_numbers_between_its_bounds(least: Option<f64>, most: Option<f64>, number: f64) {
            prop_assume!(!number.is_nan());
            let inside = least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most);
            let holds = |range: KeyRange, key: u64| range.low <= key && key <= range.high;
            prop_assert_eq!(holds(KeyRange::of_rising(least, most), key_of(number)), inside);
            prop_assert_eq!(holds(KeyRange::of_falling(least, most), falling_key_of(number)), inside);
        }

        #[test]
        fn blocks_come_back(mut entries: Vec<(u64, u16)>) {
            entries.sort_unstable();
            let blocks = encode(&entries);
            let mut back = Vec::new();
            for block in blocks.iter().skip(1) {
                back.extend(Block::decode(block).unwrap().within(KeyRange::ALL));
            }
            prop_assert_eq!(back, entries);
        }
    }

    #[test]
    fn the_two_zeros_are_one_number() {
        assert_eq!(key_of(0.0), key_of(-0.0));
        assert!(key_of(f64::INFINITY) < UNKNOWN);
    }
}
