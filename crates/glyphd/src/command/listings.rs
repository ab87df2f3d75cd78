//! `glyphd listings`: scored listings by filter and order.

use std::path::Path;

use clap::{Args, ValueEnum};
use comfy_table::Table;
use glyph_store::listing::{ListingFilter, ListingRecord, ListingSort};
use glyph_store::store::Store;

use super::failure::Status;
use super::imports::{Output, find};
use super::store::open_for_reading;
use crate::output;

/// Find scored listings.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  glyphd listings --model RTX_A5000 --max-price 1500 --sort price"
)]
pub struct Arguments {
    /// The canonical name of a model, as `glyphd models` shows it.
    #[arg(long)]
    model: Option<String>,
    /// The lowest price, in US dollars.
    #[arg(long, value_name = "USD")]
    min_price: Option<f64>,
    /// The highest price, in US dollars.
    #[arg(long, value_name = "USD")]
    max_price: Option<f64>,
    /// The lowest score, 0 to 100.
    #[arg(long)]
    min_score: Option<f64>,
    /// The highest score, 0 to 100.
    #[arg(long)]
    max_score: Option<f64>,
    /// A region, as `US` or `EU`.
    #[arg(long)]
    region: Option<String>,
    /// `new`, `open_box`, `refurbished`, `used` or `for_parts`.
    #[arg(long)]
    condition: Option<String>,
    #[arg(long)]
    seller: Option<String>,
    /// One import: its id, its first letters, or `last`.
    #[arg(long, value_name = "ID")]
    import: Option<String>,
    /// Words that all stand in the title.
    #[arg(long)]
    text: Option<String>,
    #[arg(long, value_enum, default_value = "score")]
    sort: Sort,
    /// The most rows to show.
    #[arg(long, default_value_t = 20, value_name = "N")]
    limit: u64,
    /// Rows to pass over first.
    #[arg(long, default_value_t = 0, value_name = "N")]
    offset: u64,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sort {
    /// The best score first.
    Score,
    /// The lowest price first.
    Price,
    /// The highest price first.
    PriceDesc,
    /// The lowest price for a gigabyte of memory first.
    PerGb,
    /// The last taken in first.
    Newest,
    /// By import and row.
    Row,
}

pub(super) fn run(path: &Path, arguments: &Arguments) -> anyhow::Result<Status> {
    let store = open_for_reading(path)?;
    let import_id = match &arguments.import {
        Some(wanted) => Some(find(&store, wanted)?.import_id),
        None => None,
    };
    let filter = ListingFilter {
        model: arguments.model.clone(),
        min_price: arguments.min_price,
        max_price: arguments.max_price,
        min_score: arguments.min_score,
        max_score: arguments.max_score,
        region: arguments.region.clone(),
        condition: arguments.condition.clone(),
        seller: arguments.seller.clone(),
        import_id,
        text: arguments.text.clone(),
        sort: match arguments.sort {
            Sort::Score => ListingSort::BestScore,
            Sort::Price => ListingSort::Cheapest,
            Sort::PriceDesc => ListingSort::Dearest,
            Sort::PerGb => ListingSort::CheapestMemory,
            Sort::Newest => ListingSort::Newest,
            Sort::Row => ListingSort::RowOrder,
        },
        limit: arguments.limit,
        offset: arguments.offset,
    };
    let listings = store.list_listings(&filter)?;
    output::rows(&listings, arguments.output.format(), listing_table)?;
    Ok(Status::Done)
}

/// Listings for people, a line each: what it is worth, what it costs, what and where it is.
pub(super) fn listing_table(listings: &[ListingRecord]) -> Table {
    output::fitted_table(
        &["score", "price $", "$/GB", "row", "model", "title"],
        &[0, 1, 2, 3],
        listings.iter().map(cells).collect(),
    )
}

fn cells(listing: &ListingRecord) -> Vec<String> {
    let lot = if listing.lot_size > 1 {
        format!(" /{}", listing.lot_size)
    } else {
        String::new()
    };
    vec![
        format!("{:.1}", listing.score),
        output::dollars(listing.price) + &lot,
        listing.price_per_gb.map_or("–".to_owned(), output::dollars),
        listing
            .import_index
            .map_or("–".to_owned(), |index| index.to_string()),
        listing.canonical_model.clone(),
        listing.title.clone().unwrap_or_default(),
    ]
}
