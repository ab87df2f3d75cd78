//! 1.6.0 ⇄ 1.7.0: the words of titles stand in segments, so that a search reads them instead of every title; small segments
//! of listings are merged.
//!
//! Both are made from the rows, and nothing is lost with them on the way back.

use rusqlite::Connection;

use super::content::Kept;
use super::converge;
use super::preflight;
use super::step::{Step, StepError};
use super::steps::Migration;
use super::v1_6_0;
use super::version::Version;
use crate::error::{Loss, StoreError};
use crate::sqlite::schema::Schema;
use crate::sqlite::{segment, title};

pub(crate) const MIGRATION: Migration = Migration {
    from: Version::V1_6_0,
    version: Version::V1_7_0,
    description: "Keep the words of titles in segments, and small segments together",
    texts: &[UP, DOWN],
    up,
    down,
    kept_up,
    kept_down,
    losses,
};

pub(super) const UP: &str = include_str!("up.sql");
const DOWN: &str = v1_6_0::UP;

fn up(step: &mut Step<'_>) -> Result<(), StepError> {
    converge::converge(step, &Schema::of_text(UP)?, &[])?;
    let made = segment::merge_small_segments(step.connection)
        .and_then(|()| title::cover_titles(step.connection));
    made.map_err(|error| match error {
        StoreError::Sqlite { source, .. } => StepError::Sqlite(source),
        other => StepError::Failed(other.to_string()),
    })
}

fn down(step: &mut Step<'_>) -> Result<(), StepError> {
    converge::converge(step, &Schema::of_text(DOWN)?, &[])
}

fn kept_up(_step: &Step<'_>, actual: &Schema) -> rusqlite::Result<Vec<Kept>> {
    Ok(converge::kept(actual, &Schema::of_text(UP)?, &[]))
}

fn kept_down(_step: &Step<'_>, actual: &Schema) -> rusqlite::Result<Vec<Kept>> {
    Ok(converge::kept(actual, &Schema::of_text(DOWN)?, &[]))
}

/// What is dropped is made from the rows, which stay.
fn losses(connection: &Connection) -> rusqlite::Result<Vec<Loss>> {
    preflight::losses(connection, &[])
}
