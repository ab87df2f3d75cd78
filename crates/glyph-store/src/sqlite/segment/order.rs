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

    /// The keys that are not in it, below and above.
    pub(super) fn outside(self) -> [Option<KeyRange>; 2] {
        let below = self
            .low
            .checked_sub(1)
            .map(|high| KeyRange { low: 0, high });
        let above = self.high.checked_add(1).map(|low| KeyRange {
            low,
            high: u64::MAX,
        });
        [below, above]
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

/// Entries of a block as they are stored: the keys in their order, and where each row is in the segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'a> {
    keys: &'a [[u8; 8]],
    places: &'a [[u8; 2]],
}

impl<'a> Block<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Result<Block<'a>, StoreError> {
        let entries = bytes.len() / 10;
        let (keys, places) = bytes.split_at_checked(entries * 8).unwrap_or_default();
        let (keys, places) = (keys.as_chunks().0, places.as_chunks().0);
        if places.len() == entries && bytes.len().is_multiple_of(10) {
            Ok(Block { keys, places })
        } else {
            Err(StoreError::RecordLost("part of a listing segment"))
        }
    }

    /// The entries whose keys are in the range.
    pub(super) fn within(self, range: KeyRange) -> Block<'a> {
        let start = self
            .keys
            .partition_point(|key| u64::from_le_bytes(*key) < range.low);
        let end = match self.keys.last() {
            Some(last) if u64::from_le_bytes(*last) <= range.high => self.keys.len(),
            _ => self
                .keys
                .partition_point(|key| u64::from_le_bytes(*key) <= range.high),
        };
        let (start, end) = (start.min(end), end);
        Block {
            keys: self.keys.get(start..end).unwrap_or_default(),
            places: self.places.get(start..end).unwrap_or_default(),
        }
    }

    pub(super) fn len(self) -> usize {
        self.places.len()
    }

    pub(super) fn places(self) -> impl Iterator<Item = usize> + use<'a> {
        let place = |place: &[u8; 2]| usize::from(u16::from_le_bytes(*place));
        self.places.iter().map(place)
    }

    pub(super) fn entries(self) -> impl Iterator<Item = (u64, usize)> + use<'a> {
        let keys = self.keys.iter().map(|key| u64::from_le_bytes(*key));
        keys.zip(self.places())
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
                back.extend(Block::of(block).unwrap().within(KeyRange::ALL).entries());
            }
            let entries: Vec<_> = entries.into_iter().map(|(key, place)| (key, usize::from(place))).collect();
            prop_assert_eq!(back, entries);
        }
    }

    #[test]
    fn the_two_zeros_are_one_number() {
        assert_eq!(key_of(0.0), key_of(-0.0));
        assert!(key_of(f64::INFINITY) < UNKNOWN);
    }
}
