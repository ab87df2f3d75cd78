//! Keeps web pages of other origins from using the server through a browser on its machine.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header, uri::Authority};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::context::Context;
use super::page;
use super::problem::{Code, Problem};

/// Refuses a request whose `Host` is a name that somebody else may have led to this machine, and one that a page of
/// another origin sent, unless that origin is allowed.
pub(super) async fn guard(
    State(context): State<Context>,
    request: Request,
    next: Next,
) -> Response {
    let allowed = &context.cors_origins;
    match refusal(
        request.headers(),
        request.uri(),
        context.only_loopback,
        allowed,
    ) {
        Some(detail) => {
            let problem = Problem::new(Code::OriginRefused, detail);
            if page::is_asked_for(request.headers()) {
                page::Shown::from(problem).into_response()
            } else {
                problem.into_response()
            }
        }
        None => next.run(request).await,
    }
}

fn refusal(
    headers: &HeaderMap,
    uri: &Uri,
    only_loopback: bool,
    allowed: &[HeaderValue],
) -> Option<&'static str> {
    let host = headers
        .get(header::HOST)
        .and_then(|value| value.to_str().ok()?.parse::<Authority>().ok())
        .or_else(|| uri.authority().cloned());
    if only_loopback && !host.as_ref().is_some_and(is_loopback) {
        return Some("the server answers to `localhost` and loopback addresses alone");
    }
    let origin = headers.get(header::ORIGIN)?;
    if allowed.contains(origin) {
        return None;
    }
    let same = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.parse::<Uri>().ok())
        .is_some_and(|origin| origin.authority().is_some() && origin.authority() == host.as_ref());
    (!same).then_some("a page of another origin may not use this server")
}

fn is_loopback(host: &Authority) -> bool {
    let name = host.host();
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(host: Option<&str>, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        if let Some(host) = host {
            headers.insert(header::HOST, host.parse().expect("a header"));
        }
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().expect("a header"));
        }
        let allowed = [HeaderValue::from_static("https://allowed.example")];
        refusal(
            &headers,
            &Uri::from_static("/api/v1/imports"),
            true,
            &allowed,
        )
        .is_some()
    }

    #[test]
    fn answers_to_loopback_names_alone() {
        for host in [
            "localhost",
            "localhost:8080",
            "127.0.0.1:8080",
            "[::1]:8080",
            "127.9.9.9",
        ] {
            assert!(!refused(Some(host), None), "{host}");
        }
        for host in [
            "market.example",
            "localhost.example:8080",
            "10.0.0.1",
            "0.0.0.0:8080",
        ] {
            assert!(refused(Some(host), None), "{host}");
        }
        assert!(refused(None, None));
    }

    #[test]
    fn refuses_pages_of_other_origins() {
        let host = Some("localhost:8080");
        assert!(!refused(host, Some("http://localhost:8080")));
        assert!(!refused(host, Some("https://allowed.example")));
        assert!(refused(Some("10.0.0.1"), Some("https://allowed.example")));
        for origin in [
            "http://market.example",
            "http://localhost:9090",
            "null",
            "https://127.0.0.1:8080",
            "http://allowed.example",
            "https://allowed.example:8443",
        ] {
            assert!(refused(host, Some(origin)), "{origin}");
        }
    }
}
