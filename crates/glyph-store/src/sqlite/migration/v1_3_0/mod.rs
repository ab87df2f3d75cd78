//! 1.2.0 ⇄ 1.3.0: what a match cautions against, which matcher made it, and second matchings with what they changed.
//!
//! Every row keeps its values; what was matched before has no matcher version and no flags until it is matched again.
//! On the way back, a text goes to the first import that uses it, where 1.2.0 looks for it: a second matching may have
//! led an earlier import to a later one's text.

use rusqlite::Connection;

use super::content::Kept;
use super::converge::{self, Fill};
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

pub(super) const UP: &str = include_str!("up.sql");
const DOWN: &str = v1_2_0::UP;

const FILLS_DOWN: [Fill; 1] = [Fill {
    table: "listings",
    from: "FROM listings AS old
           LEFT JOIN (
               SELECT listing_id, import_id, import_index
               FROM (
                   SELECT row.listing_id, row.import_id, row.import_index,
                     ROW_NUMBER() OVER (
                         PARTITION BY row.listing_id ORDER BY import.id, row.import_index
                     ) AS place
                   FROM (
                       SELECT listing_id, import_id, import_index FROM scored_listings
                       WHERE listing_id IS NOT NULL
                       UNION ALL
                       SELECT listing_id, import_id, import_index FROM unmatched_listings
                   ) AS row
                   JOIN import_batches AS import ON import.import_id = row.import_id
               )
               WHERE place = 1
           ) AS first ON first.listing_id = old.id AND old.fingerprint IS NOT NULL",
    columns: &[
        ("import_id", "COALESCE(first.import_id, old.import_id)"),
        (
            "import_index",
            "CASE WHEN first.import_id IS NULL THEN old.import_index ELSE first.import_index END",
        ),
    ],
}];

fn up(step: &mut Step<'_>) -> Result<(), StepError> {
    converge::converge(step, &Schema::of_text(UP)?, &[])
}

fn down(step: &mut Step<'_>) -> Result<(), StepError> {
    converge::converge(step, &Schema::of_text(DOWN)?, &FILLS_DOWN)
}

fn kept_up(_step: &Step<'_>, actual: &Schema) -> rusqlite::Result<Vec<Kept>> {
    Ok(converge::kept(actual, &Schema::of_text(UP)?, &[]))
}

fn kept_down(_step: &Step<'_>, actual: &Schema) -> rusqlite::Result<Vec<Kept>> {
    Ok(converge::kept(actual, &Schema::of_text(DOWN)?, &FILLS_DOWN))
}

/// What has no place in 1.2.0: (words, query that counts it).
const LOSSES: [(&str, &str); 4] = [
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
    (
        "import records' version of the matcher",
        "SELECT COUNT(*) FROM import_batches WHERE matcher_version IS NOT NULL",
    ),
];

fn losses(connection: &Connection) -> rusqlite::Result<Vec<Loss>> {
    preflight::losses(connection, &LOSSES)
}
