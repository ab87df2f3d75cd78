//! Imports on their way.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, stream};
use glyph_store::store::Store;
use utoipa::ToSchema;

use super::imports::{ListQuery, checked_limit};
use super::shapes::Page;

use crate::http::context::Context;
use crate::http::jobs::JobBody;
use crate::http::parameters::{Nothing, Query, Segment};
use crate::http::problem::{Code, Problem, ProblemBody};

/// A job, wherever it is told of: this server's own as far as it is now, others as the database has them.
async fn find(context: &Context, id: String) -> Result<JobBody, Problem> {
    if let Some(job) = context.jobs.find(&id) {
        return Ok(job.body());
    }
    context
        .database
        .read(move |store| match store.find_job(&id)? {
            Some(record) => Ok(record.into()),
            None => Err(unknown(&id)),
        })
        .await
}

fn unknown(id: &str) -> Problem {
    Problem::new(Code::JobUnknown, format!("there is no job `{id}`"))
}

/// List jobs, the newest first.
#[utoipa::path(
    get, path = "/jobs", tag = "jobs", operation_id = "list_jobs", params(ListQuery),
    responses(
        (status = 200, description = "A page of jobs", body = Page<JobBody>),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(context): State<Context>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<JobBody>>, Problem> {
    let limit = checked_limit(query.limit)?;
    let before = query.cursor.clone();
    let kept = context
        .database
        .read(move |store| Ok(store.list_jobs(before.as_deref(), limit + 1)?))
        .await?;
    let mut by_id: BTreeMap<String, JobBody> = kept
        .into_iter()
        .map(|record| (record.id.clone(), record.into()))
        .collect();
    for job in context.jobs.running() {
        if query.cursor.as_ref().is_none_or(|before| job.id < *before) {
            by_id.insert(job.id.clone(), job.body());
        }
    }
    let limit = limit as usize;
    let has_more = by_id.len() > limit;
    let items: Vec<JobBody> = by_id.into_values().rev().take(limit).collect();
    let next = items
        .last()
        .filter(|_| has_more)
        .map(|last| last.id.clone());
    Ok(Json(Page { items, next }))
}

/// Show a job.
#[utoipa::path(
    get, path = "/jobs/{id}", tag = "jobs", operation_id = "show_job", params(("id" = String, Path, description = "A job's id")),
    responses(
        (status = 200, description = "The job", body = JobBody),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn show(
    State(context): State<Context>,
    Segment(id): Segment<String>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<JobBody>, Problem> {
    Ok(Json(find(&context, id).await?))
}

/// Cancel a job: nothing of its import is kept.
///
/// The job ends within the next few thousand rows, or when its turn would have come.
#[utoipa::path(
    delete, path = "/jobs/{id}", tag = "jobs", operation_id = "cancel_job", params(("id" = String, Path, description = "A job's id")),
    responses(
        (status = 202, description = "The job is asked to end", body = JobBody),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn cancel(
    State(context): State<Context>,
    Segment(id): Segment<String>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<(StatusCode, Json<JobBody>), Problem> {
    match context.jobs.find(&id) {
        Some(job) if !job.has_ended() => {
            job.ask_to_end();
            Ok((StatusCode::ACCEPTED, Json(job.body())))
        }
        _ => {
            let ended = find(&context, id).await?;
            Err(Problem::new(
                Code::JobEnded,
                format!("the job `{}` has ended already", ended.id),
            ))
        }
    }
}

/// One event of a job.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the events")]
pub(crate) struct JobEvent {
    /// `progress`.
    event: String,
    /// The job as JSON.
    data: String,
}

/// How often a job's progress is told at most.
const BETWEEN_EVENTS: Duration = Duration::from_millis(200);

/// Follow a job: an event `progress` with the job each time it has come further, and the last one when it has ended.
#[utoipa::path(
    get, path = "/jobs/{id}/events", tag = "jobs", operation_id = "follow_job", params(("id" = String, Path, description = "A job's id")),
    responses(
        (status = 200, description = "Server-sent events", body = JobEvent, content_type = "text/event-stream"),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn events(
    State(context): State<Context>,
    Segment(id): Segment<String>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Response, Problem> {
    let Some(job) = context.jobs.find(&id) else {
        // It ended before: there is one thing to tell.
        let ended = find(&context, id).await?;
        let event = Event::default()
            .event("progress")
            .json_data(&ended)
            .map_err(|error| Problem::internal(&error))?;
        return Ok(events_of(stream::iter([event])));
    };
    let watch = job.watch();
    let progress = stream::unfold(Some((job, watch, true)), |state| async move {
        let (job, mut watch, is_first) = state?;
        if !is_first {
            tokio::time::sleep(BETWEEN_EVENTS).await;
            // The job's sender lives as long as the job, which is held here.
            watch.changed().await.ok()?;
        }
        let has_ended = watch.borrow_and_update().state.has_ended();
        let event = Event::default()
            .event("progress")
            .json_data(job.body())
            .ok()?;
        Some((event, (!has_ended).then_some((job, watch, false))))
    });
    Ok(events_of(progress))
}

fn events_of(events: impl Stream<Item = Event> + Send + 'static) -> Response {
    Sse::new(events.map(Ok::<_, Infallible>))
        .keep_alive(KeepAlive::default())
        .into_response()
}
