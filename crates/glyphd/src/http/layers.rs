//! What is around every request: its id, its line in the log, what a browser must not do with the answer, and that a
//! panic is the end of one request alone.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

use super::context::Context;
use super::page::ShownProblem;
use super::problem::{Code, Problem};
use crate::{clock, identity};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest request id that is taken over from a client.
const MOST_ID_CHARS: usize = 64;

pub(super) async fn around(
    State(context): State<Context>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let id = id_of(&request);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response = answered.unwrap_or_else(|panic| {
        let what = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        Problem::internal(&format_args!("panic: {what}")).into_response()
    });
    name_instance(&mut response, &path);
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    for (name, value) in SAFE {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    let took = started.elapsed();
    let status = response.status().as_u16();
    context.metrics.request(
        known_method(&method),
        route.as_deref().unwrap_or("none"),
        status,
        took,
    );
    tracing::info!(
        request_id = id,
        method = %method,
        path,
        route,
        status,
        duration_ms = took.as_secs_f64() * 1000.0,
        code = code_of(&response),
        "request"
    );
    response
}

/// The code of what went wrong, told to a program or on a page.
fn code_of(response: &Response) -> Option<&'static str> {
    let told = response.extensions().get::<Problem>();
    let shown = response.extensions().get::<ShownProblem>();
    let problem = told.or(shown.map(|shown| &shown.0))?;
    Some(problem.code.as_str())
}

/// A client's own words are no label: there would be no end of them.
fn known_method(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::OPTIONS => method.as_str(),
        _ => "other",
    }
}

/// What the answers of this interface must not be taken for.
const SAFE: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// The client's id where it is a plain one, else a new one.
fn id_of(request: &Request) -> String {
    request
        .headers()
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| {
            let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
            (1..=MOST_ID_CHARS).contains(&id.len()) && id.chars().all(is_plain)
        })
        .map_or_else(|| identity::new_import_id(clock::now()), str::to_owned)
}

/// Writes the address into a problem.
fn name_instance(response: &mut Response, path: &str) {
    let Some(problem) = response.extensions().get::<Problem>() else {
        return;
    };
    if let Ok(body) = serde_json::to_vec(&problem.body(Some(path.to_owned()))) {
        response.headers_mut().remove(header::CONTENT_ENCODING);
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, body.len().into());
        *response.body_mut() = Body::from(body);
    }
}

/// The timeout's bare status as a problem.
pub(super) async fn timed_out(response: Response) -> Response {
    let is_bare = response.extensions().get::<Problem>().is_none();
    if response.status() == StatusCode::REQUEST_TIMEOUT && is_bare {
        return Problem::new(Code::RequestTimedOut, "the request took too long").into_response();
    }
    response
}
