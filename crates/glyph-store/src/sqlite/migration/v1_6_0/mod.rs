//! 1.5.0 ⇄ 1.6.0: texts of the same offer stand together in the index of fingerprints.
//!
//! A fingerprint begins with the key of its offer ([`crate::offer`]), and goes on as it was before.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use super::content::Kept;
use super::converge::{self, Fill};
use super::preflight;
use super::step::{Step, StepError};
use super::steps::Migration;
use super::v1_5_0;
use super::version::Version;
use crate::error::Loss;
use crate::offer;
use crate::sqlite::schema::Schema;

pub(crate) const MIGRATION: Migration = Migration {
    from: Version::V1_5_0,
    version: Version::V1_6_0,
    description: "Find an offer in all imports that saw it",
    texts: &[
        UP,
        DOWN,
        FILLS_UP[0].columns[0].1,
        FILLS_DOWN[0].from,
        FILLS_DOWN[0].columns[0].1,
    ],
    up,
    down,
    kept_up,
    kept_down,
    losses,
};

pub(super) const UP: &str = include_str!("up.sql");
const DOWN: &str = v1_5_0::UP;

const FILLS_UP: [Fill; 1] = [Fill {
    table: "listings",
    from: "FROM listings AS old",
    columns: &[(
        "fingerprint",
        "CASE WHEN LENGTH(old.fingerprint) = 16
           THEN CAST(offer_key(old.source_url, old.seller, old.title) || old.fingerprint AS BLOB)
           ELSE old.fingerprint END",
    )],
}];

/// Two texts that differ in their offers alone keep their fingerprints, but for the first: 1.5.0 finds that one.
const FILLS_DOWN: [Fill; 1] = [Fill {
    table: "listings",
    from: "FROM listings AS old
           LEFT JOIN (
               SELECT SUBSTR(fingerprint, 9) AS rest, MIN(id) AS first_id
               FROM listings
               WHERE LENGTH(fingerprint) = 24
               GROUP BY SUBSTR(fingerprint, 9)
               HAVING COUNT(*) > 1
           ) AS twice ON twice.rest = SUBSTR(old.fingerprint, 9)",
    columns: &[(
        "fingerprint",
        "CASE WHEN LENGTH(old.fingerprint) = 24 AND COALESCE(twice.first_id, old.id) = old.id
           THEN SUBSTR(old.fingerprint, 9)
           ELSE old.fingerprint END",
    )],
}];

/// The texts are written anew only where there are any of this program's.
fn fills<'a>(connection: &Connection, fills: &'a [Fill]) -> rusqlite::Result<&'a [Fill]> {
    connection.create_scalar_function(
        "offer_key",
        3,
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC,
        |context| {
            let text = |place| context.get_raw(place).as_str_or_null().ok().flatten();
            Ok(offer::key(text(0), text(1), text(2)).to_vec())
        },
    )?;
    let has_texts: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM listings WHERE fingerprint IS NOT NULL)",
        [],
        |row| row.get(0),
    )?;
    Ok(if has_texts { fills } else { &[] })
}

fn up(step: &mut Step<'_>) -> Result<(), StepError> {
    let fills = fills(step.connection, &FILLS_UP)?;
    converge::converge(step, &Schema::of_text(UP)?, fills)
}

fn down(step: &mut Step<'_>) -> Result<(), StepError> {
    let fills = fills(step.connection, &FILLS_DOWN)?;
    converge::converge(step, &Schema::of_text(DOWN)?, fills)
}

fn kept_up(step: &Step<'_>, actual: &Schema) -> rusqlite::Result<Vec<Kept>> {
    let fills = fills(step.connection, &FILLS_UP)?;
    Ok(converge::kept(actual, &Schema::of_text(UP)?, fills))
}

fn kept_down(step: &Step<'_>, actual: &Schema) -> rusqlite::Result<Vec<Kept>> {
    let fills = fills(step.connection, &FILLS_DOWN)?;
    Ok(converge::kept(actual, &Schema::of_text(DOWN)?, fills))
}

/// What has no place in 1.5.0: (words, query that counts it). The keys are made again on the way up.
const LOSSES: [(&str, &str); 1] = [(
    "import records' highest id of rows that are gone",
    "SELECT COUNT(*) FROM import_batches WHERE last_listing_id IS NOT NULL",
)];

fn losses(connection: &Connection) -> rusqlite::Result<Vec<Loss>> {
    preflight::losses(connection, &LOSSES)
}
