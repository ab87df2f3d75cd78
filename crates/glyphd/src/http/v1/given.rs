//! Listings that are sent as JSON and not as a file: numbered by the server, or by the client from 0 without a gap.

use std::io::{Seek, Write};

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use glyph_core::source::Format;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::sync::OwnedSemaphorePermit;
use utoipa::ToSchema;

use super::imports::{import_now, place};
use super::shapes::ImportReport;
use super::upload::{Upload, slot};
use crate::http::context::Context;
use crate::http::database::blocking;
use crate::http::parameters::{JsonList, Nothing, Query};
use crate::http::problem::{Code, Fault, Problem, ProblemBody};

/// A listing as the old program's clients send it. The model and the price are read; the score is made anew, by this
/// program's formula, and what was sent is kept with the row.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct GivenListing {
    pub(crate) canonical_model: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) vram_gb: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mig_support: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nvlink: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tdp_watts: Option<f64>,
    /// US dollars.
    pub(crate) price: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) score: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) import_id: Option<String>,
    /// Absent in all, or exactly 0 … n−1 in some order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) import_index: Option<u64>,
    /// Whatever else was sent: kept with the row.
    #[serde(flatten)]
    #[schema(ignore)]
    pub(crate) more: Map<String, Value>,
}

/// Take in listings as JSON.
///
/// `import_index` is absent everywhere, and the rows are numbered as they stand, or present everywhere and exactly
/// 0 … n−1 in some order.
#[utoipa::path(
    post, path = "/listings", tag = "listings", operation_id = "create_listings", request_body = Vec<GivenListing>,
    responses(
        (status = 201, description = "Imported", body = ImportReport, headers(("location" = String))),
        (status = 200, description = "The same listings are an import already", body = ImportReport),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn create(
    State(context): State<Context>,
    Query(Nothing {}): Query<Nothing>,
    JsonList(given): JsonList<GivenListing>,
) -> Result<Response, Problem> {
    let report = import_given(&context, given).await?;
    if report.state != "done" {
        return Ok(Json(report).into_response());
    }
    let place = place(&format!("/api/v1/imports/{}", report.import_id))?;
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, place)],
        Json(report),
    )
        .into_response())
}

pub(crate) async fn import_given(
    context: &Context,
    given: Vec<GivenListing>,
) -> Result<ImportReport, Problem> {
    let given = in_their_order(given)?;
    let shared = Context::clone(context);
    let slot = slot(context)?;
    let upload = blocking(move || file_of(&given, &shared, slot)).await?;
    import_now(context, upload, "listings".to_owned(), |_| {}).await
}

/// The listings by their numbers; refuses numbers that are not 0 … n−1.
fn in_their_order(mut given: Vec<GivenListing>) -> Result<Vec<GivenListing>, Problem> {
    if given.is_empty() {
        return Err(Problem::new(Code::BodyInvalid, "there are no listings"));
    }
    let numbered = given
        .iter()
        .filter(|listing| listing.import_index.is_some())
        .count();
    if numbered == 0 {
        return Ok(given);
    }
    let rows = given.len() as u64;
    let mut seen = vec![false; given.len()];
    let mut errors = Vec::new();
    for (place, listing) in given.iter().enumerate() {
        let detail = match listing.import_index {
            None => "`import_index` is missing, and others have one".to_owned(),
            Some(index) => match usize::try_from(index)
                .ok()
                .and_then(|index| seen.get_mut(index))
            {
                None => format!("`import_index` {index} is not below {rows}"),
                Some(true) => format!("`import_index` {index} comes twice"),
                Some(free) => {
                    *free = true;
                    continue;
                }
            },
        };
        errors.push(Fault {
            parameter: None,
            pointer: Some(format!("/{place}/import_index")),
            detail,
        });
    }
    if !errors.is_empty() {
        let places: Vec<String> = errors
            .iter()
            .filter_map(|fault| fault.pointer.clone())
            .take(20)
            .collect();
        return Err(Problem {
            errors,
            ..Problem::new(
                Code::BodyInvalid,
                format!(
                    "`import_index` must be absent everywhere, or exactly 0 to {} in some order; look at {}",
                    rows - 1,
                    places.join(", ")
                ),
            )
        });
    }
    given.sort_by_key(|listing| listing.import_index);
    Ok(given)
}

/// The listings as a file of JSON Lines, which is imported like any other.
fn file_of(
    given: &[GivenListing],
    context: &Context,
    slot: OwnedSemaphorePermit,
) -> Result<Upload, Problem> {
    let failed = |error: std::io::Error| Problem::internal(&error);
    let mut lines = Vec::new();
    for listing in given {
        let line = json!({
            "canonical_model": listing.canonical_model,
            "price": listing.price,
            "given": listing,
        });
        serde_json::to_writer(&mut lines, &line).map_err(|error| Problem::internal(&error))?;
        lines.push(b'\n');
    }
    let mut file = tempfile::tempfile_in(context.database.folder()).map_err(failed)?;
    file.write_all(&lines).map_err(failed)?;
    file.rewind().map_err(failed)?;
    Ok(Upload {
        file,
        bytes: lines.len() as u64,
        hash: blake3::hash(&lines),
        name: None,
        format: Some(Format::JsonLines),
        _slot: slot,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listings(indexes: &[Option<u64>]) -> Vec<GivenListing> {
        indexes
            .iter()
            .zip(1..)
            .map(|(index, price)| GivenListing {
                canonical_model: "L4".to_owned(),
                vram_gb: None,
                mig_support: None,
                nvlink: None,
                tdp_watts: None,
                price: f64::from(price),
                score: None,
                import_id: None,
                import_index: *index,
                more: Map::new(),
            })
            .collect()
    }

    fn prices(indexes: &[Option<u64>]) -> Result<Vec<f64>, Problem> {
        let ordered = in_their_order(listings(indexes))?;
        Ok(ordered.into_iter().map(|listing| listing.price).collect())
    }

    #[test]
    fn numbers_are_absent_everywhere_or_complete() {
        assert_eq!(prices(&[None, None]).unwrap(), [1.0, 2.0]);
        assert_eq!(
            prices(&[Some(2), Some(0), Some(1)]).unwrap(),
            [2.0, 3.0, 1.0]
        );
        for (wrong, places) in [
            (vec![Some(0), None], vec!["/1/import_index"]),
            (vec![Some(1), Some(2)], vec!["/1/import_index"]),
            (vec![Some(0), Some(0)], vec!["/1/import_index"]),
            (
                vec![Some(7), Some(u64::MAX)],
                vec!["/0/import_index", "/1/import_index"],
            ),
        ] {
            let problem = prices(&wrong).unwrap_err();
            let found: Vec<&str> = problem
                .errors
                .iter()
                .map(|fault| fault.pointer.as_deref().unwrap())
                .collect();
            assert_eq!(found, places, "{wrong:?}");
        }
        prices(&[]).unwrap_err();
    }
}
