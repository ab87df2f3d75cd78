//! Which cards hold a model: a workload in words → bytes → the cheapest sets of listings that hold it.
//!
//! `workload` reads the text, `memory` counts the bytes and bounds the decoding, `search` finds the sets. No I/O, no
//! clock, no randomness: the listings come in as [`Candidate`]s.

mod workload;

mod memory;
mod published;
mod quantisation;

mod answer;
mod group;
mod search;

pub use memory::{
    Architecture, BYTES_PER_GB, Demand, Part, USABLE_SHARE, demand, tokens_per_second, usable_gb,
    workings,
};
pub use quantisation::Quantisation;
pub use search::search;
pub use workload::{Workload, WorkloadError, parse};

use serde::Serialize;

/// A listing that can be taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The caller's reference.
    pub id: u64,
    pub vendor: String,
    pub model: String,
    /// Of a card, as named; see [`BYTES_PER_GB`].
    pub memory_gb: f64,
    pub bandwidth_gb_s: Option<f64>,
    pub watts: Option<u32>,
    /// Widths of a card in a case, in slots.
    pub slots: Option<f64>,
    /// US dollars a card; counted in whole cents.
    pub price: f64,
    /// Cards that can be had at this price.
    pub quantity: u32,
    /// A board for a server's own sockets: SXM, OAM.
    pub needs_server: bool,
}

/// What a set may cost and need. `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// US dollars.
    pub budget: Option<f64>,
    pub max_watts: Option<f64>,
    pub max_slots: Option<f64>,
    /// Cards of a set, at most [`Limits::MOST_CARDS`].
    pub max_cards: u32,
    /// Whether boards for a server's own sockets count.
    pub allow_sxm: bool,
    pub min_tokens_per_s: Option<f64>,
    /// Sets to find.
    pub wanted: usize,
}

impl Limits {
    /// More cards than this are not searched: the time grows with the square.
    pub const MOST_CARDS: u32 = 16;
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            budget: None,
            max_watts: None,
            max_slots: None,
            max_cards: 8,
            allow_sxm: false,
            min_tokens_per_s: None,
            wanted: 5,
        }
    }
}

/// Cards taken of one listing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Taken {
    pub id: u64,
    pub model: String,
    pub count: u32,
    /// US dollars a card.
    pub price: f64,
}

/// Cards that hold a workload together, or nearly.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Set {
    /// Fastest model first, and of a model the cheapest listing first.
    pub cards: Vec<Taken>,
    /// US dollars in all.
    pub price: f64,
    /// As the cards are named.
    pub memory_gb: f64,
    /// What they offer, after [`USABLE_SHARE`].
    pub usable_gb: f64,
    /// `usable_gb` less what the workload needs.
    pub headroom_gb: f64,
    /// `None` where a card's is not known.
    pub watts: Option<u32>,
    /// `None` where a card's are not known.
    pub slots: Option<f64>,
    /// The bound of [`tokens_per_second`].
    pub tokens_per_s: Option<f64>,
}

/// Which limit a set fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    Budget,
    Watts,
    Slots,
    ServerBoard,
    Memory,
    Speed,
}

/// A set that fails one limit and no other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NearMiss {
    pub set: Set,
    pub limit: Limit,
    /// With figures: `needs 1,050 W of 900`.
    pub reason: String,
}

/// What a search gives. Both are empty where nothing comes near.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Found {
    /// Cheapest first, no two of the same models in the same numbers.
    pub sets: Vec<Set>,
    /// Of each limit the cheapest set that would stand among `sets` but for that limit; cheapest first.
    pub near_misses: Vec<NearMiss>,
}

#[cfg(test)]
mod tests;
