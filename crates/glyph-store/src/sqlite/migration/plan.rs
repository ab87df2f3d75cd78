//! The plan: the steps, run on a copy in a temporary folder. The original is only read.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::OpenFlags;
use serde::Serialize;

use super::step::{Direction, StepReport};
use super::version::Version;
use super::{UpOptions, backup, preflight, take_steps_up};
use crate::error::StoreError;
use crate::sqlite::connection::{open, open_untouched, sibling};

/// What `up` would do.
#[derive(Debug, Clone, Serialize)]
pub struct PlanReport {
    /// `None` where there is no database yet: `up` makes a new one.
    pub from: Option<Version>,
    pub to: Version,
    /// Empty where there is nothing to do. The times are those of the steps on the copy.
    pub steps: Vec<StepReport>,
    /// Size of the database, and of the backup that `up` writes beside it.
    pub bytes: u64,
    /// Free space that `up` asks for in the database's folder.
    pub bytes_needed: u64,
    /// What is unusual about the file and does no harm.
    pub notes: Vec<String>,
}

pub(crate) fn plan(
    path: &Path,
    options: &UpOptions,
    now: Timestamp,
) -> Result<PlanReport, StoreError> {
    let to = options.to.unwrap_or(Version::CURRENT);
    let folder = tempfile::Builder::new()
        .prefix("glyphd-plan-")
        .tempdir()
        .map_err(|source| StoreError::Io {
            doing: "make a folder in",
            path: std::env::temp_dir(),
            source,
        })?;
    let copy = folder.path().join("plan.sqlite");
    copy_to(path, &copy)?;
    let known = {
        let connection = open_untouched(&copy)?;
        let known = super::recognise::recognise(&connection, path)?;
        let bytes = preflight::size_bytes(&connection)
            .map_err(|source| StoreError::of_sqlite(path, "read", source))?;
        known.map(|known| (known, bytes))
    };
    let Some((known, bytes)) = known else {
        return Ok(PlanReport {
            from: None,
            to,
            steps: Vec::new(),
            bytes: 0,
            bytes_needed: 0,
            notes: Vec::new(),
        });
    };
    super::require_direction(known.version, to, Direction::Up)?;
    let steps = if known.version == to {
        Vec::new()
    } else {
        take_steps_up(&copy, path, to, options, now, &mut |connection, _| {
            preflight::require_integrity(connection, path)
        })?
    };
    Ok(PlanReport {
        from: Some(known.version),
        to,
        steps,
        bytes,
        bytes_needed: preflight::bytes_needed(bytes),
        notes: known.notes,
    })
}

/// Copies the database into the temporary folder. Where a killed writer left a rollback journal, opening the original
/// would play it back, so the two files are copied as they are and it is played back in the copy.
fn copy_to(path: &Path, copy: &Path) -> Result<(), StoreError> {
    let Ok(file) = std::fs::metadata(path) else {
        return open_empty(copy);
    };
    preflight::require_space(
        preflight::folder_of(copy),
        preflight::bytes_needed(file.len()),
    )?;
    let journal = sibling(path, "-journal");
    if journal.metadata().is_ok_and(|journal| journal.len() > 0) {
        for (from, to) in [(path, copy), (&journal, &sibling(copy, "-journal"))] {
            std::fs::copy(from, to).map_err(|source| StoreError::Io {
                doing: "copy",
                path: from.to_owned(),
                source,
            })?;
        }
        return Ok(());
    }
    backup::copy(&open_untouched(path)?, path, copy)
}

fn open_empty(copy: &Path) -> Result<(), StoreError> {
    open(
        copy,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    )
    .map(drop)
}
