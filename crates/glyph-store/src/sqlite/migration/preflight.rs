//! What is looked at before a step: is the file sound, which rows refer to nothing, is there room.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::Connection;

use crate::error::{Loss, StoreError};
use crate::sqlite::schema::{Schema, VIRTUAL_TABLE, quoted};

/// Rows whose foreign key points at nothing, by (table, the table that it refers to). The old program enforced foreign
/// keys on one of its connections only, so files with orphans exist; their rows are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Orphans(BTreeMap<(String, String), u64>);

impl Orphans {
    pub(crate) fn in_words(&self) -> Vec<String> {
        self.0
            .iter()
            .map(|((table, parent), rows)| {
                format!("`{rows}` rows of `{table}` refer to rows of `{parent}` that do not exist")
            })
            .collect()
    }

    /// What is worse than before, in words.
    pub(crate) fn worse_than(&self, before: &Orphans) -> Option<String> {
        self.0.iter().find_map(|(key, rows)| {
            let was = before.0.get(key).copied().unwrap_or(0);
            (*rows > was).then(|| {
                format!(
                    "`{rows}` rows of `{}` would refer to nothing in `{}`, and `{was}` did before",
                    key.0, key.1
                )
            })
        })
    }
}

pub(crate) fn orphans(connection: &Connection) -> rusqlite::Result<Orphans> {
    connection
        .prepare(
            "SELECT lower(\"table\"), lower(parent), COUNT(*)
             FROM pragma_foreign_key_check
             GROUP BY 1, 2",
        )?
        .query_map([], |row| {
            Ok(((row.get(0)?, row.get(1)?), row.get::<_, i64>(2)? as u64))
        })?
        .collect::<rusqlite::Result<_>>()
        .map(Orphans)
}

/// SQLite's own check of the whole file; what it finds, at most a hundred lines.
pub(crate) fn integrity(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let lines = connection
        .prepare("PRAGMA integrity_check(100)")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<String>>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

pub(crate) fn require_integrity(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let findings =
        integrity(connection).map_err(|source| StoreError::of_sqlite(path, "check", source))?;
    if findings.is_empty() {
        return Ok(());
    }
    Err(StoreError::Damaged {
        path: path.to_owned(),
        findings,
    })
}

pub(crate) fn size_bytes(connection: &Connection) -> rusqlite::Result<u64> {
    count(
        connection,
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    )
}

/// Runs a query that gives one number, never below 0.
pub(crate) fn count(connection: &Connection, sql: &str) -> rusqlite::Result<u64> {
    connection.query_row(sql, [], |row| Ok(row.get::<_, i64>(0)? as u64))
}

/// What a step down would lose: of each (words, query that counts it) those whose count is not 0.
pub(crate) fn losses(
    connection: &Connection,
    counted: &[(&str, &str)],
) -> rusqlite::Result<Vec<Loss>> {
    let mut losses = Vec::new();
    for (what, sql) in counted {
        let count = count(connection, sql)?;
        if count > 0 {
            losses.push(Loss {
                what: (*what).to_owned(),
                count,
            });
        }
    }
    Ok(losses)
}

/// Rows of every table, by name.
pub(crate) fn row_counts(
    connection: &Connection,
    schema: &Schema,
) -> rusqlite::Result<Vec<(String, u64)>> {
    schema
        .tables
        .iter()
        .filter(|(_, table)| table.kind != VIRTUAL_TABLE)
        .map(|(name, _)| {
            let rows = count(
                connection,
                &format!("SELECT COUNT(*) FROM {}", quoted(name)),
            )?;
            Ok((name.clone(), rows))
        })
        .collect()
}

/// Room for a backup, the tables a second time, and the journal.
pub(crate) fn bytes_needed(size_bytes: u64) -> u64 {
    size_bytes.saturating_mul(3).saturating_add(1024 * 1024)
}

pub(crate) fn require_space(folder: &Path, needed_bytes: u64) -> Result<(), StoreError> {
    let available_bytes = fs4::available_space(folder).map_err(|source| StoreError::Io {
        doing: "find the free space of",
        path: folder.to_owned(),
        source,
    })?;
    if available_bytes >= needed_bytes {
        return Ok(());
    }
    Err(StoreError::NoSpace {
        folder: folder.to_owned(),
        needed_bytes,
        available_bytes,
    })
}

/// The folder that a file is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
