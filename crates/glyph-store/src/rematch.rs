//! A second matching of stored rows, and what it changed.

use glyph_core::score::Profile;
use serde::Serialize;

/// Which imports to match again, and how.
#[derive(Debug, Clone)]
pub struct NewRematch<'a> {
    /// Each with the profile that its rows are scored by.
    pub imports: &'a [(String, Profile)],
    pub rematched_at: &'a str,
    pub program_version: &'a str,
    /// Whether the changes stay; else everything is done and then taken back.
    pub keep: bool,
}

/// A row before a second matching and since.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RematchChange {
    pub import_id: String,
    pub import_index: u64,
    pub title: String,
    pub old: RowState,
    pub new: RowState,
}

/// What a row is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowState {
    /// `scored` or `unmatched`.
    pub outcome: &'static str,
    /// The model of a scored row, the reason of an unmatched one.
    pub detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// The cards that the price is for, where it is more than one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot_size: Option<i64>,
}

/// How a second matching of one import went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RematchRecord {
    pub import_id: String,
    /// The scored and unmatched rows.
    pub rows: u64,
    /// Rows whose model, reason or cards in the lot are others now.
    pub changed: u64,
    /// Rows with the same model and another score: the specs or the profile differ.
    pub rescored: u64,
    /// Rows of the old program, which kept no title.
    pub without_title: u64,
    pub old_registry_version: Option<String>,
    pub new_registry_version: String,
    pub old_matcher_version: Option<u32>,
    pub new_matcher_version: u32,
}
