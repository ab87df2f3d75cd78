//! 1.2.0 ⇄ 1.3.0: what a match cautions against, which matcher made it, and second matchings with what they changed.
//!
//! Every row keeps its values; what was matched before has no matcher version and no flags until it is matched again.

use rusqlite::Connection;

use super::content::Kept;
use super::converge;
use super::preflight;
use super::step::{Step, StepError};
use super::steps::Migration;
use super::v1_2_0;
use super::version::Version;
use crate::error::Loss;
use crate::sqlite::schema::Schema;

pub(crate) const MIGRATION: Migration = Migration {
    from: Version::V1_2_0,
    version: Version::V1_3_0,
    description: "Record second matchings and cautions",
    texts: &[UP, DOWN],
    up,
    down,
    kept_up,
    kept_down,
    losses,
};

const UP: &str = include_str!("up.sql");
const DOWN: &str = v1_2_0::UP;

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

/// What has no place in 1.2.0: (words, query that counts it).
const LOSSES: [(&str, &str); 3] = [
    (
        "rows of `import_rematches`",
        "SELECT COUNT(*) FROM import_rematches",
    ),
    (
        "rows of `rematch_changes`",
        "SELECT COUNT(*) FROM rematch_changes",
    ),
    (
        "flags of offers",
        "SELECT COUNT(*) FROM listings WHERE flags IS NOT NULL",
    ),
];

fn losses(connection: &Connection) -> rusqlite::Result<Vec<Loss>> {
    preflight::losses(connection, &LOSSES)
}
