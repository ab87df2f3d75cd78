//! The web page: made on the server, readable without a script. `router.rs` has its addresses; here is a file a page, and
//! what they share.

use axum::http::{HeaderMap, header};

pub(super) mod assets;
mod frame;
mod given;
mod offer;

pub(super) mod difference;
pub(super) mod import;
pub(super) mod import_rows;
pub(super) mod imports;
pub(super) mod listing;
pub(super) mod listings;
pub(super) mod login;
pub(super) mod model;
pub(super) mod models;
pub(super) mod overview;
pub(super) mod state;

pub(super) use frame::{Shown, ShownProblem};
pub(super) use login::{COOKIE, NO_COOKIE};

/// Whether a person's browser asks, and no program.
pub(super) fn is_asked_for(headers: &HeaderMap) -> bool {
    let accepted = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
}
