//! Listings as they are asked for and answered.

use serde::Serialize;

/// Which listings, in which order. Absent means any.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListingFilter {
    pub model: Option<String>,
    /// One of these models, as they are written; any where empty. Beside it `model` does not count.
    pub any_model: Vec<String>,
    pub min_price: Option<f64>,
    pub max_price: Option<f64>,
    pub min_score: Option<f64>,
    pub max_score: Option<f64>,
    pub region: Option<String>,
    pub condition: Option<String>,
    pub seller: Option<String>,
    pub import_id: Option<String>,
    /// Only what was known at this time: seconds since 1970.
    pub as_of: Option<i64>,
    /// Only what each source showed last.
    pub only_current: bool,
    /// Words that all stand in the title.
    pub text: Option<String>,
    pub sort: ListingSort,
    pub limit: u64,
    pub offset: u64,
    /// Only what comes after this place in the order, which must be of the same `sort`; `offset` counts from there.
    pub after: Option<ListingPlace>,
    /// Give the evidence of each match too.
    pub with_evidence: bool,
}

/// The order of an answer; equal keys stand in the order they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ListingSort {
    #[default]
    BestScore,
    Cheapest,
    Dearest,
    /// Price for a gigabyte of memory.
    CheapestMemory,
    Newest,
    /// By import and row.
    RowOrder,
}

/// Where a listing stands in an order: what follows it stays the same whatever is imported or undone meanwhile.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListingPlace {
    /// The listing's id.
    pub id: i64,
    /// The number that the order goes by; absent where the listing has none, or the order goes by none.
    pub number: Option<f64>,
    /// In [`ListingSort::RowOrder`].
    pub import_id: Option<String>,
}

impl ListingPlace {
    pub fn of(record: &ListingRecord, sort: ListingSort) -> ListingPlace {
        let number = match sort {
            ListingSort::BestScore => Some(record.score),
            ListingSort::Cheapest | ListingSort::Dearest => Some(record.price),
            ListingSort::CheapestMemory => record.price_per_gb,
            ListingSort::Newest | ListingSort::RowOrder => None,
        };
        ListingPlace {
            id: record.id,
            number,
            import_id: (sort == ListingSort::RowOrder)
                .then(|| record.import_id.clone())
                .flatten(),
        }
    }
}

/// A scored listing.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ListingRecord {
    pub id: i64,
    pub import_id: Option<String>,
    pub import_index: Option<u64>,
    pub canonical_model: String,
    pub title: Option<String>,
    /// US dollars, as offered: of the whole lot.
    pub price: f64,
    pub unit_price: f64,
    pub price_per_gb: Option<f64>,
    pub score: f64,
    pub vram_gb: Option<f64>,
    pub tdp_watts: Option<i64>,
    pub mig_support: Option<i64>,
    pub nvlink: Option<bool>,
    pub condition: Option<String>,
    pub region: Option<String>,
    pub seller: Option<String>,
    pub source_url: Option<String>,
    pub notes: Option<String>,
    pub quantity: Option<i64>,
    pub min_order_qty: Option<i64>,
    pub availability: Option<String>,
    pub lot_size: i64,
    pub form: Option<String>,
    pub confidence: Option<f64>,
    pub currency: Option<String>,
    /// The price in its currency, of the whole lot.
    #[serde(skip)]
    pub price_given: f64,
    /// The price as the source gave it.
    pub price_as_given: Option<String>,
    pub seen_at: Option<String>,
    /// JSON array of cautions that the title gives.
    #[serde(
        serialize_with = "crate::json::as_json",
        skip_serializing_if = "Option::is_none"
    )]
    pub flags: Option<String>,
    #[serde(
        serialize_with = "crate::json::as_json",
        skip_serializing_if = "Option::is_none"
    )]
    pub evidence: Option<String>,
}

/// A row of an import, whatever became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowRecord {
    pub import_id: Option<String>,
    pub import_index: Option<u64>,
    /// `scored`, `unmatched` or `rejected`.
    pub outcome: &'static str,
    /// Why a row is unmatched, or the first error code of a rejected one.
    pub reason: Option<String>,
    pub title: Option<String>,
    pub canonical_model: Option<String>,
    /// US dollars.
    pub price: Option<f64>,
    /// In whole units of `currency`, as the source gave it; absent in rows of the old program.
    pub price_given: Option<f64>,
    pub currency: Option<String>,
    pub price_as_given: Option<String>,
    pub score: Option<f64>,
    pub vram_gb: Option<f64>,
    pub condition: Option<String>,
    pub quantity: Option<i64>,
    pub min_order_qty: Option<i64>,
    pub availability: Option<String>,
    pub lot_size: Option<i64>,
    pub seller: Option<String>,
    pub region: Option<String>,
    pub source_url: Option<String>,
    pub seen_at: Option<String>,
    pub notes: Option<String>,
    /// JSON object of the columns that no field was recognised in.
    pub extra: Option<String>,
    /// A rejected record as it came.
    pub raw: Option<String>,
    /// JSON array of a rejected row's errors.
    pub errors: Option<String>,
}

/// A distinct unmatched offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnmatchedText {
    pub title: String,
    pub reason: String,
    /// Rows that offer it.
    pub rows: u64,
    /// One of them.
    pub import_id: String,
    pub import_index: u64,
}

/// What one model costs over the listings in force, in US dollars a card.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelMarket {
    pub canonical_model: String,
    pub listing_count: u64,
    pub min_price: Option<f64>,
    pub median_price: Option<f64>,
    pub max_price: Option<f64>,
    pub avg_price: Option<f64>,
}

impl ModelMarket {
    /// Of the unit prices of a model's listings. The median of an even number is the mean of the two in the middle.
    pub fn of(canonical_model: String, mut prices: Vec<f64>) -> ModelMarket {
        prices.sort_unstable_by(f64::total_cmp);
        let count = prices.len();
        let at = |place: usize| prices.get(place).copied();
        let median = at(count.saturating_sub(1) / 2)
            .zip(at(count / 2))
            .map(|(low, high)| f64::midpoint(low, high));
        ModelMarket {
            canonical_model,
            listing_count: count as u64,
            min_price: prices.first().copied(),
            median_price: median,
            max_price: prices.last().copied(),
            avg_price: (count > 0).then(|| prices.iter().sum::<f64>() / count as f64),
        }
    }
}
