//! Imports: taking files in, listing, undoing, repairing, rescoring, comparing.

use std::ops::ControlFlow;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use glyph_core::pipeline::RunError;
use glyph_core::score::Profile;
use glyph_store::import::ImportRecord;
use glyph_store::store::{Rescored, Store};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::import_query::{ImportQuery, any_profile, known};
use super::shapes::{Difference, Import, ImportReport, Page, Repair};
use super::upload::{Upload, receive};
use crate::clock;
use crate::http::answers::Answer;
use crate::http::context::Context;
use crate::http::jobs::{Job, JobBody};
use crate::http::parameters::{Nothing, Query, Segment};
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::import_job::{self, ImportOptions};
use crate::input::Input;
use crate::repair_job::repair_import;
use crate::rescore::rescore;

/// Take in a listings file.
///
/// The body is the file, plain or packed with gzip or zstd, or a form with one part `file`. Every row is scored,
/// unmatched or rejected. The same bytes with the same options are one import.
#[utoipa::path(
    post, path = "/imports", tag = "imports", params(ImportQuery),
    request_body(content((Vec<u8> = "application/octet-stream"), (String = "text/csv"), (UploadForm = "multipart/form-data"))),
    responses(
        (status = 201, description = "Imported", body = ImportReport, headers(("location" = String))),
        (status = 200, description = "Nothing was kept: the bytes are an import already, or it was a dry run", body = ImportReport),
        (status = 202, description = "Being imported: asked for by `Prefer: respond-async`, or the file is large", body = JobBody, headers(("location" = String))),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn create(
    State(context): State<Context>,
    Query(query): Query<ImportQuery>,
    request: Request,
) -> Result<Response, Problem> {
    let at_once = !prefers_async(request.headers());
    let upload = receive(request, &context).await?;
    let options = query.options(&upload, &context)?;
    let name = query
        .name
        .or_else(|| upload.name.clone())
        .unwrap_or_else(|| "upload".to_owned());
    let at_once = at_once && upload.bytes <= context.limits.answer_at_once_bytes;
    let job = start(&context, upload, name, options)?;
    if !at_once {
        let place = place(&format!("/api/v1/jobs/{}", job.id))?;
        return Ok((
            StatusCode::ACCEPTED,
            [(header::LOCATION, place)],
            Json(job.body()),
        )
            .into_response());
    }
    let report = job.ended().await?;
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

/// A form with one file in it.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form")]
pub(crate) struct UploadForm {
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// RFC 7240.
fn prefers_async(headers: &HeaderMap) -> bool {
    headers
        .get_all("prefer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|preference| preference.trim().eq_ignore_ascii_case("respond-async"))
}

fn place(address: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::from_str(address).map_err(|error| Problem::internal(&error))
}

/// Begins an import that goes on whether or not its client waits for it.
pub(crate) fn start(
    context: &Context,
    upload: Upload,
    name: String,
    options: ImportOptions,
) -> Result<Arc<Job>, Problem> {
    let job = context
        .jobs
        .add(name.clone(), upload.bytes, context.limits.imports)?;
    let context = Arc::clone(context);
    let begun = Arc::clone(&job);
    tokio::spawn(async move {
        let turn = context.database.turn().await;
        let running = Arc::clone(&begun);
        let names = Arc::clone(&context.names);
        let outcome = context
            .database
            .change_in_turn(turn, move |store| {
                stop_where_asked(&running)?;
                running.start();
                import(store, &names, upload.file, name, &options, &running)
            })
            .await;
        begun.end(outcome);
    });
    Ok(job)
}

fn stop_where_asked(job: &Job) -> Result<(), Problem> {
    if job.is_cancelled() {
        return Err(Problem::new(
            Code::JobCancelled,
            "the import was cancelled, and nothing of it is kept",
        ));
    }
    Ok(())
}

fn import(
    store: &mut dyn Store,
    names: &crate::names::Names,
    file: std::fs::File,
    name: String,
    options: &ImportOptions,
    job: &Job,
) -> Result<ImportReport, Problem> {
    let input = Input::of_file(name, file)?;
    let prepared = import_job::prepare(&input, options)?;
    let imported = import_job::import_prepared(store, names, prepared, &mut |counts| {
        job.note(counts, input.bytes_read());
        if job.is_cancelled() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    match imported {
        Ok(report) => Ok(report.into()),
        Err(error) => {
            if matches!(error.downcast_ref(), Some(RunError::Stopped(_))) {
                stop_where_asked(job)?;
            }
            Err(error.into())
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// The `next` of the page before.
    #[param(required = false, nullable = false)]
    cursor: Option<String>,
    /// The most items of a page.
    #[serde(default = "page_size")]
    #[param(required = false, minimum = 1, maximum = 1000)]
    limit: u64,
}

fn page_size() -> u64 {
    100
}

/// A page size within its bounds.
pub(crate) fn checked_limit(limit: u64) -> Result<u64, Problem> {
    if (1..=1000).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::of_parameter(
        Code::ParameterInvalid,
        "limit",
        format!("`{limit}` is not from 1 to 1000"),
    ))
}

/// List imports, the newest first.
#[utoipa::path(
    get, path = "/imports", tag = "imports", params(ListQuery),
    responses(
        (status = 200, description = "A page of imports", body = Page<Import>),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(context): State<Context>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<Import>>, Problem> {
    let limit = checked_limit(query.limit)? as usize;
    let records = context
        .database
        .read(|store| Ok(store.list_imports()?))
        .await?;
    let mut rest = records.into_iter().rev().peekable();
    if let Some(cursor) = query.cursor {
        // The import that the page before ended with stays in the list, whatever becomes of its rows.
        if !rest.any(|record| record.import_id == cursor) {
            return Err(Problem::unknown_cursor());
        }
    }
    let items: Vec<Import> = rest.by_ref().take(limit).map(Import::from).collect();
    let next = rest
        .peek()
        .and_then(|_| items.last().map(|item| item.import_id.clone()));
    Ok(Json(Page { items, next }))
}

/// The import that a path names: its id, a prefix that only it has, or `last`.
pub(crate) fn find(store: &dyn Store, wanted: &str) -> Result<ImportRecord, Problem> {
    store.find_import(wanted)?.ok_or_else(|| {
        Problem::new(
            Code::ImportUnknown,
            format!("there is no import `{wanted}`"),
        )
    })
}

/// Show an import.
#[utoipa::path(
    get, path = "/imports/{import_id}", tag = "imports",
    params(("import_id" = String, Path, description = "An import's id, a prefix that only it has, or `last`")),
    responses(
        (status = 200, description = "The import's record", body = Import, headers(("etag" = String))),
        (status = 304, description = "The client has it already"),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn show(
    State(context): State<Context>,
    Segment(wanted): Segment<String>,
    Query(Nothing {}): Query<Nothing>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let record = context
        .database
        .read(move |store| find(store, &wanted))
        .await?;
    Ok(Answer::of_json(&Import::from(record))?.respond(&headers))
}

/// Undo an import: its rows go, its record stays.
#[utoipa::path(
    delete, path = "/imports/{import_id}", tag = "imports",
    params(("import_id" = String, Path, description = "An import's id, a prefix that only it has, or `last`")),
    responses(
        (status = 200, description = "The record, marked as undone", body = Import),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn undo(
    State(context): State<Context>,
    Segment(wanted): Segment<String>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<Import>, Problem> {
    let record = context
        .database
        .change(move |store| {
            let record = find(store, &wanted)?;
            Ok(store.undo_import(&record.import_id, &clock::text(clock::now()))?)
        })
        .await?;
    Ok(Json(record.into()))
}

/// Put corrected rows into the places that the rejected ones left.
///
/// The body is the file of rejects with every row of it mended or not, in their order.
#[utoipa::path(
    post, path = "/imports/{import_id}/repair", tag = "imports",
    params(("import_id" = String, Path, description = "An import's id, a prefix that only it has, or `last`")),
    request_body(content((Vec<u8> = "application/octet-stream"), (String = "text/csv"), (UploadForm = "multipart/form-data"))),
    responses(
        (status = 200, description = "What became of the rows", body = Repair),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn repair(
    State(context): State<Context>,
    Segment(wanted): Segment<String>,
    Query(Nothing {}): Query<Nothing>,
    request: Request,
) -> Result<Json<Repair>, Problem> {
    let upload = receive(request, &context).await?;
    let options = ImportQuery::default().options(&upload, &context)?;
    let names = Arc::clone(&context.names);
    let repaired = context
        .database
        .change(move |store| {
            let record = find(store, &wanted)?;
            let options = options.or_those_of(record.reading_options.as_deref())?;
            let name = upload.name.unwrap_or_else(|| "upload".to_owned());
            let input = Input::of_file(name, upload.file)?;
            Ok(repair_import(
                store, &names, &record, &input, &options, None,
            )?)
        })
        .await?;
    Ok(Json(repaired.into()))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RescoreQuery {
    /// A scoring profile that is built in.
    #[serde(default = "inference")]
    #[param(required = false, schema_with = any_profile)]
    profile: String,
}

fn inference() -> String {
    "inference".to_owned()
}

/// How a second scoring went.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rescored)]
pub(crate) struct RescoredBody {
    rows: u64,
    changed: u64,
    /// Rows whose model is not in the registry, or whose price cannot be scored: they keep their score.
    unscorable: u64,
}

/// Score an import's rows again, by another profile or the registry of today.
#[utoipa::path(
    post, path = "/imports/{import_id}/rescore", tag = "imports",
    params(("import_id" = String, Path, description = "An import's id, a prefix that only it has, or `last`"), RescoreQuery),
    responses(
        (status = 200, description = "How many scores changed", body = RescoredBody),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn rescore_rows(
    State(context): State<Context>,
    Segment(wanted): Segment<String>,
    Query(query): Query<RescoreQuery>,
) -> Result<Json<RescoredBody>, Problem> {
    let profile = known("profile", &query.profile, Profile::find(&query.profile))?;
    let names = Arc::clone(&context.names);
    let Rescored {
        rows,
        changed,
        unscorable,
    } = context
        .database
        .change(move |store| {
            let record = find(store, &wanted)?;
            Ok(rescore(store, &record, &names.registry, &profile)?)
        })
        .await?;
    Ok(Json(RescoredBody {
        rows,
        changed,
        unscorable,
    }))
}

/// What two imports have in common and what changed from the first to the second.
#[utoipa::path(
    get, path = "/imports/{old}/diff/{new}", tag = "imports",
    params(("old" = String, Path, description = "An import's id"), ("new" = String, Path, description = "An import's id")),
    responses(
        (status = 200, description = "The difference", body = Difference),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn difference(
    State(context): State<Context>,
    Segment((old, new)): Segment<(String, String)>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<Difference>, Problem> {
    let found = context
        .database
        .read(move |store| {
            let (old, new) = (find(store, &old)?, find(store, &new)?);
            Ok(store.diff_imports(&old.import_id, &new.import_id)?)
        })
        .await?;
    Ok(Json(Difference {
        old_import: found.old_import,
        new_import: found.new_import,
        unchanged: found.unchanged,
        price_changes: found.price_changes.into_iter().map(Into::into).collect(),
        appeared: found.appeared.into_iter().map(Into::into).collect(),
        gone: found.gone.into_iter().map(Into::into).collect(),
    }))
}
