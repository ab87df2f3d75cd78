//! Runs one step: one transaction, with its bookkeeping in it, that is committed only when the content that the step
//! must keep is shown to be kept and the schema is what it should be. A kill at any point leaves the version before
//! or the version after.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rusqlite::hooks::Action;
use rusqlite::{Connection, TransactionBehavior};
use serde::Serialize;

use super::UpOptions;
use super::bookkeeping::{self, time_text};
use super::content::{Content, Kept, bind_now, content};
use super::preflight::{self, Orphans};
use super::recognise::{self, Known};
use super::steps::Migration;
use super::version::Version;
use crate::error::{Collisions, StoreError};
use crate::sqlite::schema::Schema;

/// Which way a step is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Up,
    Down,
}

/// What a step works with, and what it leaves for the report.
#[derive(Debug)]
pub(crate) struct Step<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) options: &'a UpOptions,
    /// RFC 3339, bound where a statement has `:now`.
    pub(crate) now: String,
    pub(crate) statements: Vec<String>,
    pub(crate) findings: Vec<String>,
}

#[derive(Debug)]
pub(crate) enum StepError {
    Sqlite(rusqlite::Error),
    Collisions(Collisions),
    Failed(String),
}

impl From<rusqlite::Error> for StepError {
    fn from(error: rusqlite::Error) -> StepError {
        StepError::Sqlite(error)
    }
}

impl Step<'_> {
    /// Runs one statement and keeps its text for the report; gives the number of rows changed.
    pub(crate) fn execute(&mut self, sql: &str) -> Result<usize, StepError> {
        let mut statement = self.connection.prepare(sql)?;
        bind_now(&mut statement, &self.now)?;
        let rows = statement.raw_execute()?;
        self.statements.push(one_line(sql));
        Ok(rows)
    }

    /// Runs statements without parameters, each ended by `;`.
    pub(crate) fn execute_batch(&mut self, sql: &str) -> Result<(), StepError> {
        self.connection.execute_batch(sql)?;
        self.statements
            .extend(sql.split(';').map(one_line).filter(|text| !text.is_empty()));
        Ok(())
    }

    /// Whether SQLite keeps the highest ids that tables with AUTOINCREMENT have given.
    pub(crate) fn has_sequences(&self) -> rusqlite::Result<bool> {
        self.connection.query_row(
            "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'",
            [],
            |row| row.get(0),
        )
    }
}

/// A statement on one line, its comments left out.
fn one_line(sql: &str) -> String {
    sql.lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("--"))
        .flat_map(str::split_whitespace)
        .collect::<Vec<_>>()
        .join(" ")
}

/// What a step did.
#[derive(Debug, Clone, Serialize)]
pub struct StepReport {
    /// The version that the step stands for: where `up` leads and `down` leaves.
    pub version: Version,
    pub direction: Direction,
    pub description: &'static str,
    pub statements: Vec<String>,
    pub tables: Vec<TableChange>,
    /// Size of the database in the transaction's sight, before and after.
    pub bytes_before: u64,
    pub bytes_after: u64,
    pub duration_ms: u64,
    /// What was noticed: orphans, renumbered imports, indexes not kept.
    pub findings: Vec<String>,
}

/// A table's rows before and after; `None` where there is no such table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableChange {
    pub table: String,
    pub rows_before: Option<u64>,
    pub rows_after: Option<u64>,
}

/// Which step to run on which file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) path: &'a Path,
    pub(crate) migration: &'static Migration,
    pub(crate) direction: Direction,
    pub(crate) options: &'a UpOptions,
    pub(crate) now: jiff::Timestamp,
}

/// What a step on this connection left, for the next one on it.
#[derive(Debug)]
pub(crate) struct Left {
    /// SQLite's `data_version`: another than before where another connection has written.
    data_version: u64,
    orphans: Orphans,
}

/// What is done under the lock before the step: checks and the backup.
pub(crate) type Before<'a> = &'a mut dyn FnMut(&Connection, &Known) -> Result<(), StoreError>;

/// Runs a step. `None` where the file, once its lock is held, is not at the version that the step starts from:
/// another process was there first.
pub(crate) fn run(
    connection: &mut Connection,
    job: Job<'_>,
    last_left: Option<Left>,
    before: Before<'_>,
) -> Result<Option<(StepReport, Left)>, StoreError> {
    let failed = |source| StoreError::of_sqlite(job.path, "migrate", source);
    // Dropping a table would otherwise delete or change the rows that refer to it. It cannot be set in a transaction.
    connection
        .pragma_update(None, "foreign_keys", false)
        .map_err(failed)?;
    let touched = Arc::new(Mutex::new(BTreeSet::new()));
    let note = Arc::clone(&touched);
    connection
        .update_hook(Some(move |_, _: &str, table: &str, _| {
            let mut touched = note.lock().unwrap_or_else(PoisonError::into_inner);
            if !touched.contains(table) {
                touched.insert(table.to_owned());
            }
        }))
        .map_err(failed)?;
    let report = run_in_transaction(connection, job, last_left, before, &touched);
    connection
        .update_hook(None::<fn(Action, &str, &str, i64)>)
        .map_err(failed)?;
    connection
        .pragma_update(None, "foreign_keys", true)
        .map_err(failed)?;
    report
}

fn run_in_transaction(
    connection: &mut Connection,
    job: Job<'_>,
    last_left: Option<Left>,
    before: Before<'_>,
    touched: &Mutex<BTreeSet<String>>,
) -> Result<Option<(StepReport, Left)>, StoreError> {
    let started = Instant::now();
    let failed = |source| StoreError::of_sqlite(job.path, "migrate", source);
    // SQLite's own write lock is what keeps a second process out. It ends with the process, leaves no file behind, and
    // holds against the old program too.
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    let (start, target) = match job.direction {
        Direction::Up => (job.migration.from, job.migration.version),
        Direction::Down => (job.migration.version, job.migration.from),
    };
    let Some(known) = recognise::recognise(&transaction, job.path)? else {
        return Ok(None);
    };
    if known.version != start {
        return Ok(None);
    }
    refuse_additions(&known, job.path)?;
    before(&transaction, &known)?;

    let mut step = Step {
        connection: &transaction,
        options: job.options,
        now: time_text(job.now),
        statements: Vec::new(),
        findings: Vec::new(),
    };
    let data_version = preflight::count(&transaction, "PRAGMA data_version").map_err(failed)?;
    let orphans = match last_left {
        Some(left) if left.data_version == data_version => left.orphans,
        _ => preflight::orphans(&transaction).map_err(failed)?,
    };
    step.findings.extend(orphans.in_words());
    let bytes_before = preflight::size_bytes(&transaction).map_err(failed)?;
    let kept = match job.direction {
        Direction::Up => (job.migration.kept_up)(&step, &known.schema),
        Direction::Down => (job.migration.kept_down)(&step, &known.schema),
    }
    .map_err(failed)?;
    let contents = contents_before(&step, &kept).map_err(failed)?;
    let rows_before = preflight::row_counts(&transaction, &known.schema).map_err(failed)?;

    let done = match job.direction {
        Direction::Up => (job.migration.up)(&mut step),
        Direction::Down => (job.migration.down)(&mut step),
    };
    done.map_err(|error| match error {
        StepError::Sqlite(source) => failed(source),
        StepError::Collisions(collisions) => StoreError::Collisions { collisions },
        StepError::Failed(what) => step_failed(job, what),
    })?;

    check_contents(&step, &kept, &contents, job)?;
    check_untouched(&rows_before, &kept, touched, job)?;
    let reached = check_schema(&transaction, target, job)?;
    let orphans = check_orphans(&transaction, &reached.schema, orphans, touched, job)?;
    let rows_after = preflight::row_counts(&transaction, &reached.schema).map_err(failed)?;
    let bytes_after = preflight::size_bytes(&transaction).map_err(failed)?;
    let duration_ms = started.elapsed().as_millis() as u64;
    match job.direction {
        Direction::Up => bookkeeping::record_up(
            &transaction,
            job.migration,
            &step.now,
            duration_ms,
            &step.findings,
        ),
        Direction::Down => bookkeeping::record_down(
            &transaction,
            job.migration,
            &step.now,
            duration_ms,
            &step.findings,
        ),
    }
    .map_err(failed)?;
    let (statements, findings) = (step.statements, step.findings);
    transaction.commit().map_err(failed)?;
    let report = StepReport {
        version: job.migration.version,
        direction: job.direction,
        description: job.migration.description,
        statements,
        tables: changes(&rows_before, &rows_after),
        bytes_before,
        bytes_after,
        duration_ms: started.elapsed().as_millis() as u64,
        findings,
    };
    let left = Left {
        data_version,
        orphans,
    };
    Ok(Some((report, left)))
}

pub(crate) fn refuse_additions(known: &Known, path: &Path) -> Result<(), StoreError> {
    if known.additions.is_empty() {
        return Ok(());
    }
    Err(StoreError::UnknownSchema {
        path: path.to_owned(),
        differences: known.additions.clone(),
    })
}

fn step_failed(job: Job<'_>, what: String) -> StoreError {
    StoreError::StepFailed {
        version: job.migration.version,
        what,
    }
}

fn contents_before(step: &Step<'_>, kept: &[Kept]) -> rusqlite::Result<Vec<Content>> {
    kept.iter()
        .map(|kept| content(step.connection, &kept.before, &step.now))
        .collect()
}

fn check_contents(
    step: &Step<'_>,
    kept: &[Kept],
    contents: &[Content],
    job: Job<'_>,
) -> Result<(), StoreError> {
    for (kept, before) in kept.iter().zip(contents) {
        let after = content(step.connection, &kept.after, &step.now)
            .map_err(|source| StoreError::of_sqlite(job.path, "read", source))?;
        if after != *before {
            return Err(step_failed(
                job,
                format!(
                    "the content of `{}` would have changed (`{}` rows before, `{}` after)",
                    kept.table, before.rows, after.rows
                ),
            ));
        }
    }
    Ok(())
}

/// A step holds the content of the tables that it makes anew or writes to. Of every other table SQLite has told of no
/// change: its content is what it was.
fn check_untouched(
    tables: &[(String, u64)],
    kept: &[Kept],
    touched: &Mutex<BTreeSet<String>>,
    job: Job<'_>,
) -> Result<(), StoreError> {
    let touched = touched.lock().unwrap_or_else(PoisonError::into_inner);
    let unheld = tables.iter().find(|(name, _)| {
        touched.iter().any(|table| table.eq_ignore_ascii_case(name))
            && kept.iter().all(|kept| kept.table != *name)
    });
    match unheld {
        Some((name, _)) => Err(step_failed(
            job,
            format!("rows of `{name}` were changed, and its content was not held"),
        )),
        None => Ok(()),
    }
}

/// Gives the orphans that there are now. Where SQLite has told of no row written to a table that refers to another or is
/// referred to, they are those that there were.
fn check_orphans(
    connection: &Connection,
    schema: &Schema,
    before: Orphans,
    touched: &Mutex<BTreeSet<String>>,
    job: Job<'_>,
) -> Result<Orphans, StoreError> {
    let refers = |written: &String| {
        // A table that is built anew is written to under this name.
        let table = written.strip_prefix("new_").unwrap_or(written);
        schema.tables.iter().any(|(name, declared)| {
            let keys = &declared.foreign_keys;
            (table == name && !keys.is_empty()) || keys.iter().any(|key| key.table == table)
        })
    };
    let touched = touched.lock().unwrap_or_else(PoisonError::into_inner);
    if !touched
        .iter()
        .map(|table| table.to_lowercase())
        .any(|table| refers(&table))
    {
        return Ok(before);
    }
    let after = preflight::orphans(connection)
        .map_err(|source| StoreError::of_sqlite(job.path, "read", source))?;
    match after.worse_than(&before) {
        Some(what) => Err(step_failed(job, what)),
        None => Ok(after),
    }
}

fn check_schema(
    connection: &Connection,
    target: Version,
    job: Job<'_>,
) -> Result<Known, StoreError> {
    let reached = recognise::recognise(connection, job.path).map_err(|error| match error {
        StoreError::UnknownSchema { differences, .. } => step_failed(
            job,
            format!("the schema is wrong: {}", differences.join("; ")),
        ),
        other => other,
    })?;
    match reached {
        Some(known) if known.version == target => Ok(known),
        Some(known) => Err(step_failed(
            job,
            format!(
                "the schema is that of `{}` and not of `{target}`",
                known.version
            ),
        )),
        None => Err(step_failed(job, "the schema is empty".to_owned())),
    }
}

fn changes(before: &[(String, u64)], after: &[(String, u64)]) -> Vec<TableChange> {
    let find = |counts: &[(String, u64)], table: &str| {
        counts
            .iter()
            .find(|(name, _)| name == table)
            .map(|(_, rows)| *rows)
    };
    let gone = before
        .iter()
        .filter(|(name, _)| find(after, name).is_none());
    after
        .iter()
        .chain(gone)
        .map(|(name, _)| TableChange {
            table: name.clone(),
            rows_before: find(before, name),
            rows_after: find(after, name),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::migration::steps;

    #[test]
    fn a_step_that_writes_to_a_table_that_it_did_not_hold_is_taken_back() {
        let options = UpOptions::default();
        let job = Job {
            path: Path::new("gpu.sqlite"),
            migration: steps::up_from(Version::V1_3_0).expect("there is such a step"),
            direction: Direction::Up,
            options: &options,
            now: jiff::Timestamp::UNIX_EPOCH,
        };
        let tables = [("models".to_owned(), 1), ("listings".to_owned(), 2)];
        let held = [Kept {
            table: "listings".to_owned(),
            before: String::new(),
            after: String::new(),
        }];
        let check = |touched: &[&str]| {
            let touched = touched.iter().map(|table| (*table).to_owned()).collect();
            check_untouched(&tables, &held, &Mutex::new(touched), job)
        };
        assert!(check(&[]).is_ok());
        assert!(check(&["listings", "new_models", "unsegmented_imports"]).is_ok());
        let told = check(&["Models"]).expect_err("it is not held").to_string();
        assert!(told.contains("`models`"), "{told}");
    }
}
