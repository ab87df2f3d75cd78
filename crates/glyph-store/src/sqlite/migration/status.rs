//! What a file is and whether it is as it should be. Nothing is written.

use std::path::Path;

use rusqlite::Connection;
use serde::Serialize;

use super::bookkeeping::{self, Applied};
use super::checksum::checksum;
use super::recognise::{self, Known};
use super::version::Version;
use super::{inspect, preflight, steps, v1_1_0};
use crate::error::{Collisions, StoreError};
use crate::sqlite::connection::open_untouched;

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// There is no database yet.
    New,
    Current,
    NeedsMigration,
}

#[derive(Debug, Clone, Serialize)]
pub struct StatusReport {
    pub state: State,
    /// By what the tables are; `None` for a new one.
    pub version: Option<Version>,
    /// What this program works with.
    pub program_version: Version,
    /// The rows of `schema_version`, oldest first.
    pub history: Vec<Applied>,
    /// (table, rows).
    pub tables: Vec<(String, u64)>,
    pub bytes: u64,
    /// Rows of `scored_listings` that belong to an import and have no `import_index`.
    pub unnumbered_rows: u64,
    /// Rows that stand in the way of uniqueness; `--resequence` mends them.
    pub collisions: Option<Collisions>,
    /// What is unusual and does no harm.
    pub notes: Vec<String>,
}

/// A database in short: what can be told without looking at its rows.
#[derive(Debug, Clone)]
pub struct Outline {
    /// What it is, by its tables; absent where there is none yet.
    pub version: Option<Version>,
    pub history: Vec<Applied>,
    pub bytes: u64,
}

pub(crate) fn outline(path: &Path) -> Result<Outline, StoreError> {
    let Some((connection, known)) = inspect(path)? else {
        return Ok(Outline {
            version: None,
            history: Vec::new(),
            bytes: 0,
        });
    };
    let failed = |source| StoreError::of_sqlite(path, "read", source);
    Ok(Outline {
        version: Some(known.version),
        bytes: preflight::size_bytes(&connection).map_err(failed)?,
        history: known.applied,
    })
}

pub(crate) fn status(path: &Path) -> Result<StatusReport, StoreError> {
    let Some((connection, known)) = inspect(path)? else {
        return Ok(StatusReport {
            state: State::New,
            version: None,
            program_version: Version::CURRENT,
            history: Vec::new(),
            tables: Vec::new(),
            bytes: 0,
            unnumbered_rows: 0,
            collisions: None,
            notes: Vec::new(),
        });
    };
    let failed = |source| StoreError::of_sqlite(path, "read", source);
    let mut notes = [known.notes.clone(), known.additions.clone()].concat();
    notes.extend(preflight::orphans(&connection).map_err(failed)?.in_words());
    Ok(StatusReport {
        state: if known.version == Version::CURRENT {
            State::Current
        } else {
            State::NeedsMigration
        },
        version: Some(known.version),
        program_version: Version::CURRENT,
        tables: preflight::row_counts(&connection, &known.schema).map_err(failed)?,
        bytes: preflight::size_bytes(&connection).map_err(failed)?,
        unnumbered_rows: unnumbered_rows(&connection, &known).map_err(failed)?,
        collisions: v1_1_0::find_collisions(&connection, &known.schema).map_err(failed)?,
        history: known.applied,
        notes,
    })
}

fn unnumbered_rows(connection: &Connection, known: &Known) -> rusqlite::Result<u64> {
    let has_column = known
        .schema
        .tables
        .get("scored_listings")
        .is_some_and(|table| table.column("import_index").is_some());
    let sql = if has_column {
        "SELECT COUNT(*) FROM scored_listings WHERE import_id IS NOT NULL AND import_index IS NULL"
    } else {
        "SELECT COUNT(*) FROM scored_listings WHERE import_id IS NOT NULL"
    };
    preflight::count(connection, sql)
}

/// One thing that `verify` looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    pub name: &'static str,
    pub holds: bool,
    /// What was found, also where it holds and is worth a word.
    pub details: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct VerifyReport {
    pub version: Version,
    pub holds: bool,
    pub checks: Vec<Check>,
}

pub(crate) fn verify(path: &Path) -> Result<VerifyReport, StoreError> {
    let Some((connection, known)) = inspect(path)? else {
        return Err(StoreError::NotFound {
            path: path.to_owned(),
        });
    };
    let failed = |source| StoreError::of_sqlite(path, "verify", source);
    let integrity = preflight::integrity(&connection).map_err(failed)?;
    let orphans = preflight::orphans(&connection).map_err(failed)?.in_words();
    let collisions = v1_1_0::find_collisions(&connection, &known.schema).map_err(failed)?;
    let history = history_faults(&connection, &known).map_err(failed)?;
    let checks = vec![
        Check {
            name: "the schema is that of its version",
            // A file of another schema is not let in by `inspect`.
            holds: known.additions.is_empty(),
            details: [known.additions.clone(), known.notes.clone()].concat(),
        },
        Check {
            name: "the history and the checksums of its steps agree with this program",
            holds: history.is_empty(),
            details: history,
        },
        Check {
            name: "the file is sound",
            holds: integrity.is_empty(),
            details: integrity,
        },
        Check {
            name: "import_id and import_index name one row",
            // Before 1.1.0 nothing promises it.
            holds: collisions.is_none() || known.version == Version::V1_0_0,
            details: collisions
                .map(|found| found.to_string())
                .into_iter()
                .collect(),
        },
        Check {
            name: "rows that refer to nothing are reported",
            // Old files have them and keep them.
            holds: true,
            details: orphans,
        },
    ];
    Ok(VerifyReport {
        version: known.version,
        holds: checks.iter().all(|check| check.holds),
        checks,
    })
}

/// Versions that the tables have and the history has not, and steps that this program would take otherwise.
fn history_faults(connection: &Connection, known: &Known) -> rusqlite::Result<Vec<String>> {
    let mut faults = Vec::new();
    let has_log = known.schema.tables.contains_key("migration_log");
    for migration in steps::ALL
        .iter()
        .filter(|migration| migration.version <= known.version)
    {
        let version = migration.version;
        if !known
            .applied
            .iter()
            .any(|row| row.version == version.as_str())
        {
            faults.push(format!("`schema_version` has no row `{version}`"));
        }
        if !has_log {
            continue;
        }
        match bookkeeping::logged_checksum(connection, version)? {
            Some(logged) if logged == checksum(migration) => {}
            Some(logged) => faults.push(format!(
                "step `{version}` was made with checksum `{logged}`, this program's is `{}`",
                checksum(migration)
            )),
            None => faults.push(format!("`migration_log` has no step `{version}`")),
        }
    }
    Ok(faults)
}

/// Lets a current database pass; says what any other is.
pub(crate) fn require_current(path: &Path) -> Result<(), StoreError> {
    match inspect(path)? {
        None => Err(StoreError::NotFound {
            path: path.to_owned(),
        }),
        Some((_, known)) if known.version == Version::CURRENT => Ok(()),
        Some((_, known)) => Err(StoreError::NeedsMigration {
            path: path.to_owned(),
            found: known.version,
            needed: Version::CURRENT,
        }),
    }
}

/// One page of the smallest size that SQLite has.
const SMALLEST_DATABASE_BYTES: u64 = 512;

/// Opens a file to look at it and says what it is; `None` where there is no file or nothing in it.
pub(crate) fn look(path: &Path) -> Result<Option<(Connection, Known)>, StoreError> {
    let Ok(file) = std::fs::metadata(path) else {
        return Ok(None);
    };
    // SQLite takes a file of one byte for an empty one.
    if file.len() > 0 && file.len() < SMALLEST_DATABASE_BYTES {
        return Err(StoreError::NotADatabase {
            path: path.to_owned(),
        });
    }
    let connection = open_untouched(path)?;
    let known = recognise::recognise(&connection, path)?;
    Ok(known.map(|known| (connection, known)))
}
