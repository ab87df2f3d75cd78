//! Import ids: short text that a person can type, ordered by time, unique without asking anyone.

use std::hash::{BuildHasher, RandomState};

use jiff::Timestamp;

/// Crockford's base 32: no letter that is read as a digit. Ascending in ASCII, so that ids sort by time.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Milliseconds between 1970 and 2020: ids count from there, which keeps eight digits until the year 2054.
const EPOCH_MS: u64 = 1_577_836_800_000;

/// Twelve characters: eight of the time in milliseconds since 2020, four random.
pub(crate) fn new_import_id(now: Timestamp) -> String {
    // Each RandomState is keyed from the operating system's randomness.
    import_id(
        (now.as_millisecond() as u64).saturating_sub(EPOCH_MS),
        RandomState::new().hash_one(now),
    )
}

fn import_id(milliseconds: u64, random: u64) -> String {
    let digit =
        |number: u64, place: u32| char::from(ALPHABET[((number >> (5 * place)) & 31) as usize]);
    let time = (0..8).rev().map(|place| digit(milliseconds, place));
    let tail = (0..4).rev().map(|place| digit(random, place));
    time.chain(tail).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time() {
        let ids: Vec<String> = (0..2000)
            .map(|step| import_id(step * 7_919_117, !step))
            .collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids.iter().all(|id| id.len() == 12));
    }

    #[test]
    fn ids_of_one_moment_differ() {
        let now = Timestamp::from_millisecond(1_800_000_000_000).unwrap();
        let ids: std::collections::HashSet<String> = (0..50).map(|_| new_import_id(now)).collect();
        assert!(ids.len() > 45, "only {} of 50 differ", ids.len());
    }
}
