//! Collects the titles of rows, by their ids, and makes title segments of them.

use rusqlite::Connection;
use rustc_hash::FxHashMap;

use super::{BLOCK_PLACES, DIRECTORY, PLACES, POSTINGS, SEPARATOR, TEXT, part_key};
use crate::error::StoreError;

/// Bounds on what is collected, beside the places: (word, place) pairs of 8 bytes, distinct words, some 100 bytes each, and
/// the bytes of their texts.
pub(super) const MOST_PAIRS: usize = 1 << 20;
pub(super) const MOST_WORDS: usize = 1 << 17;
pub(super) const MOST_BYTES: usize = 1 << 22;

/// Titles on their way into a segment.
#[derive(Debug, Default)]
pub(super) struct TitleBuilder {
    /// The ids of the first row and of the last so far.
    range: Option<(i64, i64)>,
    words: FxHashMap<Box<str>, u32>,
    bytes: usize,
    /// (word, place), in the order of places.
    pairs: Vec<(u32, u16)>,
    /// A title in small letters.
    small: String,
}

/// A segment as it is stored.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EncodedTitles {
    pub(super) first_id: i64,
    pub(super) last_id: i64,
    /// By block.
    pub(super) blocks: Vec<(i64, Vec<u8>)>,
}

impl TitleBuilder {
    /// Whether the row with this id, higher than those before it, can be in the segment too.
    pub(super) fn has_room_for(&self, id: i64) -> bool {
        let fits = self
            .range
            .is_none_or(|(first, _)| id.checked_sub(first).is_some_and(|place| place < PLACES));
        fits && self.pairs.len() < MOST_PAIRS
            && self.words.len() < MOST_WORDS
            && self.bytes < MOST_BYTES
    }

    pub(super) fn push(&mut self, id: i64, title: &str) {
        let (first, _) = *self
            .range
            .insert((self.range.map_or(id, |(first, _)| first), id));
        let place = (id - first) as u16;
        let start = self.pairs.len();
        self.small.clear();
        self.small.push_str(title);
        self.small.make_ascii_lowercase();
        for word in self.small.split_whitespace() {
            let known = self.words.get(word).copied();
            let number = known.unwrap_or_else(|| {
                let number = self.words.len() as u32;
                self.bytes += word.len();
                self.words.insert(word.into(), number);
                number
            });
            // A title may have a word twice.
            if self
                .pairs
                .iter()
                .skip(start)
                .all(|(seen, _)| *seen != number)
            {
                self.pairs.push((number, place));
            }
        }
    }

    /// The rows so far as a segment; none where there are no rows.
    pub(super) fn take(&mut self) -> Option<EncodedTitles> {
        let (first_id, last_id) = self.range.take()?;
        let mut words: Vec<(Box<str>, u32)> = self.words.drain().collect();
        words.sort_unstable();
        let mut rank = vec![0; words.len()];
        for (place, (_, number)) in words.iter().enumerate() {
            if let Some(rank) = rank.get_mut(*number as usize) {
                *rank = place as u32;
            }
        }
        for (number, _) in &mut self.pairs {
            *number = rank.get(*number as usize).copied().unwrap_or_default();
        }
        self.pairs.sort_unstable();
        let mut directory = Vec::with_capacity(words.len() * 8);
        let mut text = Vec::with_capacity(self.bytes + words.len());
        let mut places = 0;
        for (place, (word, _)) in words.iter().enumerate() {
            text.extend_from_slice(word.as_bytes());
            text.push(SEPARATOR);
            places += self
                .pairs
                .iter()
                .skip(places)
                .take_while(|(number, _)| *number as usize == place)
                .count();
            directory.extend_from_slice(&(text.len() as u32).to_le_bytes());
            directory.extend_from_slice(&(places as u32).to_le_bytes());
        }
        let postings = self.pairs.chunks(BLOCK_PLACES).map(|pairs| {
            let places = pairs.iter().flat_map(|(_, place)| place.to_le_bytes());
            places.collect::<Vec<u8>>()
        });
        let blocks = [(DIRECTORY, directory), (TEXT, text)]
            .into_iter()
            .chain((POSTINGS..).zip(postings))
            .collect();
        self.pairs.clear();
        self.bytes = 0;
        Some(EncodedTitles {
            first_id,
            last_id,
            blocks,
        })
    }
}

impl EncodedTitles {
    pub(super) fn store(&self, connection: &Connection) -> Result<(), StoreError> {
        connection
            .prepare_cached("INSERT INTO title_segments (first_id, last_id) VALUES (?1, ?2)")?
            .execute((self.first_id, self.last_id))?;
        let segment = connection.last_insert_rowid();
        let mut insert = connection
            .prepare_cached("INSERT INTO title_segment_parts (id, data) VALUES (?1, ?2)")?;
        for (block, bytes) in &self.blocks {
            insert.execute((part_key(segment, *block), bytes))?;
        }
        Ok(())
    }
}
