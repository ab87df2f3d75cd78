//! `glyphd openapi`: the description of the HTTP interface.

use super::failure::Status;
use crate::{http, output};

pub(super) fn run() -> anyhow::Result<Status> {
    output::json(&http::openapi())?;
    Ok(Status::Done)
}
