//! The database as a whole, in figures.

use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::http::HeaderMap;
use axum::response::Response;
use glyph_store::import::Totals;
use glyph_store::listing::{ListingFilter, ListingRecord, ModelMarket};
use glyph_store::standing::StandingFilter;
use glyph_store::store::Store;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::imports::find;
use super::listings::as_of;
use super::models::{Model, model_of};
use super::shapes::Listing;
use crate::clock;
use crate::http::answers::{self, Answer};
use crate::http::context::Context;
use crate::http::parameters::Query;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::market::{DAY_SECONDS, WINDOW_DAYS};
use crate::names::Names;
use crate::report::{self, Scope};

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
    /// The market as it stands: its size, the largest price moves, deals, prices by model and condition with how sure the
    /// median is, dollars a gigabyte, coverage, quality. It is what `glyphd report --json` prints.
    #[schema(value_type = Object)]
    market: Value,
}

/// Which market.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportQuery {
    /// The market of one model: a canonical name, in any case.
    #[param(required = false, nullable = false)]
    model: Option<String>,
    /// The offers of one import: its id, a prefix that only it has, or `last`.
    #[param(required = false, nullable = false)]
    import_id: Option<String>,
    /// The market as it was known at a time: RFC 3339, or a date, which means the end of that day.
    #[param(required = false, nullable = false, format = DateTime)]
    as_of: Option<String>,
    /// Only offers that were seen in so many days before the last sight of any; 0 for all.
    #[serde(default = "window_days")]
    #[param(required = false, minimum = 0, maximum = 36500)]
    window: i64,
}

fn window_days() -> i64 {
    WINDOW_DAYS
}

impl ReportQuery {
    fn scope(&self, store: &dyn Store, names: &Names) -> Result<Scope, Problem> {
        if !(0..=36_500).contains(&self.window) {
            let detail = format!("`{}` is not from 0 to 36500", self.window);
            return Err(Problem::of_parameter(
                Code::ParameterInvalid,
                "window",
                detail,
            ));
        }
        let import_id = match &self.import_id {
            Some(wanted) => Some(find(store, wanted)?.import_id),
            None => None,
        };
        let model = self.model.as_ref();
        let model = model.map(|model| names.canonical(model).to_owned());
        Ok(Scope {
            standing: StandingFilter {
                now: clock::now().as_second(),
                as_of: as_of(self.as_of.as_deref())?,
                window_seconds: (self.window > 0 && import_id.is_none())
                    .then_some(self.window * DAY_SECONDS),
                import_id,
            },
            model,
        })
    }
}

/// Tell what the database holds: rows by outcome, prices by model, the best offers, and the market as it stands.
#[utoipa::path(
    get, path = "/report", tag = "listings", operation_id = "show_report", params(ReportQuery),
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
    Query(query): Query<ReportQuery>,
) -> Result<Response, Problem> {
    let names = Arc::clone(&context.names);
    answers::kept(&context, &address, &headers, move |store| {
        let market = report::Report::of(store, &names, &query.scope(store, &names)?)?;
        // A model that nobody knows and nobody offers is a mistake.
        if let Some(model) = &query.model
            && market.models.is_empty()
            && names.registry.find(names.canonical(model)).is_none()
        {
            return Err(Problem::new(
                Code::ModelUnknown,
                format!("there is no model `{model}`"),
            ));
        }
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
            registry_version: names.registry.version().to_owned(),
            market: serde_json::to_value(market).map_err(|error| Problem::internal(&error))?,
        })
    })
    .await
}
