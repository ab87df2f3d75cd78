//! Imports: taking files in, listing, undoing, repairing, rescoring, comparing.

use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use glyph_core::pipeline::{Counts, RunError};
use glyph_store::import::ImportRecord;
use glyph_store::service::JobRecord;
use glyph_store::store::Store;
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::import_query::ImportQuery;
use super::shapes::{Difference, Import, ImportReport, Page};
use super::upload::{Upload, receive};
use crate::http::answers::Answer;
use crate::http::context::Context;
use crate::http::jobs::{Job, JobBody, JobState, Once};
use crate::http::parameters::{Nothing, Query, Segment};
use crate::http::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::import_job::{self, ImportOptions, Onlooker};
use crate::input::Input;

/// Take in a listings file.
///
/// The body is the file, plain or packed with gzip or zstd, or a form with one part `file`. Every row is scored,
/// unmatched or rejected. The same bytes with the same options are one import. With an `Idempotency-Key`, the same request
/// gives the first answer again.
#[utoipa::path(
    post, path = "/imports", tag = "imports", operation_id = "create_import",
    params(ImportQuery, ("idempotency-key" = Option<String>, Header, description = "The client's name for this request", min_length = 1, max_length = 255)),
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
    OriginalUri(address): OriginalUri,
    Query(query): Query<ImportQuery>,
    request: Request,
) -> Result<Response, Problem> {
    let at_once = !prefers_async(request.headers());
    let key = idempotency_key(request.headers())?;
    let upload = receive(request, &context).await?;
    let options = query.options(&upload, &context)?;
    let once = key.map(|key| once(key, &address, &upload));
    if let Some(once) = &once
        && let Some(answer) = answer_again(&context, once.clone()).await?
    {
        return Ok(answer);
    }
    let name = query
        .name
        .or_else(|| upload.name.clone())
        .unwrap_or_else(|| "upload".to_owned());
    let at_once = at_once && upload.bytes <= context.limits.answer_at_once_bytes;
    let job = context.jobs.add(name.clone(), upload.bytes, once)?;
    if at_once {
        start(&context, &job, upload, name, options);
        let report = job.ended().await?;
        let report = serde_json::to_value(report).map_err(|error| Problem::internal(&error))?;
        return imported(&report);
    }
    // On its own: the client may go away meanwhile, and its import goes on.
    let (sent, begun) = (Context::clone(&context), Arc::clone(&job));
    tokio::spawn(async move { keep_and_start(&sent, &begun, upload, name, options).await })
        .await
        .map_err(|error| Problem::internal(&error))??;
    let place = place(&format!("/api/v1/jobs/{}", job.id))?;
    Ok((
        StatusCode::ACCEPTED,
        [(header::LOCATION, place)],
        Json(job.body()),
    )
        .into_response())
}

/// Keeps a job before it is told to be on its way, so that it is told after a restart too.
async fn keep_and_start(
    context: &Context,
    job: &Arc<Job>,
    upload: Upload,
    name: String,
    options: ImportOptions,
) -> Result<(), Problem> {
    let waiting = Arc::clone(job);
    let kept = context
        .database
        .change(move |store| {
            refuse_answered(store, &waiting)?;
            Ok(store.save_job(&waiting.record())?)
        })
        .await;
    match &kept {
        Ok(()) => start(context, job, upload, name, options),
        Err(problem) => job.end(Err(problem.clone())),
    }
    kept
}

/// The answer to an import that has ended well.
fn imported(report: &Value) -> Result<Response, Problem> {
    if report["state"] != "done" {
        return Ok(Json(report).into_response());
    }
    let import_id = report["import_id"].as_str().unwrap_or_default();
    let place = place(&format!("/api/v1/imports/{import_id}"))?;
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, place)],
        Json(report),
    )
        .into_response())
}

/// The longest idempotency key.
const KEY_CHARS: usize = 255;

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > KEY_CHARS {
        return Err(Problem::of_parameter(
            Code::ParameterInvalid,
            "Idempotency-Key",
            format!("an idempotency key has 1 to {KEY_CHARS} visible characters"),
        ));
    }
    Ok(Some(key.to_owned()))
}

/// What names a request: its parameters and its bytes.
fn once(key: String, address: &Uri, upload: &Upload) -> Once {
    let mut hasher = blake3::Hasher::new();
    hasher.update(address.query().unwrap_or_default().as_bytes());
    hasher.update(&[0]);
    hasher.update(upload.hash.as_bytes());
    Once {
        key,
        request_hash: *hasher.finalize().as_bytes(),
    }
}

/// What a request with this key was answered before, if it came before.
async fn answer_again(context: &Context, once: Once) -> Result<Option<Response>, Problem> {
    let found = context
        .database
        .read(move |store| {
            let Some(record) = store.find_job_by_key(&once.key)? else {
                return Ok(None);
            };
            if record.request_hash != Some(once.request_hash) {
                return Err(Problem::new(
                    Code::KeyReused,
                    "the key came with another request before",
                ));
            }
            Ok(Some(record))
        })
        .await?;
    let Some(record) = found else {
        return Ok(None);
    };
    let outcome: Value = match record.outcome.as_deref().map(serde_json::from_str) {
        Some(Ok(outcome)) => outcome,
        // It is on its way.
        _ => {
            return Err(Problem::new(
                Code::RequestRunning,
                format!("a request with this key is running as job `{}`", record.id),
            ));
        }
    };
    if record.state == JobState::Done.as_str() {
        return imported(&outcome).map(Some);
    }
    let status = outcome["status"]
        .as_u64()
        .and_then(|status| StatusCode::from_u16(status as u16).ok())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(outcome)).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, PROBLEM_JSON);
    Ok(Some(response))
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

pub(super) fn place(address: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::from_str(address).map_err(|error| Problem::internal(&error))
}

/// Imports an upload and waits for its end. Its options are none of its own, but what `adjust` makes of them.
pub(crate) async fn import_now(
    context: &Context,
    upload: Upload,
    name: String,
    adjust: impl FnOnce(&mut ImportOptions),
) -> Result<ImportReport, Problem> {
    let mut options = ImportQuery::default().options(&upload, context)?;
    adjust(&mut options);
    let job = context.jobs.add(name.clone(), upload.bytes, None)?;
    start(context, &job, upload, name, options);
    job.ended().await
}

/// An import that was begun.
#[derive(Debug)]
pub(crate) enum Begun {
    Ended(Box<ImportReport>),
    /// It is long; its job tells of it.
    OnItsWay(Arc<Job>),
}

/// Imports an upload, and waits for its end where that is near.
pub(crate) async fn begin(
    context: &Context,
    upload: Upload,
    name: String,
    options: ImportOptions,
) -> Result<Begun, Problem> {
    let is_long = upload.bytes > context.limits.answer_at_once_bytes;
    let job = context.jobs.add(name.clone(), upload.bytes, None)?;
    if !is_long {
        start(context, &job, upload, name, options);
        return Ok(Begun::Ended(Box::new(job.ended().await?)));
    }
    let (sent, begun) = (Context::clone(context), Arc::clone(&job));
    tokio::spawn(async move { keep_and_start(&sent, &begun, upload, name, options).await })
        .await
        .map_err(|error| Problem::internal(&error))??;
    Ok(Begun::OnItsWay(job))
}

/// Begins an import that goes on whether or not its client waits for it. Its end is kept in the same turn.
fn start(context: &Context, job: &Arc<Job>, upload: Upload, name: String, options: ImportOptions) {
    let context = Arc::clone(context);
    let job = Arc::clone(job);
    tokio::spawn(async move {
        let turn = context.database.turn().await;
        let running = Arc::clone(&job);
        let names = Arc::clone(&context.names);
        let counting = Arc::clone(&context);
        let run = context.database.change_in_turn(turn, move |store| {
            let outcome = stop_where_asked(&running)
                .and_then(|()| refuse_answered(store, &running))
                .and_then(|()| {
                    running.start();
                    import(store, &names, upload.file, name, &options, &running)
                });
            // Counted before its client hears of it, as it is kept before.
            if let Ok(report) = &outcome {
                counting.metrics.imported(report);
            }
            Ok(running.end_after(outcome, |record| store.save_job(record))?)
        });
        let ran = AssertUnwindSafe(run)
            .catch_unwind()
            .await
            .unwrap_or_else(|_| Err(Problem::internal(&"an import panicked")));
        let Err(problem) = ran else { return };
        tracing::warn!(job = job.id, %problem, "the end of a job could not be kept");
        if job.has_ended() {
            return;
        }
        job.end(Err(problem));
        let record = job.record();
        let kept = context
            .database
            .change(move |store| Ok(store.save_job(&record)?))
            .await;
        // Its client is answered; only those who ask after a restart are not.
        if let Err(problem) = kept {
            tracing::error!(job = job.id, %problem, "a job stays untold after a restart");
        }
    });
}

/// The same request may have come and been answered while this one waited for its turn.
fn refuse_answered(store: &dyn Store, job: &Job) -> Result<(), Problem> {
    let Some(once) = &job.once else { return Ok(()) };
    match store.find_job_by_key(&once.key)? {
        Some(other) if other.id != job.id => Err(Problem::new(
            Code::RequestRunning,
            format!("a request with this key came as job `{}`", other.id),
        )),
        _ => Ok(()),
    }
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

/// Tells a job of its import, and ends the import where the job is to end.
struct Follower<'a> {
    job: &'a Job,
    input: &'a Input,
}

impl Onlooker for Follower<'_> {
    fn look(&mut self, counts: &Counts) -> ControlFlow<()> {
        self.job.note(counts, self.input.bytes_read());
        if self.job.is_cancelled() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn job_ended(&self, report: &import_job::ImportReport) -> Option<JobRecord> {
        Some(
            self.job
                .record_when_done(ImportReport::from(report.clone())),
        )
    }
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
    let mut follower = Follower { job, input: &input };
    let imported = import_job::import_prepared(store, names, prepared, &mut follower);
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
    pub(super) cursor: Option<String>,
    /// The most items of a page.
    #[serde(default = "page_size")]
    #[param(required = false, minimum = 1, maximum = 1000)]
    pub(super) limit: u64,
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
    get, path = "/imports", tag = "imports", operation_id = "list_imports", params(ListQuery),
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
        .read(move |store| {
            // The import that the page before ended with stays in the list, whatever becomes of its rows.
            if let Some(cursor) = &query.cursor
                && !find(store, cursor).is_ok_and(|found| found.import_id == *cursor)
            {
                return Err(Problem::unknown_cursor());
            }
            // One more tells whether there is a next page.
            Ok(store.list_imports_before(query.cursor.as_deref(), query.limit + 1)?)
        })
        .await?;
    let has_more = records.len() > limit;
    let items: Vec<Import> = records.into_iter().take(limit).map(Import::from).collect();
    let next = items
        .last()
        .filter(|_| has_more)
        .map(|item| item.import_id.clone());
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
    get, path = "/imports/{import_id}", tag = "imports", operation_id = "show_import",
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

/// What two imports have in common and what changed from the first to the second.
#[utoipa::path(
    get, path = "/imports/{old}/diff/{new}", tag = "imports", operation_id = "compare_imports",
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
            Ok(store.diff_imports(&old.import_id, &new.import_id, usize::MAX)?)
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
