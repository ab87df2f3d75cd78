//! The key of the offer that a scored row is of, read from the row and its texts.

use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::quality::FixedState;
use rusqlite::Row;

use crate::offer;

/// What a query selects first, from `scored_listings AS row` and `listings AS offer`. An offer's key stands in its texts;
/// rows of the old program have their own.
pub(super) const COLUMNS: &str =
    "row.canonical_model, row.condition, row.region, COALESCE(row.currency, 'USD'), COALESCE(row.lot_size, 1),
     CASE WHEN LENGTH(offer.fingerprint) = 24 THEN SUBSTR(offer.fingerprint, 1, 8) END,
     CASE WHEN LENGTH(offer.fingerprint) = 24 THEN NULL ELSE COALESCE(offer.source_url, row.source_url) END,
     CASE WHEN LENGTH(offer.fingerprint) = 24 THEN NULL ELSE COALESCE(offer.seller, row.seller) END,
     CASE WHEN LENGTH(offer.fingerprint) = 24 THEN NULL ELSE offer.title END";

/// How many columns these are, and where some of them stand.
pub(super) const WIDTH: usize = 9;
pub(super) const MODEL: usize = 0;
pub(super) const CONDITION: usize = 1;
pub(super) const LOT_SIZE: usize = 4;

/// What makes rows of different imports the same offer.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfferKey {
    /// Over its texts, model, condition, region and lot, and over the currency, so that a rate that moved is no price that
    /// did.
    pub(super) whole: u64,
    /// Over its address or title, and its seller.
    pub(super) texts: [u8; offer::KEY_BYTES],
}

impl OfferKey {
    /// Of a row whose first columns are [`COLUMNS`].
    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<OfferKey> {
        let text = |place: usize| Ok::<_, rusqlite::Error>(row.get_ref(place)?.as_str_or_null()?);
        let texts = match row.get::<_, Option<[u8; offer::KEY_BYTES]>>(5)? {
            Some(key) => key,
            None => offer::key(text(6)?, text(7)?, text(8)?),
        };
        let mut hasher = FixedState::default().build_hasher();
        texts.hash(&mut hasher);
        text(MODEL)?.hash(&mut hasher);
        text(CONDITION)?.hash(&mut hasher);
        text(2)?.hash(&mut hasher);
        text(3)?.hash(&mut hasher);
        row.get::<_, i64>(LOT_SIZE)?.hash(&mut hasher);
        Ok(OfferKey {
            whole: hasher.finish(),
            texts,
        })
    }
}
