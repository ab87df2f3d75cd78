//! The history: `schema_version`, which other tools read, and `migration_log`, which says what each step was and found.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::checksum::checksum;
use super::steps::{self, Migration};
use super::version::Version;

/// A row of `schema_version`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Applied {
    pub version: String,
    pub applied_at: Option<String>,
    pub description: Option<String>,
}

/// The log appears with the first step and goes with the last step back. The text is that of `schema.sql`.
const CREATE_LOG: &str = "CREATE TABLE IF NOT EXISTS migration_log (
    id INTEGER PRIMARY KEY,
    version TEXT NOT NULL,
    direction TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at TEXT NOT NULL,
    duration_ms INTEGER,
    program_version TEXT NOT NULL,
    findings TEXT NOT NULL
)";

/// The rows of `schema_version`, oldest first. The table must exist.
pub(crate) fn applied(connection: &Connection) -> rusqlite::Result<Vec<Applied>> {
    connection
        .prepare(
            "SELECT CAST(version AS TEXT), CAST(applied_at AS TEXT), CAST(description AS TEXT)
             FROM schema_version
             WHERE version IS NOT NULL
             ORDER BY rowid",
        )?
        .query_map([], |row| {
            Ok(Applied {
                version: row.get(0)?,
                applied_at: row.get(1)?,
                description: row.get(2)?,
            })
        })?
        .collect()
}

/// Writes the whole history of a new database.
pub(crate) fn record_new(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let applied_at = time_text(now);
    connection.execute(
        "INSERT INTO schema_version (version, applied_at, description) VALUES (?1, ?2, ?3)",
        params![
            Version::V1_0_0.as_str(),
            applied_at,
            "Initial schema creation"
        ],
    )?;
    for migration in steps::ALL {
        record_up(connection, migration, &applied_at, 0, &[])?;
    }
    Ok(())
}

/// Records a step up. A row that the old program's script left for the same version stays the only one.
pub(crate) fn record_up(
    connection: &Connection,
    migration: &Migration,
    applied_at: &str,
    duration_ms: u64,
    findings: &[String],
) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO schema_version (version, applied_at, description)
         SELECT ?1, ?2, ?3
         WHERE NOT EXISTS (SELECT 1 FROM schema_version WHERE version = ?1)",
        params![
            migration.version.as_str(),
            applied_at,
            migration.description
        ],
    )?;
    connection.execute_batch(CREATE_LOG)?;
    log(
        connection,
        migration,
        "up",
        applied_at,
        duration_ms,
        findings,
    )
}

/// Records a step down: the version leaves the history, and with the last step the log leaves too.
pub(crate) fn record_down(
    connection: &Connection,
    migration: &Migration,
    applied_at: &str,
    duration_ms: u64,
    findings: &[String],
) -> rusqlite::Result<()> {
    connection.execute(
        "DELETE FROM schema_version WHERE version = ?1",
        [migration.version.as_str()],
    )?;
    if migration.from == Version::V1_0_0 {
        return connection.execute_batch("DROP TABLE IF EXISTS migration_log");
    }
    connection.execute_batch(CREATE_LOG)?;
    log(
        connection,
        migration,
        "down",
        applied_at,
        duration_ms,
        findings,
    )
}

fn log(
    connection: &Connection,
    migration: &Migration,
    direction: &str,
    applied_at: &str,
    duration_ms: u64,
    findings: &[String],
) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO migration_log
             (version, direction, checksum, applied_at, duration_ms, program_version, findings)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            migration.version.as_str(),
            direction,
            checksum(migration),
            applied_at,
            duration_ms as i64,
            env!("CARGO_PKG_VERSION"),
            serde_json::to_string(findings)
                .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?,
        ],
    )?;
    Ok(())
}

/// The checksum that the last step up to a version was made with; `None` where it is not in the log.
pub(crate) fn logged_checksum(
    connection: &Connection,
    version: Version,
) -> rusqlite::Result<Option<String>> {
    connection
        .query_row(
            "SELECT checksum
             FROM migration_log
             WHERE version = ?1 AND direction = 'up'
             ORDER BY id DESC
             LIMIT 1",
            [version.as_str()],
            |row| row.get(0),
        )
        .optional()
}

/// UTC, RFC 3339, whole seconds.
pub(crate) fn time_text(now: Timestamp) -> String {
    now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
