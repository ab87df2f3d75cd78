//! Opening the file: the settings that every connection has, and which files are let in.
//!
//! No connection of this crate is made elsewhere. A file is never opened but through SQLite: closing an ordinary file
//! handle would drop the locks that SQLite holds on the same file in this process (<https://sqlite.org/howtocorrupt.html>,
//! 2.2).

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, config::DbConfig};

use crate::error::StoreError;
use crate::sqlite::migration::{self, bookkeeping};
use crate::sqlite::schema;

/// How long a connection waits for another's lock before it says that the file is in use. A writer waits for a whole
/// import of another to end, so this is minutes, not the usual seconds.
pub const LOCK_PATIENCE: Duration = Duration::from_mins(10);

/// The page cache of a connection that writes, in KiB. It bounds the memory of an import, whatever the file's size.
const CACHE_KIB: i64 = 16 * 1024;

/// The same while an import brings many new texts: the index of their fingerprints is written to in random order, and a
/// page of it that has no room is written out and read again. A million texts have 36 MB of it; 32 MiB make 1.16 times
/// the pace of 16.
const MANY_TEXTS_CACHE_KIB: i64 = 32 * 1024;

/// The page cache of a connection that only reads: the segments of a million listings take some 40 MB.
const READING_CACHE_KIB: i64 = 64 * 1024;

/// Bytes a page of a new database: four times SQLite's default. An import writes each page twice, to the log and to the
/// file, so that fewer and larger ones make it quicker: 5 to 10 % beside 8 KiB.
const PAGE_BYTES: i64 = 16384;

/// Opens the database for writing, and makes it where there is none (no file, an empty file, or a SQLite file without
/// any table). A database of another version or program is refused.
///
/// # Errors
/// [`StoreError::NeedsMigration`], [`StoreError::Newer`], [`StoreError::UnknownSchema`], and what the disk refuses.
pub fn open_or_create(path: &Path, now: Timestamp) -> Result<Connection, StoreError> {
    if migration::inspect(path)?.is_none() {
        return create(path, now);
    }
    open_existing_current(path)
}

/// Opens an existing database of the current version for reading and writing. What is not current is refused without
/// a change to the file.
///
/// # Errors
/// As [`open_or_create`], and [`StoreError::NotFound`] where there is no database.
pub fn open_existing_current(path: &Path) -> Result<Connection, StoreError> {
    migration::require_current(path)?;
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    set_for_writing(&connection, path)?;
    Ok(connection)
}

/// Opens an existing database of the current version for queries alone: such a connection cannot write.
///
/// # Errors
/// As [`open_existing_current`].
pub fn open_current_for_reading(path: &Path) -> Result<Connection, StoreError> {
    migration::require_current(path)?;
    let connection = open_untouched(path)?;
    connection
        .pragma_update(None, "query_only", true)
        .and_then(|()| connection.pragma_update(None, "cache_size", -READING_CACHE_KIB))
        .map_err(|source| StoreError::of_sqlite(path, "open", source))?;
    Ok(connection)
}

/// Makes a new database of the current version, whole or not at all; of several processes that try at once, one makes
/// it and the others find it made.
///
/// # Errors
/// What the disk refuses.
pub fn create(path: &Path, now: Timestamp) -> Result<Connection, StoreError> {
    if let Some(folder) = path.parent()
        && !folder.as_os_str().is_empty()
    {
        std::fs::create_dir_all(folder).map_err(|source| StoreError::Io {
            doing: "make the folder",
            path: folder.to_owned(),
            source,
        })?;
    }
    let failed = |source| StoreError::of_sqlite(path, "make the database", source);
    let mut connection = open(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    )?;
    connection
        .pragma_update(None, "page_size", PAGE_BYTES)
        .map_err(failed)?;
    set_for_writing(&connection, path)?;
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    if schema::is_empty(&transaction).map_err(failed)? {
        transaction.execute_batch(schema::CURRENT).map_err(failed)?;
        bookkeeping::record_new(&transaction, now).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        return Ok(connection);
    }
    drop(transaction);
    drop(connection);
    open_existing_current(path)
}

/// Opens a file with the settings that need no write to it: foreign keys enforced, waiting for locks, a bounded cache.
pub(crate) fn open(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    check_sqlite_version(rusqlite::version_number(), rusqlite::version())?;
    if path.is_dir() {
        return Err(StoreError::NotADatabase {
            path: path.to_owned(),
        });
    }
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let failed = |source| StoreError::of_sqlite(path, "open", source);
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    set_for_all(&connection).map_err(failed)?;
    Ok(connection)
}

fn set_for_all(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(LOCK_PATIENCE)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    set_cache(connection)?;
    // The schema of a file from elsewhere must not run functions behind a query's back.
    connection.pragma_update(None, "trusted_schema", false)
}

/// SQLite counts the pages of its cache by the page size that it knows of at this moment, so this comes again when the
/// size was set or read from the file.
pub(super) fn set_cache(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "cache_size", -CACHE_KIB)
}

/// Until [`set_cache`] comes again.
pub(super) fn set_cache_for_many_texts(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "cache_size", -MANY_TEXTS_CACHE_KIB)
}

/// Write-ahead log, so that readers go on while an import runs, and `synchronous = FULL`: with it each commit is on
/// the disk before it returns, so an import that was acknowledged survives a power cut. `NORMAL` would keep the file
/// sound but may lose the last commits, and saves one flush an import: nothing, since an import is one transaction.
fn set_for_writing(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::of_sqlite(path, "open", source);
    let started = Instant::now();
    let mode: String = loop {
        let mode =
            connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0));
        match mode {
            // Of two connections that both make a new file write ahead, SQLite refuses one without waiting, since each
            // could wait for the other.
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && started.elapsed() < LOCK_PATIENCE =>
            {
                std::thread::sleep(Duration::from_millis(2));
            }
            other => break other.map_err(failed)?,
        }
    };
    set_cache(connection).map_err(failed)?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(StoreError::ReadOnly {
            path: path.to_owned(),
        });
    }
    connection
        .pragma_update(None, "synchronous", "FULL")
        .map_err(failed)
}

/// Opens a file to look at it, so that its bytes and its folder are afterwards as they were: nothing is written, a
/// write-ahead log that is there stays there and is read, none is left where none was.
///
/// A rollback journal that a killed writer left is played back, as any program does that opens the file.
pub(crate) fn open_untouched(path: &Path) -> Result<Connection, StoreError> {
    let has_bytes = |ending| {
        sibling(path, ending)
            .metadata()
            .is_ok_and(|file| file.len() > 0)
    };
    let log_is_there = has_bytes("-wal");
    let opened = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE).and_then(|connection| {
        let failed = |source| StoreError::of_sqlite(path, "read", source);
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, log_is_there)
            .map_err(failed)?;
        first_read(&connection).map_err(failed)?;
        Ok(connection)
    });
    match opened {
        // A write-ahead database in a folder that cannot be written: without a log or a journal, the file alone is the
        // database.
        Err(StoreError::ReadOnly { .. } | StoreError::CannotOpen { .. })
            if !log_is_there && !has_bytes("-journal") =>
        {
            let failed = |source| StoreError::of_sqlite(path, "read", source);
            let connection = Connection::open_with_flags(
                immutable_uri(path),
                OpenFlags::SQLITE_OPEN_READ_ONLY
                    | OpenFlags::SQLITE_OPEN_NO_MUTEX
                    | OpenFlags::SQLITE_OPEN_URI,
            )
            .map_err(failed)?;
            set_for_all(&connection).map_err(failed)?;
            first_read(&connection).map_err(failed)?;
            Ok(connection)
        }
        other => other,
    }
}

/// The first read shows whether the file is a database at all.
fn first_read(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(()))?;
    set_cache(connection)
}

/// A path beside the database: `FILE-wal`.
pub(crate) fn sibling(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// The path as a `file:` URI of a file that nobody writes to; `?`, `#` and `%` in the path mean themselves.
fn immutable_uri(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut uri = std::ffi::OsString::from("file:");
    match absolute.to_str() {
        Some(text) => uri.push(
            text.replace('%', "%25")
                .replace('?', "%3f")
                .replace('#', "%23"),
        ),
        None => uri.push(&absolute),
    }
    uri.push("?immutable=1");
    PathBuf::from(uri)
}

/// SQLite before 3.51.3, and 3.52.0, can corrupt a write-ahead database that several connections use.
fn check_sqlite_version(number: i32, found: &'static str) -> Result<(), StoreError> {
    if number >= 3_051_003 && number != 3_052_000 {
        Ok(())
    } else {
        Err(StoreError::UnsafeSqlite { found })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_the_versions_of_sqlite_that_corrupt_files() {
        assert!(check_sqlite_version(3_051_002, "3.51.2").is_err());
        assert!(check_sqlite_version(3_051_003, "3.51.3").is_ok());
        assert!(check_sqlite_version(3_052_000, "3.52.0").is_err());
        assert!(check_sqlite_version(3_052_001, "3.52.1").is_ok());
    }
}
