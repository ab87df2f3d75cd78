//! Answers that were given before, for as long as the database has not changed since.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use glyph_store::sqlite::SqliteStore;
use serde::Serialize;

use super::context::Context;
use super::problem::Problem;

/// Bytes of answers that are kept.
const MOST_BYTES: usize = 64 << 20;

/// An answer as it is sent, and what names exactly these bytes.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    body: Bytes,
    tag: HeaderValue,
}

impl Answer {
    pub(crate) fn of_json<T: Serialize>(value: &T) -> Result<Answer, Problem> {
        let body = serde_json::to_vec(value).map_err(|error| Problem::internal(&error))?;
        let tag = format!("\"{}\"", blake3::hash(&body).to_hex());
        Ok(Answer {
            body: body.into(),
            tag: HeaderValue::try_from(tag).map_err(|error| Problem::internal(&error))?,
        })
    }

    /// The answer, or that the client has it already.
    pub(crate) fn respond(self, request: &HeaderMap) -> Response {
        let headers = [
            (header::CONTENT_TYPE, JSON),
            (header::ETAG, self.tag.clone()),
            (header::CACHE_CONTROL, REVALIDATE),
        ];
        if is_known(request, &self.tag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        (headers, Body::from(self.body)).into_response()
    }
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const REVALIDATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// `If-None-Match` compares weakly: a proxy that packed the answer says so by `W/`.
fn is_known(request: &HeaderMap, tag: &HeaderValue) -> bool {
    request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == "*" || known.as_bytes() == tag.as_bytes())
}

/// The kept answers, by address. A change of the database forgets them all.
#[derive(Debug, Default)]
pub(crate) struct Answers(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    version: u64,
    bytes: usize,
    by_address: HashMap<String, Answer>,
}

/// The answer to a question that depends on the database alone: the one that was given before, or that of `ask`.
pub(crate) async fn kept(
    context: &Context,
    address: &Uri,
    headers: &HeaderMap,
    ask: impl FnOnce(&SqliteStore) -> Result<Answer, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let address = address.to_string();
    // Before the question, so that an answer is never kept for a database that is newer than it.
    let version = context.database.version()?;
    if let Some(answer) = context.answers.find(version, &address) {
        return Ok(answer.respond(headers));
    }
    let answer = context.database.read(ask).await?;
    context.answers.keep(version, &address, &answer);
    Ok(answer.respond(headers))
}

impl Answers {
    fn find(&self, version: u64, address: &str) -> Option<Answer> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = kept.by_address.get(address)?;
        (kept.version == version).then(|| answer.clone())
    }

    /// Keeps an answer to what was asked when the database had this version.
    fn keep(&self, version: u64, address: &str, answer: &Answer) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = answer.body.len() + address.len();
        if kept.version != version || kept.bytes + bytes > MOST_BYTES {
            *kept = Kept {
                version,
                ..Kept::default()
            };
        }
        if bytes <= MOST_BYTES / 8
            && kept
                .by_address
                .insert(address.to_owned(), answer.clone())
                .is_none()
        {
            kept.bytes += bytes;
        }
    }
}
