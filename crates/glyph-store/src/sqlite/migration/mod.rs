//! Schema versions and the steps between them: looking, planning, going up and down, verifying, backing up.
//!
//! Every function here takes the path of the file and leaves a refused file byte for byte as it was. None prints, and
//! the time is an argument.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use self::recognise::Known;
use self::step::{Before, Job};
use self::steps::Migration;
use crate::error::{Loss, StoreError};
use crate::sqlite::connection;

pub(crate) mod backup;
pub(crate) mod bookkeeping;
mod checksum;
mod content;
mod converge;
mod plan;
mod preflight;
mod recognise;
mod redeclare;
mod status;
mod step;
mod steps;
mod v1_1_0;
mod v1_2_0;
mod v1_3_0;
mod v1_4_0;
mod v1_5_0;
mod v1_6_0;
mod v1_7_0;
mod v1_8_0;
mod version;

pub use self::bookkeeping::Applied;
pub use self::plan::PlanReport;
pub use self::status::{Check, Outline, State, StatusReport, VerifyReport};
pub use self::step::{Direction, StepReport, TableChange};
pub use self::version::Version;

pub(crate) use self::status::{look as inspect, require_current};

/// How to go up.
#[derive(Debug, Clone, Default)]
pub struct UpOptions {
    /// The newest version where absent.
    pub to: Option<Version>,
    /// Number rows without `import_index` 0, 1, 2, … by id within each import.
    pub backfill: bool,
    /// Number the rows of imports anew in which two rows have the same `import_index`.
    pub resequence: bool,
}

/// How to go down.
#[derive(Debug, Clone)]
pub struct DownOptions {
    pub to: Version,
    pub allow_loss: bool,
}

/// What `up` or `down` did.
#[derive(Debug, Clone, Serialize)]
pub struct MigrationReport {
    /// `None` where a new database was made.
    pub from: Option<Version>,
    pub to: Version,
    /// Empty where there was nothing to do.
    pub steps: Vec<StepReport>,
    /// The copy of the database as it was before the first step.
    pub backup: Option<PathBuf>,
    /// What was lost on the way down.
    pub losses: Vec<Loss>,
}

/// Says what a file is.
///
/// # Errors
/// [`StoreError::UnknownSchema`], [`StoreError::Newer`], [`StoreError::NotADatabase`].
pub fn status(path: &Path) -> Result<StatusReport, StoreError> {
    status::status(path)
}

/// Says what a file is, without counting its rows.
///
/// # Errors
/// Those of [`status`].
pub fn outline(path: &Path) -> Result<Outline, StoreError> {
    status::outline(path)
}

/// Runs the steps up on a copy and says what they change. The original is only read.
///
/// # Errors
/// Those of [`up`].
pub fn plan(path: &Path, options: &UpOptions, now: Timestamp) -> Result<PlanReport, StoreError> {
    plan::plan(path, options, now)
}

/// Takes a database up, after a backup beside it; makes a new one where there is none. A current one is left alone.
///
/// # Errors
/// What a database cannot be taken up for: an unknown or newer schema, collisions, damage, no space. The file is then
/// as it was, or at the version of the last step that was finished.
pub fn up(path: &Path, options: &UpOptions, now: Timestamp) -> Result<MigrationReport, StoreError> {
    let to = options.to.unwrap_or(Version::CURRENT);
    let Some((looked, known)) = inspect(path)? else {
        if to != Version::CURRENT {
            return Err(StoreError::NotFound {
                path: path.to_owned(),
            });
        }
        connection::create(path, now)?;
        return Ok(MigrationReport {
            from: None,
            to,
            steps: Vec::new(),
            backup: None,
            losses: Vec::new(),
        });
    };
    require_direction(known.version, to, Direction::Up)?;
    let mut report = MigrationReport {
        from: Some(known.version),
        to,
        steps: Vec::new(),
        backup: None,
        losses: Vec::new(),
    };
    if known.version == to {
        return Ok(report);
    }
    step::refuse_additions(&known, path)?;
    // Looked at before anything is opened for writing, so that a refusal leaves even a write-ahead log as it was.
    refuse_collisions(&looked, &known, options, path)?;
    drop(looked);
    let mut backup = None;
    report.steps = take_steps_up(path, path, to, options, now, &mut |connection, known| {
        refuse_collisions(connection, known, options, path)?;
        prepare(connection, known, path, now, &mut backup)
    })?;
    report.backup = backup;
    Ok(report)
}

/// Takes a database down, after a backup beside it.
///
/// # Errors
/// [`StoreError::WouldLose`] where data would go and that is not allowed; otherwise as [`up`].
pub fn down(
    path: &Path,
    options: &DownOptions,
    now: Timestamp,
) -> Result<MigrationReport, StoreError> {
    let Some((looked, known)) = inspect(path)? else {
        return Err(StoreError::NotFound {
            path: path.to_owned(),
        });
    };
    require_direction(known.version, options.to, Direction::Down)?;
    let mut report = MigrationReport {
        from: Some(known.version),
        to: options.to,
        steps: Vec::new(),
        backup: None,
        losses: losses_between(&looked, known.version, options.to, path)?,
    };
    if !report.losses.is_empty() && !options.allow_loss {
        return Err(StoreError::WouldLose {
            to: options.to,
            losses: report.losses,
        });
    }
    drop(looked);
    let mut backup = None;
    report.steps = take_steps(
        path,
        path,
        |version| {
            (version > options.to)
                .then(|| steps::down_from(version))
                .flatten()
        },
        Direction::Down,
        &UpOptions::default(),
        now,
        &mut |connection, known| {
            // Rows may have come between the look and the lock.
            if !options.allow_loss {
                let losses = losses_between(connection, known.version, options.to, path)?;
                if !losses.is_empty() {
                    return Err(StoreError::WouldLose {
                        to: options.to,
                        losses,
                    });
                }
            }
            prepare(connection, known, path, now, &mut backup)
        },
    )?;
    report.backup = backup;
    Ok(report)
}

/// What going down would lose; empty where nothing.
///
/// # Errors
/// As [`status`], and [`StoreError::WrongDirection`].
pub fn losses(path: &Path, to: Version) -> Result<Vec<Loss>, StoreError> {
    let Some((connection, known)) = inspect(path)? else {
        return Err(StoreError::NotFound {
            path: path.to_owned(),
        });
    };
    require_direction(known.version, to, Direction::Down)?;
    losses_between(&connection, known.version, to, path)
}

/// Holds a file against what its version promises.
///
/// # Errors
/// As [`status`], and [`StoreError::NotFound`].
pub fn verify(path: &Path) -> Result<VerifyReport, StoreError> {
    status::verify(path)
}

/// Copies the database to a file that does not exist yet and verifies the copy. Gives its size in bytes. Readers and
/// writers may go on meanwhile.
///
/// # Errors
/// [`StoreError::Exists`], [`StoreError::NoSpace`], [`StoreError::BackupDiffers`], and those of [`status`].
pub fn backup(path: &Path, target: &Path) -> Result<u64, StoreError> {
    let Some((connection, _)) = inspect(path)? else {
        return Err(StoreError::NotFound {
            path: path.to_owned(),
        });
    };
    let bytes = preflight::size_bytes(&connection)
        .map_err(|source| StoreError::of_sqlite(path, "read", source))?;
    preflight::require_space(preflight::folder_of(target), bytes)?;
    backup::make(path, target)
}

pub(crate) fn require_direction(
    found: Version,
    to: Version,
    direction: Direction,
) -> Result<(), StoreError> {
    let (wrong, direction) = match direction {
        Direction::Up => (to < found, "up"),
        Direction::Down => (to > found, "down"),
    };
    if wrong {
        return Err(StoreError::WrongDirection {
            found,
            to,
            direction,
        });
    }
    Ok(())
}

fn refuse_collisions(
    connection: &Connection,
    known: &Known,
    options: &UpOptions,
    path: &Path,
) -> Result<(), StoreError> {
    // From 1.1.0 on the database itself refuses them.
    if options.resequence || known.version > Version::V1_0_0 {
        return Ok(());
    }
    let collisions = v1_1_0::find_collisions(connection, &known.schema)
        .map_err(|source| StoreError::of_sqlite(path, "read", source))?;
    match collisions {
        Some(collisions) => Err(StoreError::Collisions { collisions }),
        None => Ok(()),
    }
}

fn losses_between(
    connection: &Connection,
    from: Version,
    to: Version,
    path: &Path,
) -> Result<Vec<Loss>, StoreError> {
    let mut losses = Vec::new();
    for migration in steps::ALL
        .iter()
        .rev()
        .filter(|migration| migration.version <= from && migration.version > to)
    {
        losses.extend(
            (migration.losses)(connection)
                .map_err(|source| StoreError::of_sqlite(path, "read", source))?,
        );
    }
    Ok(losses)
}

/// What is done under the lock before the first step: there is room, a backup is made, and the file is sound.
fn prepare(
    connection: &Connection,
    known: &Known,
    path: &Path,
    now: Timestamp,
    backup: &mut Option<PathBuf>,
) -> Result<(), StoreError> {
    if backup.is_some() {
        return Ok(());
    }
    let bytes = preflight::size_bytes(connection)
        .map_err(|source| StoreError::of_sqlite(path, "read", source))?;
    preflight::require_space(preflight::folder_of(path), preflight::bytes_needed(bytes))?;
    backup::remove_partial(path)?;
    let target = backup::path_for(path, known.version, now);
    backup::make(path, &target)?;
    *backup = Some(target);
    Ok(())
}

pub(crate) fn take_steps_up(
    file: &Path,
    path: &Path,
    to: Version,
    options: &UpOptions,
    now: Timestamp,
    before: Before<'_>,
) -> Result<Vec<StepReport>, StoreError> {
    take_steps(
        file,
        path,
        |version| (version < to).then(|| steps::up_from(version)).flatten(),
        Direction::Up,
        options,
        now,
        before,
    )
}

/// Takes steps until `next` has none for the version that the file has. Another process may take some of them: the
/// file is looked at anew before each. `path` is the name to be told, `file` the one to be opened.
fn take_steps(
    file: &Path,
    path: &Path,
    next: impl Fn(Version) -> Option<&'static Migration>,
    direction: Direction,
    options: &UpOptions,
    now: Timestamp,
    before: Before<'_>,
) -> Result<Vec<StepReport>, StoreError> {
    let mut connection = connection::open(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // In rollback mode this also writes the folder after the journal is gone: a step that was told as done stays done.
    connection
        .pragma_update(None, "synchronous", "EXTRA")
        .map_err(|source| StoreError::of_sqlite(path, "migrate", source))?;
    let mut reports = Vec::new();
    let mut last_left = None;
    loop {
        let Some(known) = recognise::recognise(&connection, path)? else {
            return Err(StoreError::NotFound {
                path: path.to_owned(),
            });
        };
        let Some(migration) = next(known.version) else {
            return Ok(reports);
        };
        let job = Job {
            path,
            migration,
            direction,
            options,
            now,
        };
        if let Some((report, left)) =
            step::run(&mut connection, job, last_left.take(), &mut *before)?
        {
            reports.push(report);
            last_left = Some(left);
        }
    }
}
