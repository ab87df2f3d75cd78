//! Offers over time: the sights of one, and what changed from an import to the next of its source.

use serde::Serialize;

use crate::listing::ListingRecord;

/// What one import, or the old program, saw of an offer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Observation {
    /// The listing; absent in the old program's price history.
    pub listing_id: Option<i64>,
    pub import_id: Option<String>,
    pub import_index: Option<u64>,
    pub source_name: Option<String>,
    pub seen_at: Option<String>,
    /// US dollars, of the whole lot.
    pub price: f64,
    /// US dollars for one card.
    pub unit_price: f64,
    /// 0 to 100.
    pub score: f64,
}

/// What became of an offer from one import to the next of the same source.
#[derive(Debug, Clone, PartialEq)]
pub enum OfferChange {
    Price {
        old: Box<ListingRecord>,
        new: Box<ListingRecord>,
    },
    Appeared(Box<ListingRecord>),
    Gone(Box<ListingRecord>),
}

impl OfferChange {
    pub fn kind(&self) -> ChangeKind {
        match self {
            OfferChange::Price { .. } => ChangeKind::Price,
            OfferChange::Appeared(_) => ChangeKind::Appeared,
            OfferChange::Gone(_) => ChangeKind::Gone,
        }
    }

    /// The offer as it was seen last.
    pub fn listing(&self) -> &ListingRecord {
        match self {
            OfferChange::Price { new, .. } => new,
            OfferChange::Appeared(listing) | OfferChange::Gone(listing) => listing,
        }
    }

    /// The change of the price in per cent of the old one; absent where there is no old price to compare with.
    pub fn price_percent(&self) -> Option<f64> {
        match self {
            OfferChange::Price { old, new } => Some((new.price - old.price) / old.price * 100.0)
                .filter(|percent| percent.is_finite()),
            OfferChange::Appeared(_) | OfferChange::Gone(_) => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Price,
    Appeared,
    Gone,
}

/// Which changes. Absent means any.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChangeFilter {
    pub kind: Option<ChangeKind>,
    /// Of one of these models, as they are written; any where empty.
    pub models: Vec<String>,
    pub region: Option<String>,
    /// What the imports' files are called.
    pub source_name: Option<String>,
    /// Prices that went up or down by at least so many per cent.
    pub min_percent: Option<f64>,
    /// Found by imports that were seen later than this: RFC 3339.
    pub after: Option<String>,
    /// Only what comes after this one in the order.
    pub place: Option<ChangePlace>,
}

/// Where a change stands: the import that found it, and its place among that import's changes, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePlace {
    pub import_id: String,
    pub place: u64,
}

/// A change where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundChange {
    /// When the later import was seen.
    pub found_at: String,
    pub old_import: String,
    pub new_import: String,
    pub place: u64,
    pub change: OfferChange,
}

/// A change of price that the old program found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OldDelta {
    pub id: i64,
    pub model: String,
    pub price_delta: f64,
    pub price_delta_pct: f64,
    pub score_delta: f64,
    pub region: Option<String>,
    pub source_url: Option<String>,
    pub timestamp: String,
    pub current_snapshot: OldSnapshot,
    pub previous_snapshot: OldSnapshot,
}

/// A price that the old program saw.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OldSnapshot {
    pub id: i64,
    pub price_usd: f64,
    pub score: f64,
    pub seen_at: String,
}
