//! 1.3.0 ⇄ 1.4.0: what listings are filtered and sorted by goes from indexes over all rows into segments of each import.
//!
//! Every row keeps its values. The segments are made from the rows, and nothing is lost with them on the way back.

use rusqlite::Connection;

use super::content::Kept;
use super::converge;
use super::preflight;
use super::step::{Step, StepError};
use super::steps::Migration;
use super::v1_3_0;
use super::version::Version;
use crate::error::{Loss, StoreError};
use crate::sqlite::schema::Schema;
use crate::sqlite::segment;

pub(crate) const MIGRATION: Migration = Migration {
    from: Version::V1_3_0,
    version: Version::V1_4_0,
    description: "Keep what listings are sought by in segments of each import",
    texts: &[UP, DROPPED, DOWN],
    up,
    down,
    kept_up,
    kept_down,
    losses,
};

pub(super) const UP: &str = include_str!("up.sql");
const DOWN: &str = v1_3_0::UP;

/// The indexes that the segments stand in for.
const DROPPED: &str = "DROP INDEX idx_scored_listings_model_price;
DROP INDEX idx_scored_listings_score;
DROP INDEX idx_scored_listings_price;";

fn up(step: &mut Step<'_>) -> Result<(), StepError> {
    step.execute_batch(DROPPED)?;
    converge::converge(step, &Schema::of_text(UP)?, &[])?;
    segment::segment_all(step.connection).map_err(|error| match error {
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

/// The segments are made from the rows, which stay.
fn losses(connection: &Connection) -> rusqlite::Result<Vec<Loss>> {
    preflight::losses(connection, &[])
}
