//! 1.7.0 ⇄ 1.8.0: what errors of rejected rows have in common is kept once.
//!
//! No row is written to on the way up: errors that stand whole in their rows are read as before.

use std::borrow::Cow;

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value;

use super::content::Kept;
use super::converge::{self, Fill};
use super::preflight;
use super::step::{Step, StepError};
use super::steps::Migration;
use super::v1_7_0;
use super::version::Version;
use crate::error::Loss;
use crate::sqlite::error_kind;
use crate::sqlite::schema::Schema;

pub(crate) const MIGRATION: Migration = Migration {
    from: Version::V1_7_0,
    version: Version::V1_8_0,
    description: "Keep once what errors of rejected rows have in common",
    texts: &[UP, DOWN, FILLS_DOWN[0].columns[0].1],
    up,
    down,
    kept_up,
    kept_down,
    losses,
};

pub(super) const UP: &str = include_str!("up.sql");
const DOWN: &str = v1_7_0::UP;

const FILLS_DOWN: [Fill; 1] = [Fill {
    table: "rejected_rows",
    from: "FROM rejected_rows AS old",
    columns: &[("errors", "errors_in_full(old.errors)")],
}];

/// Rejected rows are written anew only where there are any.
fn fills_down(connection: &Connection) -> rusqlite::Result<&'static [Fill]> {
    let has_rejects: bool =
        connection.query_row("SELECT EXISTS (SELECT 1 FROM rejected_rows)", [], |row| {
            row.get(0)
        })?;
    if !has_rejects {
        return Ok(&[]);
    }
    let kinds = error_kind::all(connection)?;
    connection.create_scalar_function(
        "errors_in_full",
        1,
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC,
        move |context| {
            let stored: Value = context.get(0)?;
            // What another hand stored as bytes may be of a kind as well.
            let text = match &stored {
                Value::Text(text) => Some(text.as_str()),
                Value::Blob(bytes) => std::str::from_utf8(bytes).ok(),
                _ => None,
            };
            let full = text
                .map(|errors| error_kind::in_full(errors, |id| Ok(kinds.get(&id).cloned())))
                .transpose()?;
            Ok(match full {
                Some(Cow::Owned(full)) => Value::Text(full),
                _ => stored,
            })
        },
    )?;
    Ok(&FILLS_DOWN)
}

fn up(step: &mut Step<'_>) -> Result<(), StepError> {
    converge::converge(step, &Schema::of_text(UP)?, &[])
}

fn down(step: &mut Step<'_>) -> Result<(), StepError> {
    let fills = fills_down(step.connection)?;
    converge::converge(step, &Schema::of_text(DOWN)?, fills)
}

fn kept_up(_step: &Step<'_>, actual: &Schema) -> rusqlite::Result<Vec<Kept>> {
    Ok(converge::kept(actual, &Schema::of_text(UP)?, &[]))
}

fn kept_down(step: &Step<'_>, actual: &Schema) -> rusqlite::Result<Vec<Kept>> {
    let fills = fills_down(step.connection)?;
    Ok(converge::kept(actual, &Schema::of_text(DOWN)?, fills))
}

/// What is dropped stands in the rows again, where it is there: (words, query that counts the others).
const LOSSES: [(&str, &str); 1] = [(
    "errors of `rejected_rows` whose kind is gone",
    "SELECT COUNT(*)
     FROM rejected_rows AS row
     JOIN json_each(CASE WHEN json_valid(row.errors) THEN row.errors ELSE '[]' END) AS error
     WHERE CASE WHEN error.type = 'object' THEN json_type(error.value, '$.kind') END = 'integer'
       AND NOT EXISTS (SELECT 1 FROM error_kinds WHERE id = json_extract(error.value, '$.kind'))",
)];

fn losses(connection: &Connection) -> rusqlite::Result<Vec<Loss>> {
    preflight::losses(connection, &LOSSES)
}
