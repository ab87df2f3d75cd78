//! The offers that stand in the market at a time: what each source showed last.

use glyph_core::market::Offer;

/// Which offers stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StandingFilter {
    /// Now, in seconds since 1970: a row that was seen later, by somebody's wrong clock, moves no window.
    pub now: i64,
    /// As it was seen until this time, seconds since 1970; absent means whatever has been seen.
    pub as_of: Option<i64>,
    /// Only what was seen within so many seconds before the last sight of all, or before `as_of`; absent means any.
    pub window_seconds: Option<i64>,
    /// The offers of this import alone, whether or not they still stand.
    pub import_id: Option<String>,
}

/// An offer that stands, and since when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StandingOffer {
    /// Its listing.
    pub id: i64,
    /// `offer.model` is the place in [`Standing::models`].
    pub offer: Offer,
    /// 0 to 100.
    pub score: f64,
    /// When the offer was seen first and last: seconds since 1970. An offer counts as seen first in the first import that
    /// has its address, or else its title, and its seller.
    pub first_seen: i64,
    pub last_seen: i64,
    /// Whether it can be bought now, as far as its source says: it is neither sold nor out of stock.
    pub is_available: bool,
    /// The fewest that are sold at a time.
    pub min_order: u32,
}

/// The market at a time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing {
    /// Canonical names.
    pub models: Vec<String>,
    /// By the ids of their listings.
    pub offers: Vec<StandingOffer>,
    /// Sources that an offer stands in.
    pub sources: u64,
    /// The last sight that counts, seconds since 1970.
    pub last_seen: Option<i64>,
}
