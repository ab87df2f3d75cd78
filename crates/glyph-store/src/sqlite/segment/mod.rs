//! What scored listings are filtered and sorted by, in segments: up to 65,536 consecutive rows of one import each.
//!
//! An index over all rows costs each imported row a search in random places of a tree that grows with the years. A
//! segment is written once, in order, from the rows of one import alone: the hundredth import costs what the first did,
//! and undoing one leaves the others untouched. It holds
//!
//! * for each text that is filtered by (model, region, condition, seller) and for the offer's texts, the distinct values
//!   and one small code a row, in row order;
//! * for each number that is sorted by, the rows in its order: blocks of [`ENTRIES`] keys and places, and the first key
//!   of every block, so that a query goes to a value or a rank without reading what is before it.
//!
//! A query reads the segments of all imports side by side: [`page`]. Rows that changed after their segments were written
//! are known by `unsegmented_imports`, which triggers fill; segments of such an import are not used, and made again
//! when the program writes next.

mod build;
mod column;
mod merged;
mod order;
mod page;
mod read;
mod select;
mod upkeep;

use rusqlite::Connection;

use crate::error::StoreError;

pub(in crate::sqlite) use build::{Facts, SegmentBuilder};
pub(in crate::sqlite) use merged::{all_segments, differing_merged, merge_small_segments};
pub(in crate::sqlite) use page::{Page, find_page};
pub(in crate::sqlite) use read::{Of, segments_of};
pub(in crate::sqlite) use select::Wanted;
pub(in crate::sqlite) use upkeep::{
    differing_imports, drop_segments, make_missing_segments, segment_all, segment_import,
};

/// The rows of `listings` that an import's scored rows are of; some may come twice.
pub(in crate::sqlite) fn distinct_texts(
    connection: &Connection,
    import_id: Option<&str>,
) -> Result<Vec<i64>, StoreError> {
    let mut texts = Vec::new();
    for segment in segments_of(connection, Of::Import(import_id))? {
        texts.extend(segment.offers()?);
    }
    Ok(texts)
}

/// Rows of a segment: their places fit in 16 bits.
const SEGMENT_ROWS: usize = 1 << 16;

/// Entries of a block of an order. A block of 4,000 bytes stays on its page of the database.
const ENTRIES: usize = 400;

/// What a segment holds beside each other, each read only by the queries that need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Model,
    Region,
    Condition,
    Seller,
    Offer,
    /// Best first.
    ScoreOrder,
    /// Cheapest first.
    PriceOrder,
    /// Cheapest gigabyte first, unknown ones last.
    MemoryPriceOrder,
}

/// The texts that are filtered by.
const TEXT_PARTS: [Part; 4] = [Part::Model, Part::Region, Part::Condition, Part::Seller];

/// The numbers that are sorted by.
const ORDER_PARTS: [Part; 3] = [Part::ScoreOrder, Part::PriceOrder, Part::MemoryPriceOrder];

/// Block of a part that says what the others are: the distinct values of a column, the first keys of an order's blocks.
const DIRECTORY: usize = 0;

/// The key of a block in `listing_segment_parts`: segment, part and block in one integer, so that what is read together
/// stands together.
fn part_key(segment: i64, part: Part, block: usize) -> i64 {
    (segment << 16) | ((part as i64) << 12) | block as i64
}
