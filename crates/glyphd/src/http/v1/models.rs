//! The GPU models that the program knows, and what they cost.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::http::HeaderMap;
use axum::response::Response;
use glyph_store::listing::ModelMarket;
use glyph_store::store::Store;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::listings::as_of;
use crate::http::answers::{self, Answer};
use crate::http::context::Context;
use crate::http::parameters::{Nothing, Query, Segment};
use crate::http::problem::{Code, Problem, ProblemBody};

/// A model of the registry, with what it costs over the listings in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Model {
    canonical_model: String,
    listing_count: u64,
    /// US dollars a card.
    #[serde(skip_serializing_if = "Option::is_none")]
    min_price: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    median_price: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_price: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    avg_price: Option<f64>,
    /// What the registry says of it, with the source of each value; absent for a model that is not in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    specs: Option<Value>,
}

/// All models.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Models {
    items: Vec<Model>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ModelsQuery {
    /// Those alone that something is listed of.
    #[serde(default)]
    #[param(required = false)]
    listed: bool,
    /// Prices as they were known at a time: RFC 3339, or a date, which means the end of that day.
    #[param(required = false, nullable = false, format = DateTime)]
    as_of: Option<String>,
}

fn finite(number: Option<f64>) -> Option<f64> {
    number.filter(|number| number.is_finite())
}

pub(super) fn model_of(name: String, market: Option<&ModelMarket>, specs: Option<Value>) -> Model {
    Model {
        canonical_model: name,
        listing_count: market.map_or(0, |market| market.listing_count),
        min_price: market.and_then(|market| finite(market.min_price)),
        median_price: market.and_then(|market| finite(market.median_price)),
        max_price: market.and_then(|market| finite(market.max_price)),
        avg_price: market.and_then(|market| finite(market.avg_price)),
        specs,
    }
}

/// List models with their specs and prices: those of the registry, then what is listed beside it.
#[utoipa::path(
    get, path = "/models", tag = "models", operation_id = "list_models", params(ModelsQuery),
    responses(
        (status = 200, description = "The models", body = Models, headers(("etag" = String))),
        (status = 304, description = "The client has it already"),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(context): State<Context>,
    OriginalUri(address): OriginalUri,
    headers: HeaderMap,
    Query(query): Query<ModelsQuery>,
) -> Result<Response, Problem> {
    let names = Arc::clone(&context.names);
    let as_of = as_of(query.as_of.as_deref())?;
    answers::kept(&context, &address, &headers, move |store| {
        let markets = store.list_model_markets(as_of)?;
        let mut by_name: HashMap<&str, &ModelMarket> = markets
            .iter()
            .map(|market| (market.canonical_model.as_str(), market))
            .collect();
        let mut items = Vec::new();
        for model in names.registry.models() {
            let market = by_name.remove(model.canonical_model.as_str());
            if market.is_some() || !query.listed {
                let specs =
                    serde_json::to_value(model).map_err(|error| Problem::internal(&error))?;
                items.push(model_of(model.canonical_model.clone(), market, Some(specs)));
            }
        }
        // In the order of the answer, not of the map.
        for market in &markets {
            if by_name.contains_key(market.canonical_model.as_str()) {
                items.push(model_of(market.canonical_model.clone(), Some(market), None));
            }
        }
        Answer::of_json(&Models { items })
    })
    .await
}

/// Show one model.
#[utoipa::path(
    get, path = "/models/{name}", tag = "models", operation_id = "show_model",
    params(("name" = String, Path, description = "A canonical model, as `RTX_4090`, in any case")),
    responses(
        (status = 200, description = "The model", body = Model, headers(("etag" = String))),
        (status = 304, description = "The client has it already"),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn show(
    State(context): State<Context>,
    Segment(name): Segment<String>,
    OriginalUri(address): OriginalUri,
    headers: HeaderMap,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Response, Problem> {
    let names = Arc::clone(&context.names);
    answers::kept(&context, &address, &headers, move |store| {
        let in_registry = names
            .registry
            .models()
            .iter()
            .find(|model| model.canonical_model.eq_ignore_ascii_case(&name));
        let name = in_registry.map_or(name, |model| model.canonical_model.clone());
        let markets = store.list_model_markets(None)?;
        let market = markets.iter().find(|market| market.canonical_model == name);
        if in_registry.is_none() && market.is_none() {
            return Err(Problem::new(
                Code::ModelUnknown,
                format!("there is no model `{name}`"),
            ));
        }
        let specs = in_registry
            .map(serde_json::to_value)
            .transpose()
            .map_err(|error| Problem::internal(&error))?;
        Answer::of_json(&model_of(name, market, specs))
    })
    .await
}
