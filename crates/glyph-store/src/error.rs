//! What can go wrong with the store: typed, each with a way out where there is one.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::sqlite::migration::Version;

/// A failure of the store. The message is lower case, without a final period, with the value in backticks.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    #[error("cannot {doing}")]
    Sqlite {
        doing: String,
        #[source]
        source: rusqlite::Error,
    },
    #[error("cannot {doing} `{}`", path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("no database at `{}`", path.display())]
    NotFound { path: PathBuf },
    #[error("`{}` is not a SQLite database", path.display())]
    NotADatabase { path: PathBuf },
    #[error(
        "`{}` is not a database that this program knows:\n  {}",
        path.display(),
        differences.join("\n  ")
    )]
    UnknownSchema {
        path: PathBuf,
        differences: Vec<String>,
    },
    #[error("`{}` has schema version `{found}`, newer than `{supported}` of this program", path.display())]
    Newer {
        path: PathBuf,
        found: String,
        supported: Version,
    },
    #[error("`{}` has schema version `{found}`, and `{needed}` is needed", path.display())]
    NeedsMigration {
        path: PathBuf,
        found: Version,
        needed: Version,
    },
    #[error("{collisions}")]
    Collisions { collisions: Collisions },
    #[error(
        "`{}` is damaged:\n  {}",
        path.display(),
        findings.join("\n  ")
    )]
    Damaged {
        path: PathBuf,
        findings: Vec<String>,
    },
    #[error(
        "not enough free space in `{}`: `{needed_bytes}` bytes are needed, `{available_bytes}` are free",
        folder.display()
    )]
    NoSpace {
        folder: PathBuf,
        needed_bytes: u64,
        available_bytes: u64,
    },
    #[error("`{}` is in use by another program", path.display())]
    Locked { path: PathBuf },
    #[error("cannot open or make `{}`", path.display())]
    CannotOpen { path: PathBuf },
    #[error("`{}` cannot be written", path.display())]
    ReadOnly { path: PathBuf },
    #[error(
        "going back to `{to}` loses data:\n  {}",
        losses.iter().map(Loss::to_string).collect::<Vec<_>>().join("\n  ")
    )]
    WouldLose { to: Version, losses: Vec<Loss> },
    #[error("there is no schema version `{wanted}`")]
    NoSuchVersion { wanted: String },
    #[error("the database has schema version `{found}`, so it cannot go {direction} to `{to}`")]
    WrongDirection {
        found: Version,
        to: Version,
        direction: &'static str,
    },
    #[error("step `{version}` was taken back: {what}")]
    StepFailed { version: Version, what: String },
    #[error("the backup `{}` does not hold what the database holds: {what}", path.display())]
    BackupDiffers { path: PathBuf, what: String },
    #[error("`{}` exists already", path.display())]
    Exists { path: PathBuf },
    #[error("there is no import `{0}`")]
    ImportUnknown(String),
    #[error("there is an import `{0}` already")]
    ImportIdTaken(String),
    #[error("`{wanted}` begins more than one import id: {}", matching.join(", "))]
    ImportAmbiguous {
        wanted: String,
        matching: Vec<String>,
    },
    #[error("import `{0}` is undone already")]
    AlreadyUndone(String),
    #[error("import `{0}` holds no listings of this program")]
    NotListings(String),
    #[error("import `{0}` has no rejected rows")]
    NothingToRepair(String),
    #[error(
        "import `{import_id}` has {rejected} rejected rows, and the file has {came}: nothing was changed"
    )]
    RepairRowCount {
        import_id: String,
        rejected: u64,
        came: u64,
    },
    #[error(
        "import `{import_id}` converted `{currency}` by another rate than this repair: nothing was changed"
    )]
    RateDiffers { import_id: String, currency: String },
    #[error("the database lost {0}")]
    RecordLost(&'static str),
    #[error("the listing that the page begins after is gone")]
    PlaceGone,
    #[error("another program has been writing to the database for too long")]
    Busy,
    #[error("the database cannot be written")]
    NotWritable,
    #[error("the disk is full")]
    DiskFull,
    #[error("cannot write JSON")]
    Json(#[from] serde_json::Error),
    #[error("SQLite `{found}` is not safe here: it must be at least 3.51.3 and not 3.52.0")]
    UnsafeSqlite { found: &'static str },
}

impl StoreError {
    /// What the user can do about it, to be shown after `hint: `.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            StoreError::NotFound { .. } => "`--db-path` names the file".to_owned(),
            StoreError::NotADatabase { .. } => {
                "`--db-path` names the database, not a listings file".to_owned()
            }
            StoreError::UnknownSchema { .. } => {
                "nothing was changed; take out what is not the program's own, or name another file with `--db-path`"
                    .to_owned()
            }
            StoreError::Newer { found, .. } => {
                format!("use a glyphd that knows schema version `{found}`")
            }
            StoreError::NeedsMigration { path, .. } => format!(
                "`glyphd --db-path {} migrate up` takes it there, and `migrate plan` shows what that changes",
                path.display()
            ),
            StoreError::Collisions { .. } => {
                "`migrate up --resequence` numbers the rows of these imports anew, in their order".to_owned()
            }
            StoreError::Damaged { .. } => {
                "nothing was changed; restore a backup, or try `sqlite3 FILE .recover`".to_owned()
            }
            StoreError::NoSpace { .. } => {
                "a backup and a second copy of the tables must fit beside the database".to_owned()
            }
            StoreError::Locked { .. } => "end the program that writes to it and try again".to_owned(),
            StoreError::CannotOpen { .. } | StoreError::ReadOnly { .. } => {
                "the file and its folder must be there and writable".to_owned()
            }
            StoreError::WouldLose { .. } => "`--allow-loss` goes back all the same".to_owned(),
            StoreError::NoSuchVersion { .. } => format!(
                "known versions: {}",
                Version::ALL.map(|version| format!("`{version}`")).join(", ")
            ),
            StoreError::WrongDirection { direction, .. } => {
                let other = if *direction == "up" { "down" } else { "up" };
                format!("use `migrate {other}`")
            }
            StoreError::StepFailed { .. } => {
                "the database is as it was before the step".to_owned()
            }
            StoreError::BackupDiffers { .. } => "nothing was changed; check the disk".to_owned(),
            StoreError::Exists { .. } => "name a file that does not exist yet".to_owned(),
            StoreError::ImportUnknown(_) | StoreError::ImportAmbiguous { .. } => {
                "`glyphd imports list` names them all".to_owned()
            }
            StoreError::AlreadyUndone(_) => "import its file again to have it back".to_owned(),
            StoreError::RepairRowCount { import_id, .. } => format!(
                "`glyphd imports rejects {import_id} --csv` gives the rows: mend them, keep their number and order"
            ),
            StoreError::RateDiffers { import_id, .. } => format!(
                "`glyphd imports show {import_id}` names its rates; give the same with `--rates FILE`"
            ),
            StoreError::Busy => "nothing was changed; try again when it has ended".to_owned(),
            StoreError::PlaceGone => "begin at the first page again".to_owned(),
            StoreError::NotWritable => "the file and its folder must be writable".to_owned(),
            StoreError::DiskFull => "nothing was changed; make room and try again".to_owned(),
            StoreError::Sqlite { .. }
            | StoreError::Io { .. }
            | StoreError::UnsafeSqlite { .. }
            | StoreError::NotListings(_)
            | StoreError::NothingToRepair(_)
            | StoreError::ImportIdTaken(_)
            | StoreError::RecordLost(_)
            | StoreError::Json(_) => return None,
        };
        Some(hint)
    }

    /// Sorts a SQLite failure on a file into what it means for the user.
    pub(crate) fn of_sqlite(path: &Path, doing: &str, source: rusqlite::Error) -> StoreError {
        use rusqlite::ErrorCode;
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => StoreError::NotADatabase { path },
            Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged {
                path,
                findings: vec![source.to_string()],
            },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                StoreError::Locked { path }
            }
            Some(ErrorCode::CannotOpen) => StoreError::CannotOpen { path },
            Some(ErrorCode::ReadOnly) => StoreError::ReadOnly { path },
            _ => StoreError::Sqlite {
                doing: format!("{doing} `{}`", path.display()),
                source,
            },
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    /// For work on an open database: the connection knows its file.
    fn from(source: rusqlite::Error) -> StoreError {
        use rusqlite::ErrorCode;
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::DiskFull,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
            Some(ErrorCode::ReadOnly) => StoreError::NotWritable,
            _ => StoreError::Sqlite {
                doing: "use the database".to_owned(),
                source,
            },
        }
    }
}

/// Data that a step back cannot keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loss {
    /// What is lost, in words: `rows of rejected_rows`.
    pub what: String,
    pub count: u64,
}

impl std::fmt::Display for Loss {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.count, self.what)
    }
}

/// Rows of `scored_listings` that share (`import_id`, `import_index`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Collisions {
    /// How many (`import_id`, `import_index`) pairs are used more than once.
    pub pairs: u64,
    /// The imports that have such pairs, in the order of their ids, with how many each has.
    pub imports: Vec<(String, u64)>,
    /// The first of the pairs: import, index, rows that use it.
    pub first: Vec<Collision>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Collision {
    pub import_id: String,
    pub import_index: String,
    pub rows: u64,
}

/// How many pairs and imports a refusal names; the rest is counted.
pub const COLLISIONS_NAMED: usize = 20;

impl std::fmt::Display for Collisions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "`{}` pairs of import_id and import_index are used by several rows, in `{}` imports:",
            self.pairs,
            self.imports.len()
        )?;
        for (import_id, pairs) in self.imports.iter().take(COLLISIONS_NAMED) {
            write!(formatter, "\n  import `{import_id}`: {pairs} pairs")?;
        }
        for collision in &self.first {
            write!(
                formatter,
                "\n  import `{}`, index `{}`: {} rows",
                collision.import_id, collision.import_index, collision.rows
            )?;
        }
        let named = self.first.len() as u64;
        if self.pairs > named {
            write!(formatter, "\n  … and {} more pairs", self.pairs - named)?;
        }
        Ok(())
    }
}
