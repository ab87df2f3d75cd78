//! 1.4.0 ⇄ 1.5.0: who may use the HTTP interface, and the imports that came over it.
//!
//! No row is written to.

use rusqlite::Connection;

use super::content::Kept;
use super::converge;
use super::preflight;
use super::step::{Step, StepError};
use super::steps::Migration;
use super::v1_4_0;
use super::version::Version;
use crate::error::Loss;
use crate::sqlite::schema::Schema;

pub(crate) const MIGRATION: Migration = Migration {
    from: Version::V1_4_0,
    version: Version::V1_5_0,
    description: "Keep tokens and jobs of the HTTP interface",
    texts: &[UP, DOWN],
    up,
    down,
    kept_up,
    kept_down,
    losses,
};

pub(super) const UP: &str = include_str!("up.sql");
const DOWN: &str = v1_4_0::UP;

fn up(step: &mut Step<'_>) -> Result<(), StepError> {
    converge::converge(step, &Schema::of_text(UP)?, &[])
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

/// What has no place in 1.4.0: (words, query that counts it).
const LOSSES: [(&str, &str); 2] = [
    ("rows of `tokens`", "SELECT COUNT(*) FROM tokens"),
    ("rows of `jobs`", "SELECT COUNT(*) FROM jobs"),
];

fn losses(connection: &Connection) -> rusqlite::Result<Vec<Loss>> {
    preflight::losses(connection, &LOSSES)
}
