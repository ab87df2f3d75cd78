//! The steps, oldest first. A released step is never edited: what its SQL means is in its checksum.

use rusqlite::Connection;

use super::content::Kept;
use super::step::{Step, StepError};
use super::version::Version;
use super::{v1_1_0, v1_2_0, v1_3_0, v1_4_0, v1_5_0, v1_6_0, v1_7_0, v1_8_0};
use crate::error::Loss;
use crate::sqlite::schema::Schema;

/// A step up and its way back.
#[derive(Debug)]
pub(crate) struct Migration {
    /// Where the step up comes from.
    pub(crate) from: Version,
    /// Where it leads to.
    pub(crate) version: Version,
    pub(crate) description: &'static str,
    /// All SQL that says what the step is, up and down: what the checksum is over.
    pub(crate) texts: &'static [&'static str],
    pub(crate) up: fn(&mut Step<'_>) -> Result<(), StepError>,
    pub(crate) down: fn(&mut Step<'_>) -> Result<(), StepError>,
    /// The content that must be the same after the step up as before.
    pub(crate) kept_up: fn(&Step<'_>, &Schema) -> rusqlite::Result<Vec<Kept>>,
    pub(crate) kept_down: fn(&Step<'_>, &Schema) -> rusqlite::Result<Vec<Kept>>,
    /// What the step down would lose of the data that is there; empty where it loses nothing.
    pub(crate) losses: fn(&Connection) -> rusqlite::Result<Vec<Loss>>,
}

pub(crate) static ALL: &[Migration] = &[
    v1_1_0::MIGRATION,
    v1_2_0::MIGRATION,
    v1_3_0::MIGRATION,
    v1_4_0::MIGRATION,
    v1_5_0::MIGRATION,
    v1_6_0::MIGRATION,
    v1_7_0::MIGRATION,
    v1_8_0::MIGRATION,
];

/// The step up from a version; `None` from the newest.
pub(crate) fn up_from(version: Version) -> Option<&'static Migration> {
    ALL.iter().find(|migration| migration.from == version)
}

/// The step that led to a version, to be taken back; `None` for the oldest.
pub(crate) fn down_from(version: Version) -> Option<&'static Migration> {
    ALL.iter().find(|migration| migration.version == version)
}
