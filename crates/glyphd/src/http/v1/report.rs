//! The database as a whole, in figures.

use axum::extract::{OriginalUri, State};
use axum::http::HeaderMap;
use axum::response::Response;
use glyph_store::import::Totals;
use glyph_store::listing::{ListingFilter, ListingRecord, ModelMarket};
use glyph_store::store::Store;
use serde::Serialize;
use utoipa::ToSchema;

use super::models::{Model, model_of};
use super::shapes::Listing;
use crate::http::answers::{self, Answer};
use crate::http::context::Context;
use crate::http::parameters::{Nothing, Query};
use crate::http::problem::{Problem, ProblemBody};

/// Offers that a report names.
const BEST_OFFERS: u64 = 10;

/// What a report is made of.
pub(crate) struct Figures {
    pub(crate) totals: Totals,
    pub(crate) markets: Vec<ModelMarket>,
    /// The highest score first.
    pub(crate) best_offers: Vec<ListingRecord>,
}

impl Figures {
    pub(crate) fn of(store: &dyn Store) -> Result<Figures, Problem> {
        Ok(Figures {
            totals: store.count_rows()?,
            markets: store.list_model_markets(None)?,
            best_offers: store.list_listings(&ListingFilter {
                limit: BEST_OFFERS,
                ..ListingFilter::default()
            })?,
        })
    }

    pub(crate) fn listings(&self) -> u64 {
        self.markets.iter().map(|market| market.listing_count).sum()
    }

    /// The lowest and the highest price of a card, in US dollars.
    pub(crate) fn prices(&self) -> (Option<f64>, Option<f64>) {
        let least = self.markets.iter().filter_map(|market| market.min_price);
        let most = self.markets.iter().filter_map(|market| market.max_price);
        let most = most.filter(|price| price.is_finite());
        (least.reduce(f64::min), most.reduce(f64::max))
    }
}

/// The database as a whole, as it is now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Report {
    /// Imports in force.
    imports: u64,
    total_rows: u64,
    scored_rows: u64,
    unmatched_rows: u64,
    rejected_rows: u64,
    /// Of the rows that could be read, those whose card was named; 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    named_share: Option<f64>,
    /// Listings with a price.
    listings: u64,
    /// US dollars a card.
    #[serde(skip_serializing_if = "Option::is_none")]
    min_price: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_price: Option<f64>,
    /// What is listed, model by model.
    models: Vec<Model>,
    /// The highest score first.
    best_offers: Vec<Listing>,
    registry_version: String,
}

/// Tell what the database holds: rows by outcome, prices by model, the best offers.
#[utoipa::path(
    get, path = "/report", tag = "listings", operation_id = "show_report",
    responses(
        (status = 200, description = "The report", body = Report, headers(("etag" = String))),
        (status = 304, description = "The client has it already"),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn show(
    State(context): State<Context>,
    OriginalUri(address): OriginalUri,
    headers: HeaderMap,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Response, Problem> {
    let registry_version = context.names.registry.version().to_owned();
    answers::kept(&context, &address, &headers, move |store| {
        let figures = Figures::of(store)?;
        let (min_price, max_price) = figures.prices();
        let totals = figures.totals;
        let readable = totals.scored_rows + totals.unmatched_rows;
        let models = figures
            .markets
            .iter()
            .map(|market| model_of(market.canonical_model.clone(), Some(market), None));
        Answer::of_json(&Report {
            imports: totals.imports,
            total_rows: totals.total_rows,
            scored_rows: totals.scored_rows,
            unmatched_rows: totals.unmatched_rows,
            rejected_rows: totals.rejected_rows,
            named_share: (readable > 0).then(|| totals.scored_rows as f64 / readable as f64),
            listings: figures.listings(),
            min_price,
            max_price,
            models: models.collect(),
            best_offers: figures.best_offers.into_iter().map(Listing::from).collect(),
            registry_version,
        })
    })
    .await
}
