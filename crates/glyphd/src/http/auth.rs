//! Who may ask for what: bearer tokens, each with a scope.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use glyph_store::service::TokenRecord;
use glyph_store::store::Store;

use super::context::Context;
use super::page::{self, COOKIE, Shown};
use super::problem::{Code, Problem};
use crate::token::{Scope, Token};
use crate::{clock, token};

/// Tokens as the database had them when it had this version.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<(u64, HashMap<String, TokenRecord>)>);

impl Tokens {
    fn find(&self, version: u64, id: &str) -> Option<TokenRecord> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (known.0 == version).then(|| known.1.get(id).cloned())?
    }

    fn keep(&self, version: u64, record: TokenRecord) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.0 != version {
            *known = (version, HashMap::new());
        }
        known.1.insert(record.id.clone(), record);
    }
}

/// Lets a request through whose token allows it. At a loopback address no token is needed, and one that comes is held to
/// what it says all the same.
pub(super) async fn authorise(
    State(context): State<Context>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    // A program is told at `/` where things are, and nothing of the database.
    let is_page = path != "/" || page::is_asked_for(request.headers());
    let page_needs = needed_by_page(request.method(), path).filter(|_| is_page);
    let needed = needed(request.method(), path).or(page_needs);
    let given = match bearer(request.headers()) {
        // Cookies know no ports: one of another server on this machine means nothing where none is asked for.
        Ok(None) if context.needs_token => cookie(request.headers()),
        given => given,
    };
    let allowed = match needed {
        None => Ok(()),
        Some(needed) => match given {
            Err(problem) => Err(problem),
            Ok(None) if !context.needs_token => Ok(()),
            Ok(None) => Err(Problem::new(
                Code::TokenMissing,
                "send `Authorization: Bearer` with a token",
            )),
            Ok(Some(token)) => allow(&context, &token, needed).await,
        },
    };
    match allowed {
        Ok(()) => next.run(request).await,
        Err(problem) if page_needs.is_some() => match problem.code {
            Code::TokenMissing | Code::TokenRefused => to_login(request.method(), request.uri()),
            _ => Shown::from(problem).into_response(),
        },
        Err(problem) => problem.into_response(),
    }
}

/// To the page that takes a token, and back from there.
fn to_login(method: &Method, uri: &Uri) -> Response {
    let next = if *method == Method::GET {
        uri.path_and_query().map_or("/", |path| path.as_str())
    } else {
        "/"
    };
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let cleared = HeaderValue::from_static(page::NO_COOKIE);
    let login = Redirect::to(&format!("/login?next={next}"));
    ([(header::SET_COOKIE, cleared)], login).into_response()
}

/// The scope that a page needs; `None` where anybody may see it, or it is no page.
fn needed_by_page(method: &Method, path: &str) -> Option<Scope> {
    let first = path.split('/').nth(1)?;
    let is_page = [
        "listings",
        "models",
        "import",
        "imports",
        "difference",
        "state",
    ]
    .contains(&first);
    if !is_page && path != "/" {
        return None;
    }
    Some(match *method {
        Method::GET | Method::HEAD => Scope::Read,
        Method::POST if first == "import" || path.ends_with("/repair") => Scope::Import,
        _ => Scope::Admin,
    })
}

/// The token that a browser carries since it was signed in.
fn cookie(headers: &HeaderMap) -> Result<Option<Token>, Problem> {
    let value = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then_some(value));
    value
        .map(|text| Token::parse(text).ok_or_else(refused))
        .transpose()
}

/// The scope that a request needs; `None` where anybody may ask.
fn needed(method: &Method, path: &str) -> Option<Scope> {
    if path == "/metrics" {
        return Some(Scope::Read);
    }
    let rest = path.strip_prefix("/api")?;
    Some(match *method {
        Method::GET | Method::HEAD | Method::OPTIONS => Scope::Read,
        Method::POST if ["/v1/match", "/ml/is-gpu"].contains(&rest) => Scope::Read,
        Method::POST if is_taking_in(rest) => Scope::Import,
        _ => Scope::Admin,
    })
}

fn is_taking_in(rest: &str) -> bool {
    [
        "/v1/imports",
        "/v1/listings",
        "/import/csv",
        "/imports/from-pipeline",
        "/ingest/upload-artifact",
        "/persist/listings",
    ]
    .contains(&rest)
        || rest.ends_with("/repair")
}

fn refused() -> Problem {
    Problem::new(
        Code::TokenRefused,
        "the token is unknown, has ended or was taken back",
    )
}

fn bearer(headers: &HeaderMap) -> Result<Option<Token>, Problem> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let token = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .and_then(|(_, token)| Token::parse(token.trim()));
    token.map(Some).ok_or_else(refused)
}

async fn allow(context: &Context, token: &Token, needed: Scope) -> Result<(), Problem> {
    let version = context.database.version()?;
    let record = if let Some(record) = context.tokens.find(version, &token.id) {
        record
    } else {
        let id = token.id.clone();
        let found = context
            .database
            .read(move |store| Ok(store.find_token(&id)?))
            .await?;
        let record = found.ok_or_else(refused)?;
        context.tokens.keep(version, record.clone());
        record
    };
    if !token.is(&record) || !token::is_in_force(&record, clock::now()) {
        return Err(refused());
    }
    match Scope::parse(&record.scope) {
        Some(scope) if scope >= needed => Ok(()),
        Some(scope) => Err(Problem::new(
            Code::ScopeTooNarrow,
            format!(
                "the token may {}, and this needs one that may {}",
                scope.as_str(),
                needed.as_str()
            ),
        )),
        None => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_more_needs_a_wider_scope() {
        for (method, path, scope) in [
            (Method::GET, "/healthz", None),
            (Method::GET, "/", None),
            (Method::GET, "/openapi.json", None),
            (Method::GET, "/metrics", Some(Scope::Read)),
            (Method::GET, "/api/v1/listings", Some(Scope::Read)),
            (Method::HEAD, "/api/v1/imports/a", Some(Scope::Read)),
            (Method::POST, "/api/v1/match", Some(Scope::Read)),
            (Method::POST, "/api/v1/imports", Some(Scope::Import)),
            (
                Method::POST,
                "/api/v1/imports/a/repair",
                Some(Scope::Import),
            ),
            (
                Method::POST,
                "/api/v1/imports/a/rescore",
                Some(Scope::Admin),
            ),
            (Method::DELETE, "/api/v1/imports/a", Some(Scope::Admin)),
            (Method::DELETE, "/api/v1/jobs/a", Some(Scope::Admin)),
            (Method::PATCH, "/api/v1/anything", Some(Scope::Admin)),
        ] {
            assert_eq!(needed(&method, path), scope, "{method} {path}");
        }
    }
}
