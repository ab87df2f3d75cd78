//! The files that pages need: all of them are in the program.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

pub(super) const STYLES: &str = "glyphd.css";
pub(super) const SCRIPT: &str = "glyphd.js";
pub(super) const HTMX: &str = "htmx.min.js";

const FILES: [(&str, &str, &str); 3] = [
    ("glyphd.css", "text/css; charset=utf-8", crate::html::STYLES),
    (
        "glyphd.js",
        "text/javascript; charset=utf-8",
        include_str!("../../../assets/glyphd.js"),
    ),
    (
        "htmx.min.js",
        "text/javascript; charset=utf-8",
        include_str!("../../../assets/htmx.min.js"),
    ),
];

/// What names exactly the files of this program, so that browsers may keep them for good.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = blake3::Hasher::new();
    for (_, _, text) in FILES {
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex().chars().take(12).collect()
});

/// Where a file is.
pub(super) fn address(name: &str) -> String {
    format!("/assets/{}/{name}", *VERSION)
}

pub(crate) async fn show(Path((version, name)): Path<(String, String)>) -> Response {
    let found = FILES.iter().find(|(known, _, _)| *known == name);
    let Some((_, media_type, text)) = found.filter(|_| version == *VERSION) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        ),
    ];
    (headers, *text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_small() {
        let scripts = FILES
            .iter()
            .filter(|(_, media, _)| media.starts_with("text/javascript"));
        let bytes: usize = scripts.map(|(_, _, text)| text.len()).sum();
        assert!(bytes < 150_000, "{bytes}");
    }
}
