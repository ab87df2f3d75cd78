//! Opening the database for a command.

use std::path::Path;

use glyph_store::sqlite::SqliteStore;
use glyph_store::sqlite::migration::{self, UpOptions};

use super::failure::Hinted;
use crate::clock;

/// Opens a database that is there and current. A missing one is an error: there is nothing to read in it.
pub(super) fn open(path: &Path) -> anyhow::Result<SqliteStore> {
    if !path.exists() {
        return Err(Hinted::new(
            format!("there is no database `{}`", path.display()),
            "`glyphd import FILE` makes one",
        )
        .into());
    }
    Ok(SqliteStore::open(path)?)
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
