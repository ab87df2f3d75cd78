//! What became of a row: scored, unmatched or rejected.

use crate::listing::{Condition, Listing, is_for_one};
use crate::matching::{Flag, Match, UnmatchedReason};
use crate::registry::Model;
use crate::reject::RowError;
use crate::score::Asked;
use crate::source::RowSpan;

/// The outcome of one row. Every row has exactly one.
#[derive(Debug)]
pub enum Outcome<'a> {
    Scored(ScoredOffer<'a>),
    Unmatched(Offer<'a>, UnmatchedReason),
    Rejected(RejectedRow<'a>),
}

impl Outcome<'_> {
    /// The same outcome under another `import_index`: a mended row takes the place of the one it mends.
    #[must_use]
    pub fn at_index(&self, index: u64) -> Outcome<'_> {
        match self {
            Outcome::Scored(scored) => Outcome::Scored(ScoredOffer {
                offer: Offer {
                    index,
                    ..scored.offer
                },
                ..*scored
            }),
            Outcome::Unmatched(offer, reason) => {
                Outcome::Unmatched(Offer { index, ..*offer }, *reason)
            }
            Outcome::Rejected(row) => Outcome::Rejected(RejectedRow { index, ..*row }),
        }
    }

    /// The row's `import_index`.
    pub fn index(&self) -> u64 {
        match self {
            Outcome::Scored(scored) => scored.offer.index,
            Outcome::Unmatched(offer, _) => offer.index,
            Outcome::Rejected(row) => row.index,
        }
    }
}

/// A row that was read, with what its title names.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    pub index: u64,
    /// Names the texts of the offer and the registry that matched them: equal fingerprints, equal texts and match.
    pub fingerprint: [u8; 16],
    pub listing: &'a Listing,
    pub matched: &'a Match,
}

impl Offer<'_> {
    /// How many cards the price is for: those of the lot, or one where the seller prices each.
    pub fn cards_priced(&self) -> u32 {
        let lot = self.matched.lot_size.max(1);
        let listing = self.listing;
        if lot > 1 && is_for_one(listing.price_text.as_deref(), &listing.title) {
            1
        } else {
            lot
        }
    }

    /// What is asked for one card, in US dollars and with the condition that counts.
    pub fn asked(&self) -> Asked {
        let usd = self.listing.price_usd_minor as f64 / 100.0;
        Asked {
            unit_price_usd: usd / f64::from(self.cards_priced()),
            condition: counted_condition(self.listing.condition, &self.matched.flags),
        }
    }
}

/// The condition that a score counts: a title that says that the card is broken outweighs the condition column.
pub fn counted_condition(condition: Option<Condition>, flags: &[Flag]) -> Option<Condition> {
    if flags.contains(&Flag::ForParts) {
        Some(Condition::ForParts)
    } else {
        condition
    }
}

/// An offer of a known model, with its score.
#[derive(Debug, Clone, Copy)]
pub struct ScoredOffer<'a> {
    pub offer: Offer<'a>,
    pub model: &'a Model,
    /// 0 to 100.
    pub score: f64,
}

/// A row that could not be read as a listing.
#[derive(Debug, Clone, Copy)]
pub struct RejectedRow<'a> {
    pub index: u64,
    pub span: RowSpan,
    /// The record's bytes in the source.
    pub raw: &'a [u8],
    /// What a repair file must hold for this row where `raw` alone cannot be read again; else empty.
    pub repair: &'a [u8],
    /// Every error found in the row, at least one.
    pub errors: &'a [RowError],
}

/// How many rows became what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Counts {
    #[serde(rename = "scored_rows")]
    pub scored: u64,
    #[serde(rename = "unmatched_rows")]
    pub unmatched: u64,
    #[serde(rename = "rejected_rows")]
    pub rejected: u64,
}

impl Counts {
    pub fn add(&mut self, outcome: &Outcome<'_>) {
        match outcome {
            Outcome::Scored(_) => self.scored += 1,
            Outcome::Unmatched(..) => self.unmatched += 1,
            Outcome::Rejected(_) => self.rejected += 1,
        }
    }

    /// All the rows seen: they add up by construction.
    pub fn total(&self) -> u64 {
        self.scored + self.unmatched + self.rejected
    }
}
