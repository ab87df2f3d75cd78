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

/// An offer over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OfferHistory {
    /// The oldest first.
    pub sights: Vec<Observation>,
    /// How often it came back after an import of its source had not had it.
    pub relisted: u64,
    /// When its sources were seen without it, since it was seen last: RFC 3339. `None` while one of them shows it.
    pub gone_since: Option<String>,
}

impl OfferHistory {
    /// Whether a listing of the offer tells of a price that is no longer asked: it is gone, or was seen again later.
    pub fn is_former(&self, listing: &ListingRecord) -> bool {
        let last = self.sights.last().and_then(|sight| sight.seen_at.as_ref());
        self.gone_since.is_some() || last.is_some_and(|last| Some(last) > listing.seen_at.as_ref())
    }
}

/// What one import saw of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelSight {
    /// `None` for rows of the old program that belong to no import.
    pub import_id: Option<String>,
    pub source_name: Option<String>,
    /// What imports of one source have in common.
    pub source: String,
    /// Seconds since 1970.
    pub seen_at: i64,
    /// US dollars asked for a card, in rising order; at least one.
    pub prices: Vec<f64>,
}

/// What became of an offer from one import to the next of the same source.
#[derive(Debug, Clone, PartialEq)]
pub enum OfferChange {
    Price {
        old: Box<ListingRecord>,
        new: Box<ListingRecord>,
        /// Of the old price in its currency, so that a rate that moved does not count; absent where there is no old price
        /// to compare with.
        percent: Option<f64>,
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

    /// The offer as it was and as it is, where it was and is.
    pub fn into_sides(self) -> (Option<ListingRecord>, Option<ListingRecord>) {
        match self {
            OfferChange::Price { old, new, .. } => (Some(*old), Some(*new)),
            OfferChange::Appeared(new) => (None, Some(*new)),
            OfferChange::Gone(old) => (Some(*old), None),
        }
    }

    pub fn score_change(&self) -> Option<f64> {
        match self {
            OfferChange::Price { old, new, .. } => Some(new.score - old.score),
            OfferChange::Appeared(_) | OfferChange::Gone(_) => None,
        }
    }

    /// The change of the price in per cent of the old one.
    pub fn price_percent(&self) -> Option<f64> {
        match self {
            OfferChange::Price { percent, .. } => *percent,
            OfferChange::Appeared(_) | OfferChange::Gone(_) => None,
        }
    }

    /// The change of the price in US dollars, of the whole lot, both by the later rate.
    pub fn price_change(&self) -> Option<f64> {
        let OfferChange::Price { new, percent, .. } = self else {
            return None;
        };
        percent.map(|percent| new.price - new.price / (1.0 + percent / 100.0))
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
    /// Of one of these models, in any case; any where empty.
    pub models: Vec<String>,
    pub region: Option<String>,
    /// What the imports' files are called, with or without the folder.
    pub source_name: Option<String>,
    /// Prices that went up or down by at least so many per cent.
    pub min_percent: Option<f64>,
    /// Found by imports that were seen later than this: RFC 3339.
    pub after: Option<String>,
    /// Found by imports that were seen no later than this: RFC 3339.
    pub until: Option<String>,
    /// The largest moves of an import first, and not those of its first rows.
    pub largest_first: bool,
    /// Found by the last imports of these, at most so many.
    pub last_imports: Option<usize>,
    /// Found by this import.
    pub new_import: Option<String>,
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

/// A change of price in the old program's form: one that it found itself, or one of today.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PriceMove {
    /// From [`PriceMove::FIRST_OWN_ID`] on of this program; below it the old program's.
    pub id: i64,
    pub model: String,
    /// US dollars, as the prices of the snapshots.
    pub price_delta: f64,
    pub price_delta_pct: f64,
    pub score_delta: f64,
    pub region: Option<String>,
    pub source_url: Option<String>,
    /// RFC 3339; without a zone where the old program wrote it.
    pub timestamp: String,
    pub current_snapshot: Snapshot,
    pub previous_snapshot: Snapshot,
}

/// A price at a time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Snapshot {
    pub id: i64,
    pub price_usd: f64,
    pub score: f64,
    pub seen_at: String,
}

impl PriceMove {
    /// Added to the id of a listing: beyond any id that the old program gave, and exact in JavaScript's numbers.
    pub const FIRST_OWN_ID: i64 = 1_000_000_000_000;

    /// `None` for what is no change of a price, or one that cannot be told in per cent.
    pub fn of_found(found: FoundChange) -> Option<PriceMove> {
        let price_delta_pct = found.change.price_percent()?;
        let price_delta = found.change.price_change()?;
        let OfferChange::Price { old, new, .. } = found.change else {
            return None;
        };
        let snapshot = |listing: &ListingRecord| Snapshot {
            id: PriceMove::FIRST_OWN_ID + listing.id,
            price_usd: listing.price,
            score: listing.score,
            seen_at: listing.seen_at.clone().unwrap_or_default(),
        };
        Some(PriceMove {
            id: PriceMove::FIRST_OWN_ID + new.id,
            price_delta,
            price_delta_pct,
            score_delta: new.score - old.score,
            timestamp: found.found_at,
            current_snapshot: snapshot(&new),
            previous_snapshot: snapshot(&old),
            model: new.canonical_model,
            region: new.region,
            source_url: new.source_url,
        })
    }
}
