//! What is around every page: its head, the navigation, the foot.

use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::assets;
use crate::html::parts::told;
use crate::http::problem::Problem;

/// Nothing is run, shown or sent but what the server itself gives.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// htmx neither evaluates text, nor runs scripts that come in answers, nor writes styles.
const HTMX: &str = r#"{"allowEval":false,"allowScriptTags":false,"includeIndicatorStyles":false,"historyCacheSize":0,"refreshOnHistoryMiss":true,"responseHandling":[{"code":"204","swap":false},{"code":"...","swap":true}],"attributesToSettle":[]}"#;

/// A place of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Overview,
    Listings,
    /// One listing: a place among them.
    Listing,
    Models,
    Import,
    Imports,
    State,
    /// None of them.
    Nowhere,
}

const PLACES: [(Place, &str, &str); 6] = [
    (Place::Overview, "/", "Overview"),
    (Place::Listings, "/listings", "Listings"),
    (Place::Models, "/models", "Models"),
    (Place::Import, "/import", "Import"),
    (Place::Imports, "/imports", "Imports"),
    (Place::State, "/state", "State"),
];

/// A page as it is sent.
pub(super) fn page(title: &str, place: Place, registry_version: &str, main: &Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · glyphd" }
                meta name="htmx-config" content=(HTMX);
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(assets::address(assets::STYLES));
                script src=(assets::address(assets::SCRIPT)) {}
                script src=(assets::address(assets::HTMX)) defer {}
            }
            body {
                a class="skip" href="#main" { "Skip to content" }
                header class="top" {
                    a class="wordmark" href="/" { "glyph" span { "d" } }
                    nav aria-label="Main" {
                        @for (of, address, name) in PLACES {
                            @let is_here = of == place || of == Place::Listings && place == Place::Listing;
                            a href=(address) aria-current=[is_here.then_some("page")] { (name) }
                        }
                    }
                    // Listings have a field of their own.
                    @if place != Place::Listings {
                        form role="search" action="/listings" method="get" {
                            label class="sr" for="search" { "Search listings" }
                            input id="search" name="q" type="search" placeholder="Search listings  ( / )" data-search;
                        }
                    }
                    button type="button" id="theme" class="quiet theme needs-script" { "Theme: system" }
                }
                main id="main" tabindex="-1" { (main) }
                footer class="foot" {
                    span { "glyphd " (env!("CARGO_PKG_VERSION")) }
                    @if !registry_version.is_empty() { span { "registry " (registry_version) } }
                    a href="/docs" { "API" }
                }
                p class="sr" role="status" id="status" {}
            }
        }
    };
    answer(StatusCode::OK, markup)
}

fn answer(status: StatusCode, markup: Markup) -> Response {
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // With `no-referrer` a browser would not say of a form which page it is from, and it would be refused.
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("same-origin"),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-cache"),
        ),
    ];
    (status, headers, Html(markup.into_string())).into_response()
}

/// A piece of a page, for a script that puts it in its place.
pub(super) fn piece(markup: Markup) -> Response {
    answer(StatusCode::OK, markup)
}

/// A page that has to wait for the market to be looked through; it asks again by itself.
pub(super) fn waiting(place: Place, address: &Uri, registry_version: &str) -> Response {
    let address = address.path_and_query().map_or("/", |path| path.as_str());
    let main = html! {
        div class="empty" aria-busy="true" hx-get=(address) hx-trigger="load delay:250ms" hx-target="#main"
            hx-select="#main" hx-swap="outerHTML" {
            h2 { "Looking through the offers…" }
            p { "The market is put together when the server starts. It takes about two seconds for a million offers." }
            noscript { p { a href=(address) { "Look again" } } }
        }
    };
    page("One moment", place, registry_version, &main)
}

/// A problem that a person is shown.
#[derive(Debug)]
pub(crate) struct Shown(Problem);

impl From<Problem> for Shown {
    fn from(problem: Problem) -> Shown {
        Shown(problem)
    }
}

impl From<glyph_store::StoreError> for Shown {
    fn from(error: glyph_store::StoreError) -> Shown {
        Shown(error.into())
    }
}

impl IntoResponse for Shown {
    fn into_response(self) -> Response {
        let body = self.0.body(None);
        let status = self.0.code.status();
        let title = if status == StatusCode::NOT_FOUND {
            "Nothing here"
        } else if status.is_server_error() {
            "Something went wrong"
        } else {
            "This cannot be done"
        };
        let main = html! {
            div class="head" {
                div {
                    h1 { (title) }
                    p { "Status " (status.as_u16()) ", " code { (self.0.code.as_str()) } }
                }
            }
            // By these names a script puts it where it wanted something else.
            div id="results" class="prose offer" role="alert" {
                p { (told(body.detail())) }
                p {
                    "See " a href="/listings" { "the listings" } ", " a href="/imports" { "the imports" } " or "
                    a href="/" { "the overview" } "."
                }
            }
        };
        let mut response = page(title, Place::Nowhere, "", &main);
        *response.status_mut() = status;
        // For the log.
        response.extensions_mut().insert(ShownProblem(self.0));
        response
    }
}

/// What a page of a problem was about.
#[derive(Debug, Clone)]
pub(crate) struct ShownProblem(pub(crate) Problem);

/// The sentence in a note, where a script waits for a piece.
pub(super) fn note(class: &str, title: &str, text: &Markup) -> Markup {
    html! { div class={ "note " (class) } role=[(class == "bad").then_some("alert")] { h2 { (title) } (text) } }
}
