//! What an import did, for scripts and people.

use std::collections::BTreeMap;
use std::time::Duration;

use glyph_core::listing::ListingReader;
use glyph_core::pipeline::Counts;
use glyph_core::source::Findings;
use glyph_store::import::{ImportRecord, RateUsed};
use serde::Serialize;

use crate::input::Input;

/// What an import did, as `import --json` prints it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ImportReport {
    pub(crate) import_id: String,
    /// `done`, `duplicate` or `dry_run`.
    pub(crate) state: &'static str,
    #[serde(flatten)]
    pub(crate) counts: Counts,
    pub(crate) total_rows: u64,
    pub(crate) duplicate_of: Option<String>,
    pub(crate) errors_by_code: BTreeMap<String, u64>,
    pub(crate) unmatched_by_reason: BTreeMap<&'static str, u64>,
    pub(crate) duration_ms: u64,
    pub(crate) rows_per_second: u64,
    pub(crate) schema_version: String,
    pub(crate) registry_version: String,
    pub(crate) scoring_profile: String,
    pub(crate) source_name: String,
    pub(crate) source_sha256: String,
    pub(crate) source_bytes: u64,
    pub(crate) header_mapping: serde_json::Value,
    pub(crate) findings: Findings,
    pub(crate) rates: Vec<RateUsed>,
    pub(crate) seen_at: String,
}

impl ImportReport {
    pub(super) fn took(&mut self, time: Duration) {
        self.duration_ms = time.as_millis() as u64;
        self.rows_per_second = (self.total_rows as f64 / time.as_secs_f64().max(1e-6)) as u64;
    }
}

/// What a second import of the same bytes answers: the first import, as it stands.
pub(super) fn duplicate_report(first: &ImportRecord, input: &Input) -> ImportReport {
    let parsed = |text: &Option<String>| {
        text.as_deref()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default()
    };
    let counts = Counts {
        scored: first.scored_rows.unwrap_or(0),
        unmatched: first.unmatched_rows.unwrap_or(0),
        rejected: first.rejected_rows.unwrap_or(0),
    };
    let errors_by_code = first
        .errors_by_code
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    ImportReport {
        import_id: first.import_id.clone(),
        state: "duplicate",
        counts,
        total_rows: counts.total(),
        duplicate_of: Some(first.import_id.clone()),
        errors_by_code,
        unmatched_by_reason: BTreeMap::new(),
        duration_ms: first.duration_ms.unwrap_or(0),
        rows_per_second: 0,
        schema_version: glyph_store::SCHEMA_VERSION.to_owned(),
        registry_version: first.registry_version.clone().unwrap_or_default(),
        scoring_profile: first.scoring_profile.clone().unwrap_or_default(),
        source_name: input.name.clone(),
        source_sha256: first.source_sha256.clone().unwrap_or_default(),
        source_bytes: first.source_bytes.unwrap_or(0),
        header_mapping: parsed(&first.header_mapping),
        findings: Findings::default(),
        rates: Vec::new(),
        seen_at: first.seen_at.clone().unwrap_or_default(),
    }
}

pub(crate) fn rates_used(reader: &ListingReader<'_>) -> Vec<RateUsed> {
    reader
        .rates_used()
        .into_iter()
        .map(|rate| RateUsed {
            currency: rate.currency.clone(),
            usd_per_unit: rate.usd_per_unit.clone(),
            rate_date: rate.date.clone(),
            source: rate.source.clone(),
        })
        .collect()
}
