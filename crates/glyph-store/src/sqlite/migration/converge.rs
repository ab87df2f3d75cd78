//! Brings a file to a given schema, whatever shape it has: tables that differ are declared anew where their rows can stay
//! as they are, or else built anew beside the old ones, filled, and take their places, as
//! <https://sqlite.org/lang_altertable.html#otheralter> prescribes.
//!
//! Runs inside a step's transaction, with foreign keys off, so that dropping a table does not touch rows that refer
//! to it. Rows keep their ids.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::OptionalExtension;

use super::content::{Kept, column_names, select};
use super::recognise;
use super::redeclare::{can_be_redeclared, redeclare};
use super::step::{Step, StepError};
use crate::sqlite::schema::{Index, Schema, Table, comparable};

/// How a table is filled where it is not the plain copy of its columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fill {
    pub(crate) table: &'static str,
    /// What follows SELECT …; the table itself must be called `old`.
    pub(crate) from: &'static str,
    /// (column, expression); other columns are copied from `old`.
    pub(crate) columns: &'static [(&'static str, &'static str)],
}

/// The content that must come through: every column that both schemas have, filled as the rules say, of the tables that
/// are made anew: those that differ, and those that are filled. The others are not written to, and the step sees to that.
pub(crate) fn kept(actual: &Schema, goal: &Schema, fills: &[Fill]) -> Vec<Kept> {
    goal.tables
        .iter()
        .filter_map(|(name, wanted)| {
            let found = actual
                .tables
                .get(name)
                .filter(|found| is_made_anew(name, found, wanted, fills))?;
            let copy = Copy::new(name, found, wanted, fills);
            Some(Kept {
                table: name.clone(),
                before: copy.select,
                after: select(name, wanted, copy.columns.iter().map(String::as_str)),
            })
        })
        .collect()
}

fn is_made_anew(name: &str, found: &Table, wanted: &Table, fills: &[Fill]) -> bool {
    comparable(&found.sql) != comparable(&wanted.sql) || fill_of(name, fills).is_some()
}

fn fill_of<'a>(name: &str, fills: &'a [Fill]) -> Option<&'a Fill> {
    fills.iter().find(|fill| fill.table == name)
}

/// Tables by name, as they are and as they are to be.
type Differing<'a> = BTreeMap<&'a str, (&'a Table, &'a Table)>;

/// Makes the schema the goal, and keeps the user's plain indexes where their columns are still there.
pub(crate) fn converge(
    step: &mut Step<'_>,
    goal: &Schema,
    fills: &[Fill],
) -> Result<(), StepError> {
    let actual = Schema::read(step.connection)?;
    for name in actual.views.keys() {
        step.execute(&format!("DROP VIEW \"{name}\""))?;
    }
    for name in actual.triggers.keys() {
        step.execute(&format!("DROP TRIGGER \"{name}\""))?;
    }
    // One that is stored in another case would keep it, and SQLite compares some names by their case.
    let plain_names = step
        .connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<BTreeSet<String>>>()?;
    let (redeclared, rebuilt): (Differing<'_>, Differing<'_>) = goal
        .tables
        .iter()
        .filter_map(|(name, wanted)| {
            let found = actual.tables.get(name)?;
            is_made_anew(name, found, wanted, fills).then_some((name.as_str(), (found, wanted)))
        })
        .partition(|(name, (found, wanted))| {
            plain_names.contains(*name)
                && can_be_redeclared(found, wanted)
                && fill_of(name, fills).is_none()
        });
    for (name, (_, wanted)) in &redeclared {
        redeclare(step, name, wanted)?;
    }
    for (name, (found, wanted)) in &rebuilt {
        step.execute(&create_beside(name, &wanted.sql)?)?;
        let copy = Copy::new(name, found, wanted, fills);
        step.execute(&format!(
            "INSERT INTO \"new_{name}\" ({}) {}",
            column_list(&copy.columns),
            copy.select
        ))?;
    }
    for name in rebuilt.keys() {
        let highest = highest_id_given(step, name)?;
        step.execute(&format!("DROP TABLE \"{name}\""))?;
        step.execute(&format!("ALTER TABLE \"new_{name}\" RENAME TO \"{name}\""))?;
        restore_highest_id(step, name, highest)?;
    }
    for name in actual.tables.keys() {
        if !goal.tables.contains_key(name) {
            step.execute(&format!("DROP TABLE \"{name}\""))?;
        }
    }
    for (name, wanted) in &goal.tables {
        if !actual.tables.contains_key(name) {
            step.execute(&wanted.sql)?;
        }
    }
    arrange_indexes(step, &actual, goal)?;
    for sql in goal.triggers.values().map(|trigger| &trigger.sql) {
        step.execute(sql)?;
    }
    for sql in goal.views.values() {
        step.execute(sql)?;
    }
    Ok(())
}

/// The columns that are filled, and the query that fills them.
struct Copy {
    columns: Vec<String>,
    select: String,
}

impl Copy {
    fn new(name: &str, found: &Table, wanted: &Table, fills: &[Fill]) -> Copy {
        let fill = fill_of(name, fills);
        let expression = |column: &str| {
            fill.and_then(|fill| fill.columns.iter().find(|(filled, _)| *filled == column))
                .map(|(_, expression)| (*expression).to_owned())
                .or_else(|| {
                    found
                        .column(column)
                        .map(|column| format!("old.\"{}\"", column.name))
                })
        };
        let (columns, expressions): (Vec<String>, Vec<String>) = column_names(wanted)
            .filter_map(|column| Some((column.to_owned(), expression(column)?)))
            .unzip();
        let from = match fill {
            Some(fill) => fill.from.to_owned(),
            None => format!("FROM \"{name}\" AS old"),
        };
        Copy {
            select: format!(
                "SELECT {} {from} ORDER BY old.rowid",
                expressions.join(", ")
            ),
            columns,
        }
    }
}

fn column_list(columns: &[String]) -> String {
    columns
        .iter()
        .map(|column| format!("\"{column}\""))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The goal's CREATE TABLE under the name `new_…`. SQLite stores the text from the name on as it was written.
fn create_beside(name: &str, sql: &str) -> Result<String, StepError> {
    sql.strip_prefix("CREATE TABLE ")
        .and_then(|rest| rest.strip_prefix(name))
        .map(|rest| format!("CREATE TABLE \"new_{name}\"{rest}"))
        .ok_or_else(|| StepError::Failed(format!("the text of table `{name}` cannot be read")))
}

/// The highest id ever given in a table with AUTOINCREMENT, so that no id is given twice.
fn highest_id_given(step: &Step<'_>, table: &str) -> Result<Option<i64>, StepError> {
    if !step.has_sequences()? {
        return Ok(None);
    }
    Ok(step
        .connection
        .query_row(
            "SELECT seq FROM sqlite_sequence WHERE name = ?1",
            [table],
            |row| row.get(0),
        )
        .optional()?)
}

fn restore_highest_id(step: &Step<'_>, table: &str, highest: Option<i64>) -> Result<(), StepError> {
    let Some(highest) = highest else {
        return Ok(());
    };
    let numbers_rows: bool = step.connection.query_row(
        "SELECT sql LIKE '%AUTOINCREMENT%' FROM sqlite_schema WHERE type = 'table' AND name = ?1",
        [table],
        |row| row.get(0),
    )?;
    if !numbers_rows {
        return Ok(());
    }
    let changed = step.connection.execute(
        "UPDATE sqlite_sequence SET seq = MAX(seq, ?2) WHERE name = ?1",
        (table, highest),
    )?;
    if changed == 0 {
        step.connection.execute(
            "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)",
            (table, highest),
        )?;
    }
    Ok(())
}

/// Drops the program's own indexes that the goal has not, makes those that are missing, and gives the user's back.
fn arrange_indexes(step: &mut Step<'_>, actual: &Schema, goal: &Schema) -> Result<(), StepError> {
    let old = Schema::of_text(recognise::OLD)?;
    let now = Schema::read(step.connection)?;
    let is_own = |name: &str, index: &Index| {
        goal.indexes.contains_key(name) || recognise::is_old_index(name, &old) || index.unique
    };
    for (name, index) in &now.indexes {
        let stays = goal
            .indexes
            .get(name)
            .is_some_and(|wanted| comparable(&wanted.sql) == comparable(&index.sql));
        if !stays && is_own(name, index) {
            step.execute(&format!("DROP INDEX \"{name}\""))?;
        }
    }
    let now = Schema::read(step.connection)?;
    for (name, wanted) in &goal.indexes {
        if !now.indexes.contains_key(name) {
            step.execute(&wanted.sql)?;
        }
    }
    for (name, index) in &actual.indexes {
        if goal.indexes.contains_key(name)
            && !recognise::is_old_index(name, &old)
            && comparable(&goal.indexes[name].sql) != comparable(&index.sql)
        {
            step.findings.push(format!(
                "index `{name}` gives way to the program's own of that name"
            ));
        }
        if is_own(name, index) || now.indexes.contains_key(name) {
            continue;
        }
        let table = goal.tables.get(&index.table);
        let has_columns = index
            .columns
            .iter()
            .flatten()
            .all(|column| table.is_some_and(|table| table.column(column).is_some()));
        let kept = has_columns
            && match step.execute(&index.sql) {
                Ok(_) => true,
                // An expression or a condition may name a column that is gone.
                Err(StepError::Sqlite(error))
                    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::Unknown) =>
                {
                    false
                }
                Err(other) => return Err(other),
            };
        if !kept {
            step.findings
                .push(format!("index `{name}` on `{}` is not kept", index.table));
        }
    }
    Ok(())
}
