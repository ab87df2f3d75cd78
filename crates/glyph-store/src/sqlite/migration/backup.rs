//! A backup: a copy by SQLite's own means, held against the original before it gets its name.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::content::{Content, content, everything};
use super::preflight;
use super::version::Version;
use crate::error::StoreError;
use crate::sqlite::connection::{open, open_untouched, sibling};
use crate::sqlite::schema::Schema;

/// Pages copied at a time.
const PAGES_PER_STEP: i32 = 4096;

/// Where the backup before a migration goes: `FILE.backup-1.0.0-20260131T120000Z`, with a number behind it where that
/// exists.
pub(crate) fn path_for(path: &Path, version: Version, now: Timestamp) -> PathBuf {
    let stamp = now.strftime("%Y%m%dT%H%M%SZ");
    let first = sibling(path, &format!(".backup-{version}-{stamp}"));
    let mut candidate = first.clone();
    let mut number = 2;
    while candidate.exists() {
        candidate = sibling(&first, &format!("-{number}"));
        number += 1;
    }
    candidate
}

/// Copies the database at `path` to `target`, which must not exist, and verifies the copy: it is sound, and with it the
/// original, whose pages it has, and holds the same rows in the same tables. A failure leaves no file. Gives the copy's
/// size in bytes.
///
/// Other connections may read meanwhile, also one of this process that holds the write lock and has not written yet.
pub(crate) fn make(path: &Path, target: &Path) -> Result<u64, StoreError> {
    if target.exists() {
        return Err(StoreError::Exists {
            path: target.to_owned(),
        });
    }
    let source = open_untouched(path)?;
    // One view of the original for the copy and for the comparison, whatever other programs write meanwhile.
    let source = source
        .unchecked_transaction()
        .map_err(|error| StoreError::of_sqlite(path, "read", error))?;
    let partial = sibling(target, ".partial");
    let made = copy(&source, path, &partial).and_then(|()| verify(&source, path, &partial));
    if let Err(error) = made {
        remove(&partial)?;
        return Err(error);
    }
    std::fs::rename(&partial, target).map_err(|source| StoreError::Io {
        doing: "name the backup",
        path: target.to_owned(),
        source,
    })?;
    sync_folder(target)?;
    std::fs::metadata(target)
        .map(|file| file.len())
        .map_err(|source| StoreError::Io {
            doing: "read",
            path: target.to_owned(),
            source,
        })
}

/// Copies a database page by page; what a killed process left under the target's name is overwritten.
pub(crate) fn copy(source: &Connection, path: &Path, target: &Path) -> Result<(), StoreError> {
    remove(target)?;
    let mut copy = open(
        target,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    )?;
    let failed = |error| StoreError::of_sqlite(path, "copy", error);
    let backup = Backup::new(source, &mut copy).map_err(failed)?;
    backup
        .run_to_completion(PAGES_PER_STEP, Duration::from_millis(10), None)
        .map_err(failed)
}

fn verify(source: &Connection, path: &Path, copy_path: &Path) -> Result<(), StoreError> {
    let copy = open_untouched(copy_path)?;
    let differs = |what: String| StoreError::BackupDiffers {
        path: copy_path.to_owned(),
        what,
    };
    let failed = |error| StoreError::of_sqlite(path, "read", error);
    let schema = Schema::read(source).map_err(failed)?;
    if Schema::read(&copy).map_err(failed)? != schema {
        return Err(differs("its schema differs".to_owned()));
    }
    let tables = &everything(&schema);
    // Reading takes most of a backup's time: both files' rows and the copy's pages are read at once.
    let (findings, copied, original) = std::thread::scope(|scope| {
        let findings = scope.spawn(|| {
            let copy = open_untouched(copy_path)?;
            preflight::integrity(&copy)
                .map_err(|error| StoreError::of_sqlite(copy_path, "check", error))
        });
        let copied =
            scope.spawn(move || contents(&copy, tables.iter().map(|kept| kept.after.as_str())));
        let original = contents(source, tables.iter().map(|kept| kept.before.as_str()));
        (joined(findings), joined(copied), original)
    });
    if let Some(finding) = findings?.first() {
        // The copy has what the original has, page by page, and damage is in both or came with the copying.
        preflight::require_integrity(source, path)?;
        return Err(differs(finding.clone()));
    }
    let (original, copied) = (original.map_err(failed)?, copied.map_err(failed)?);
    for ((kept, original), copied) in tables.iter().zip(original).zip(copied) {
        if original != copied {
            return Err(differs(format!("the rows of `{}` differ", kept.table)));
        }
    }
    Ok(())
}

fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn contents<'a>(
    connection: &Connection,
    queries: impl Iterator<Item = &'a str>,
) -> rusqlite::Result<Vec<Content>> {
    queries
        .map(|query| content(connection, query, ""))
        .collect()
}

/// Removes a file and what SQLite may have left beside it.
pub(crate) fn remove(path: &Path) -> Result<(), StoreError> {
    for ending in ["", "-journal", "-wal", "-shm"] {
        let file = sibling(path, ending);
        match std::fs::remove_file(&file) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => {
                return Err(StoreError::Io {
                    doing: "remove",
                    path: file,
                    source,
                });
            }
        }
    }
    Ok(())
}

/// Removes what killed processes left of backups of this database. To be called under its lock.
pub(crate) fn remove_partial(path: &Path) -> Result<(), StoreError> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return Ok(());
    };
    let folder = preflight::folder_of(path);
    let failed = |source| StoreError::Io {
        doing: "read the folder",
        path: folder.to_owned(),
        source,
    };
    let start = format!("{name}.backup-");
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let is_partial = entry
            .file_name()
            .to_str()
            .is_some_and(|found| found.starts_with(&start) && found.ends_with(".partial"));
        if is_partial {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Makes the new name survive a power cut. Where folders cannot be opened (Windows), the system sees to it.
fn sync_folder(file: &Path) -> Result<(), StoreError> {
    let folder = preflight::folder_of(file);
    match std::fs::File::open(folder) {
        Ok(handle) => handle.sync_all().map_err(|source| StoreError::Io {
            doing: "write the folder",
            path: folder.to_owned(),
            source,
        }),
        Err(_) if cfg!(windows) => Ok(()),
        Err(source) => Err(StoreError::Io {
            doing: "open the folder",
            path: folder.to_owned(),
            source,
        }),
    }
}
