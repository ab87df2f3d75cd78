//! Where a server asks for a token: the page that takes one, and the cookie that carries it from then on.

use axum::extract::{Form, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use glyph_store::store::Store;
use maud::{Markup, html};

use super::frame::{Place, Shown, page};
use super::given::Given;
use crate::clock;
use crate::html::parts::{head, none};
use crate::http::context::Context;
use crate::http::problem::Problem;
use crate::token::{Token, is_in_force};

/// The cookie that carries a token.
pub(crate) const COOKIE: &str = "glyphd_token";

/// What takes it from the browser.
pub(crate) const NO_COOKIE: &str = "glyphd_token=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0";

#[derive(Debug, serde::Deserialize)]
pub(crate) struct Filled {
    #[serde(default)]
    token: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn show(State(context): State<Context>, given: Given) -> Response {
    let next = given.get("next").unwrap_or("/");
    page(
        "Sign in",
        Place::Nowhere,
        context.names.registry.version(),
        &form(next, None),
    )
}

fn form(next: &str, wrong: Option<&str>) -> Markup {
    html! {
        div class="narrow stack-form" {
            (head("Sign in", &html! { "This server asks for a token." }, &none(), None))
            @if let Some(wrong) = wrong { p class="note bad" id="wrong" role="alert" { (wrong) } }
            form class="stack-form" method="post" action="/login" {
                input type="hidden" name="next" value=(next);
                div {
                    label for="token" { "Token" }
                    input id="token" name="token" type="password" autocomplete="current-password" required
                        aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| "wrong")];
                }
                div class="actions" { button type="submit" class="primary" { "Sign in" } }
            }
            p class="muted" { code { "glyphd token create" } " on the server's machine makes one." }
        }
    }
}

pub(crate) async fn enter(
    State(context): State<Context>,
    Form(filled): Form<Filled>,
) -> Result<Response, Shown> {
    // A path of this server, and no address that leads elsewhere.
    let is_path = filled.next.starts_with('/')
        && !filled.next.starts_with("//")
        && !filled
            .next
            .contains(|letter: char| letter == '\\' || letter.is_control());
    let next = if is_path { filled.next.as_str() } else { "/" };
    let text = filled.token.trim().to_owned();
    if is_known(&context, &text).await? {
        let cookie = format!("{COOKIE}={text}; Path=/; HttpOnly; SameSite=Strict");
        let cookie = HeaderValue::try_from(cookie).map_err(|error| Problem::internal(&error))?;
        return Ok(([(header::SET_COOKIE, cookie)], Redirect::to(next)).into_response());
    }
    let wrong = "No token like this one is in force. It may have ended, or been taken back.";
    let registry = context.names.registry.version();
    let mut response = page(
        "Sign in",
        Place::Nowhere,
        registry,
        &form(next, Some(wrong)),
    );
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    Ok(response)
}

async fn is_known(context: &Context, text: &str) -> Result<bool, Problem> {
    let Some(token) = Token::parse(text) else {
        return Ok(false);
    };
    let id = token.id.clone();
    let record = context
        .database
        .read(move |store| Ok(store.find_token(&id)?))
        .await?;
    Ok(record.is_some_and(|record| token.is(&record) && is_in_force(&record, clock::now())))
}

pub(crate) async fn leave() -> Response {
    let cleared = HeaderValue::from_static(NO_COOKIE);
    ([(header::SET_COOKIE, cleared)], Redirect::to("/login")).into_response()
}
