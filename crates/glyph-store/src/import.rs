//! The record of an import: what came in, how it was read and what became of it.

use glyph_core::pipeline::Counts;
use serde::Serialize;

use crate::listing::ListingRecord;
use crate::service::JobRecord;

/// What is known of an import before its first row.
#[derive(Debug, Clone, Copy)]
pub struct NewImport<'a> {
    pub import_id: &'a str,
    /// UTC, RFC 3339.
    pub imported_at: &'a str,
    /// The time that rows without one of their own were seen.
    pub seen_at: &'a str,
    pub source_name: &'a str,
    pub scoring_profile: &'a str,
    pub registry: &'a glyph_core::registry::Registry,
    pub program_version: &'a str,
    /// What its sender says of it.
    pub description: Option<&'a str>,
}

/// What is known of an import after its last row.
#[derive(Debug, Clone)]
pub struct FinishedImport<'a> {
    pub counts: Counts,
    /// When its source was seen: what places it before or after others. The latest time of its rows, where they have their
    /// own and none was given for the whole.
    pub seen_at: &'a str,
    pub source_format: &'a str,
    pub source_sha256: &'a str,
    pub source_bytes: u64,
    /// Names the bytes and the options: equal keys, equal imports.
    pub options_key: &'a str,
    /// Keep a second import of the same bytes.
    pub forced: bool,
    /// JSON: how the source was read, for repairs.
    pub reading_options: String,
    /// JSON: header → field.
    pub header_mapping: String,
    /// JSON: what the reader found about the source.
    pub findings: String,
    /// The header record's bytes, for files of rejects.
    pub source_header: &'a [u8],
    pub rates: &'a [RateUsed],
    /// JSON: code → rows.
    pub errors_by_code: String,
    pub duration_ms: u64,
    /// The job that ends with the import: kept with it, or not at all.
    pub job: Option<&'a JobRecord>,
}

/// A rate that an import converted prices with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RateUsed {
    pub currency: String,
    /// US dollars for one unit, decimal text.
    pub usd_per_unit: String,
    pub rate_date: String,
    pub source: String,
}

/// How a commit ended.
#[derive(Debug, Clone, PartialEq)]
pub enum CommitOutcome {
    Imported(Box<ImportRecord>),
    /// The same bytes under the same options are this import already: nothing was changed.
    Duplicate(Box<ImportRecord>),
}

/// The state of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    Done,
    Undone,
    /// Written by the old program: its numbering is its own.
    Legacy,
    /// The models of a registry, not listings.
    Registry,
}

impl ImportState {
    pub fn as_str(self) -> &'static str {
        match self {
            ImportState::Done => "done",
            ImportState::Undone => "undone",
            ImportState::Legacy => "legacy",
            ImportState::Registry => "registry",
        }
    }

    pub fn parse(text: &str) -> Option<ImportState> {
        [
            ImportState::Done,
            ImportState::Undone,
            ImportState::Legacy,
            ImportState::Registry,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
    }
}

/// One import as it stands in the database. The counts of the old program's imports are absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImportRecord {
    pub import_id: String,
    pub state: ImportState,
    pub imported_at: String,
    pub undone_at: Option<String>,
    pub total_rows: Option<u64>,
    pub scored_rows: Option<u64>,
    pub unmatched_rows: Option<u64>,
    pub rejected_rows: Option<u64>,
    /// What the old program said it had taken in.
    pub record_count: Option<u64>,
    pub source_name: Option<String>,
    pub source_format: Option<String>,
    pub source_sha256: Option<String>,
    pub source_bytes: Option<u64>,
    pub seen_at: Option<String>,
    pub registry_version: Option<String>,
    /// With the registry's version it says which answers the matcher gives.
    pub matcher_version: Option<u32>,
    pub scoring_profile: Option<String>,
    pub program_version: Option<String>,
    /// What its sender said of it.
    pub description: Option<String>,
    pub duration_ms: Option<u64>,
    #[serde(serialize_with = "crate::json::as_json")]
    pub reading_options: Option<String>,
    #[serde(serialize_with = "crate::json::as_json")]
    pub header_mapping: Option<String>,
    #[serde(serialize_with = "crate::json::as_json")]
    pub findings: Option<String>,
    #[serde(serialize_with = "crate::json::as_json")]
    pub errors_by_code: Option<String>,
    #[serde(skip)]
    pub source_header: Option<Vec<u8>>,
}

/// What all imports in force hold together. Those of the old program count no rows but the scored ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    pub imports: u64,
    pub total_rows: u64,
    pub scored_rows: u64,
    pub unmatched_rows: u64,
    pub rejected_rows: u64,
}

/// A repair to begin.
#[derive(Debug, Clone, Copy)]
pub struct NewRepair<'a> {
    pub import_id: &'a str,
    pub repaired_at: &'a str,
    pub seen_at: &'a str,
    pub source_name: &'a str,
    pub registry: &'a glyph_core::registry::Registry,
}

/// What is known of a repair after its last row.
#[derive(Debug, Clone, Copy)]
pub struct FinishedRepair<'a> {
    pub source_sha256: &'a str,
    /// The rates that the mended prices were converted by.
    pub rates: &'a [RateUsed],
}

/// A repair that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RepairRecord {
    pub import_id: String,
    pub rows: u64,
    pub scored: u64,
    pub unmatched: u64,
    pub still_rejected: u64,
}

/// What a person wants to know right after an import.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ImportSummary {
    /// The five offers with the highest score.
    pub best_offers: Vec<ListingRecord>,
    /// Reason, rows, and one title.
    pub unmatched: Vec<ReasonCount>,
    /// Code, rows, and one example.
    pub rejects: Vec<ReasonCount>,
    /// The rates that prices were converted by.
    pub rates: Vec<RateUsed>,
}

/// An import's listings in short.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ImportOutline {
    /// Of the first scored row and of the last one.
    pub first_model: Option<String>,
    pub last_model: Option<String>,
    /// 0 to 100.
    pub min_score: Option<f64>,
    pub max_score: Option<f64>,
    /// With how many rows each, the most first.
    pub top_models: Vec<(String, u64)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReasonCount {
    pub reason: String,
    pub rows: u64,
    pub example_index: u64,
    pub example: String,
}

/// Two imports beside each other. Offers are the same where seller, title, url, condition and region are.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ImportDiff {
    pub old_import: String,
    pub new_import: String,
    pub unchanged: u64,
    /// How many there are of each, also of those that are not told one by one.
    pub changed_count: u64,
    /// Of them, those whose price fell.
    pub cheaper_count: u64,
    pub appeared_count: u64,
    pub gone_count: u64,
    pub price_changes: Vec<PriceChange>,
    pub appeared: Vec<ListingRecord>,
    pub gone: Vec<ListingRecord>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PriceChange {
    pub title: Option<String>,
    pub seller: Option<String>,
    pub canonical_model: String,
    pub old_index: Option<u64>,
    pub new_index: Option<u64>,
    pub old_price: f64,
    pub new_price: f64,
}
