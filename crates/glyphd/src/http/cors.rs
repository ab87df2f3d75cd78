//! Pages of other origins: none, but those that are named at the start.

use anyhow::Context as _;
use axum::http::{HeaderName, HeaderValue, Method, Uri, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// An origin as browsers write it, so that it is compared byte by byte.
pub(crate) fn parse_origin(text: &str) -> anyhow::Result<HeaderValue> {
    let wrong = || {
        format!(
            "`{text}` is no origin: one is like `https://market.example` or `http://localhost:3000`"
        )
    };
    let uri: Uri = text.parse().with_context(wrong)?;
    let host = uri.authority().with_context(wrong)?;
    let scheme = uri.scheme_str().with_context(wrong)?;
    let origin = format!("{scheme}://{host}").to_ascii_lowercase();
    anyhow::ensure!(origin == text && !host.as_str().contains('@'), wrong());
    HeaderValue::from_str(&origin).with_context(wrong)
}

/// Lets pages of these origins ask, and read the answers. They send no cookies: there are none.
pub(super) fn layer(origins: &[HeaderValue]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().cloned()))
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("prefer"),
            HeaderName::from_static("x-request-id"),
        ])
        .expose_headers([
            header::CONTENT_DISPOSITION,
            header::ETAG,
            header::LOCATION,
            header::RETRY_AFTER,
            HeaderName::from_static("x-request-id"),
        ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_and_a_host_and_no_more() {
        for origin in [
            "https://market.example",
            "http://localhost:3000",
            "https://[::1]:8443",
        ] {
            assert_eq!(parse_origin(origin).unwrap(), origin);
        }
        for wrong in [
            "",
            "*",
            "null",
            "market.example",
            "https://market.example/",
            "https://Market.example",
            "https://market.example/page",
            "https://a@market.example",
            "https://*.example/",
        ] {
            parse_origin(wrong).unwrap_err();
        }
    }
}
