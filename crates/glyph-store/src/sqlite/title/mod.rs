//! The words of titles, so that a search need not read every title.
//!
//! A word of a search has no white space in it, so it stands in a title just where it stands in one of the title's own words.
//! A title segment has the distinct words of up to 65,536 rows of `listings` that follow each other, and for each word the
//! rows with it. A search looks through the words, which are few beside the titles, and joins the rows of those that match.
//!
//! A segment is true of every row between its first and its last. Rows that no segment covers are looked through one by
//! one: what another hand writes has triggers drop the segment that it falls into, and the next import makes it again.

mod build;
mod cover;
mod search;

pub(in crate::sqlite) use cover::{cover_titles, differing_segments, uncover_texts_of};
pub(in crate::sqlite) use search::{FoundTexts, find_texts};

/// Places of a segment: they fit in 16 bits.
const PLACES: i64 = 1 << 16;

/// Block of a segment with two numbers a word: where its text ends in [`TEXT`], and where its places end in the postings.
const DIRECTORY: i64 = 0;
/// Block with the words in their order, in small ASCII letters, each followed by [`SEPARATOR`].
const TEXT: i64 = 1;
/// The first block of the postings: the places of each word, one word after the other.
const POSTINGS: i64 = 2;

/// White space, so that no word has it.
const SEPARATOR: u8 = b'\n';

/// Places of a block of postings, 2 bytes each. A block of 4,000 bytes stays on its page of the database.
const BLOCK_PLACES: usize = 2000;

/// The key of a block in `title_segment_parts`: what is read together stands together.
fn part_key(segment: i64, block: i64) -> i64 {
    (segment << 16) | block
}

/// Two numbers of the directory.
fn entry(bytes: [u8; 8]) -> (usize, usize) {
    let both = u64::from_le_bytes(bytes);
    ((both as u32) as usize, (both >> 32) as usize)
}
