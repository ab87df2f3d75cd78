//! Imports on their way.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt, stream};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::context::Context;
use crate::http::jobs::JobBody;
use crate::http::parameters::{Nothing, Query, Segment};
use crate::http::problem::{Problem, ProblemBody};

/// Jobs since the server started.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobList {
    items: Vec<JobBody>,
}

/// List jobs, the newest first.
#[utoipa::path(
    get, path = "/jobs", tag = "jobs",
    responses(
        (status = 200, description = "The jobs", body = JobList),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(context): State<Context>,
    Query(Nothing {}): Query<Nothing>,
) -> Json<JobList> {
    let jobs = context.jobs.list();
    Json(JobList {
        items: jobs.iter().map(|job| job.body()).collect(),
    })
}

/// Show a job.
#[utoipa::path(
    get, path = "/jobs/{id}", tag = "jobs", params(("id" = String, Path, description = "A job's id")),
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
    Ok(Json(context.jobs.find(&id)?.body()))
}

/// Cancel a job: nothing of its import is kept.
///
/// The job ends within the next few thousand rows, or when its turn would have come.
#[utoipa::path(
    delete, path = "/jobs/{id}", tag = "jobs", params(("id" = String, Path, description = "A job's id")),
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
    let job = context.jobs.cancel(&id)?;
    Ok((StatusCode::ACCEPTED, Json(job.body())))
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
    get, path = "/jobs/{id}/events", tag = "jobs", params(("id" = String, Path, description = "A job's id")),
    responses(
        (status = 200, description = "Server-sent events", body = JobEvent, content_type = "text/event-stream"),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn events(
    State(context): State<Context>,
    Segment(id): Segment<String>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let job = context.jobs.find(&id)?;
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
    Ok(Sse::new(progress.map(Ok)).keep_alive(KeepAlive::default()))
}
