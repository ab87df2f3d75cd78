//! Opening the database for a command.

use std::path::Path;

use glyph_store::sqlite::SqliteStore;
use glyph_store::sqlite::migration::{self, UpOptions};

use super::failure::Hinted;
use crate::clock;

/// Opens a database that is there and current, to change it.
pub(super) fn open(path: &Path) -> anyhow::Result<SqliteStore> {
    must_be_there(path)?;
    Ok(SqliteStore::open(path)?)
}

/// Opens a database that is there and current, to look at it: it may be one that cannot be written to.
pub(super) fn open_for_reading(path: &Path) -> anyhow::Result<SqliteStore> {
    must_be_there(path)?;
    Ok(SqliteStore::open_for_reading(path)?)
}

/// A missing database is an error: there is nothing to read in it.
fn must_be_there(path: &Path) -> anyhow::Result<()> {
    if path.exists() {
        return Ok(());
    }
    Err(Hinted::new(
        format!("there is no database `{}`", path.display()),
        "`glyphd import FILE` makes one",
    )
    .into())
}

/// Opens a database to write imports into; makes it, and its folder, when absent. An older one is migrated where
/// `migrate` is set, else refused.
pub(super) fn open_or_create(path: &Path, migrate: bool) -> anyhow::Result<SqliteStore> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(|error| {
            Hinted::new(
                format!("cannot make the folder `{}`: {error}", folder.display()),
                "give a path that can be written to with `--db-path FILE`",
            )
        })?;
    }
    if migrate && path.exists() {
        migration::up(path, &UpOptions::default(), clock::now())?;
    }
    Ok(SqliteStore::open_or_create(path, clock::now())?)
}
