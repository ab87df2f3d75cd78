//! What the interface says, in its own words: the store may change its records without changing these.
//!
//! What is not known is left out.

use std::collections::BTreeMap;

use glyph_core::pipeline::Counts;
use glyph_store::history::Observation as Seen;
use glyph_store::import::{ImportRecord, PriceChange, RepairRecord};
use glyph_store::listing::{ListingRecord, RowRecord};
use glyph_store::reject::RejectRecord;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A scored listing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Listing {
    pub(crate) id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) import_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) import_index: Option<u64>,
    pub(crate) canonical_model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// US dollars, as offered: of the whole lot. Absent where the old program kept an infinite one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) price: Option<f64>,
    /// US dollars for one card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit_price: Option<f64>,
    /// US dollars for a gigabyte of memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) price_per_gb: Option<f64>,
    /// 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vram_gb: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tdp_watts: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mig_support: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nvlink: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) condition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seller: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quantity: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_order_qty: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) availability: Option<String>,
    pub(crate) lot_size: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) form: Option<String>,
    /// 0 to 1: how sure the model is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) confidence: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) currency: Option<String>,
    /// The price as the source gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) price_as_given: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seen_at: Option<String>,
    /// What the title cautions against.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(crate) flags: Vec<String>,
}

/// What a number that JSON cannot write becomes.
fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}

/// Stored JSON as JSON; what is not JSON as text.
fn json(text: Option<String>) -> Option<Value> {
    text.map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

impl From<ListingRecord> for Listing {
    fn from(record: ListingRecord) -> Listing {
        Listing {
            id: record.id,
            import_id: record.import_id,
            import_index: record.import_index,
            canonical_model: record.canonical_model,
            title: record.title,
            price: finite(record.price),
            unit_price: finite(record.unit_price),
            price_per_gb: record.price_per_gb.and_then(finite),
            score: finite(record.score),
            vram_gb: record.vram_gb.and_then(finite),
            tdp_watts: record.tdp_watts,
            mig_support: record.mig_support,
            nvlink: record.nvlink,
            condition: record.condition,
            region: record.region,
            seller: record.seller,
            source_url: record.source_url,
            notes: record.notes,
            quantity: record.quantity,
            min_order_qty: record.min_order_qty,
            availability: record.availability,
            lot_size: record.lot_size,
            form: record.form,
            confidence: record.confidence,
            currency: record.currency,
            price_as_given: record.price_as_given,
            seen_at: record.seen_at,
            flags: record
                .flags
                .and_then(|flags| serde_json::from_str(&flags).ok())
                .unwrap_or_default(),
        }
    }
}

/// A listing with where its model and its score come from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListingDetail {
    #[serde(flatten)]
    pub(crate) listing: Listing,
    /// The words of the title that named the card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) evidence: Option<Value>,
    /// The terms of the score, as the import's profile weighs them; absent where the model is no longer in the registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) score_terms: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scoring_profile: Option<String>,
    /// What the imports in force saw of the same offer, and the old program at the same address; the oldest first.
    pub(crate) history: Vec<Observation>,
    /// How often it came back after an import of its source had not had it.
    pub(crate) relisted: u64,
    /// When its sources were seen without it, since it was seen last; absent while one of them shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gone_since: Option<String>,
    /// What is said of its price beside the market as it stands: `call`, `reason`, `text`, `of_median`, `beside`. Absent where
    /// nothing can be said, and for a moment after the server starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(crate) verdict: Option<Value>,
}

/// What an import, or the old program, saw of an offer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Observation {
    /// Absent in the old program's price history, as the next four may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) listing_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) import_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) import_index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seen_at: Option<String>,
    /// US dollars, of the whole lot. Absent where the old program kept an infinite one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) price: Option<f64>,
    /// US dollars for one card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit_price: Option<f64>,
    /// 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) score: Option<f64>,
}

impl From<Seen> for Observation {
    fn from(seen: Seen) -> Observation {
        let finite = |number: f64| Some(number).filter(|number| number.is_finite());
        Observation {
            listing_id: seen.listing_id,
            import_id: seen.import_id,
            import_index: seen.import_index,
            source_name: seen.source_name,
            seen_at: seen.seen_at,
            price: finite(seen.price),
            unit_price: finite(seen.unit_price),
            score: finite(seen.score),
        }
    }
}

/// An import's record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Import {
    pub(crate) import_id: String,
    /// `done`, `undone`, `legacy` or `registry`.
    pub(crate) state: &'static str,
    pub(crate) imported_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) undone_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total_rows: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scored_rows: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unmatched_rows: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rejected_rows: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) record_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source_format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seen_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) registry_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) matcher_version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scoring_profile: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) program_version: Option<String>,
    /// What its sender said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) duration_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reading_options: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) header_mapping: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) findings: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) errors_by_code: Option<Value>,
}

impl From<ImportRecord> for Import {
    fn from(record: ImportRecord) -> Import {
        Import {
            import_id: record.import_id,
            state: record.state.as_str(),
            imported_at: record.imported_at,
            undone_at: record.undone_at,
            total_rows: record.total_rows,
            scored_rows: record.scored_rows,
            unmatched_rows: record.unmatched_rows,
            rejected_rows: record.rejected_rows,
            record_count: record.record_count,
            source_name: record.source_name,
            source_format: record.source_format,
            source_sha256: record.source_sha256,
            source_bytes: record.source_bytes,
            seen_at: record.seen_at,
            registry_version: record.registry_version,
            matcher_version: record.matcher_version,
            scoring_profile: record.scoring_profile,
            program_version: record.program_version,
            description: record.description,
            duration_ms: record.duration_ms,
            reading_options: json(record.reading_options),
            header_mapping: json(record.header_mapping),
            findings: json(record.findings),
            errors_by_code: json(record.errors_by_code),
        }
    }
}

/// What an import did.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ImportReport {
    pub(crate) import_id: String,
    /// `done`, `duplicate` or `dry_run`.
    pub(crate) state: &'static str,
    pub(crate) total_rows: u64,
    pub(crate) scored_rows: u64,
    pub(crate) unmatched_rows: u64,
    pub(crate) rejected_rows: u64,
    /// The import that holds the same bytes under the same options.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) duplicate_of: Option<String>,
    /// Rejected rows by the code of their first error.
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
    /// Which column was read as which field.
    pub(crate) header_mapping: Value,
    pub(crate) seen_at: String,
}

impl ImportReport {
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            scored: self.scored_rows,
            unmatched: self.unmatched_rows,
            rejected: self.rejected_rows,
        }
    }
}

impl From<crate::import_job::ImportReport> for ImportReport {
    fn from(report: crate::import_job::ImportReport) -> ImportReport {
        ImportReport {
            import_id: report.import_id,
            state: report.state,
            total_rows: report.total_rows,
            scored_rows: report.counts.scored,
            unmatched_rows: report.counts.unmatched,
            rejected_rows: report.counts.rejected,
            duplicate_of: report.duplicate_of,
            errors_by_code: report.errors_by_code,
            unmatched_by_reason: report.unmatched_by_reason,
            duration_ms: report.duration_ms,
            rows_per_second: report.rows_per_second,
            schema_version: report.schema_version,
            registry_version: report.registry_version,
            scoring_profile: report.scoring_profile,
            source_name: report.source_name,
            source_sha256: report.source_sha256,
            source_bytes: report.source_bytes,
            header_mapping: report.header_mapping,
            seen_at: report.seen_at,
        }
    }
}

/// A row of an import, whatever became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Row {
    pub(crate) import_index: u64,
    /// `scored`, `unmatched` or `rejected`.
    pub(crate) outcome: &'static str,
    /// Why a row is unmatched, or the first error code of a rejected one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) canonical_model: Option<String>,
    /// US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) price: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) price_as_given: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vram_gb: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) condition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quantity: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_order_qty: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) availability: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lot_size: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seller: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seen_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notes: Option<String>,
    /// The columns that no field was recognised in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) extra: Option<Value>,
    /// A rejected record as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) raw: Option<String>,
    /// All errors of a rejected row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) errors: Option<Value>,
}

impl Row {
    /// `None` for a row without a number, which the old program may have left.
    pub(crate) fn of(record: RowRecord) -> Option<Row> {
        Some(Row {
            import_index: record.import_index?,
            outcome: record.outcome,
            reason: record.reason,
            title: record.title,
            canonical_model: record.canonical_model,
            price: record.price.and_then(finite),
            currency: record.currency,
            price_as_given: record.price_as_given,
            score: record.score.and_then(finite),
            vram_gb: record.vram_gb.and_then(finite),
            condition: record.condition,
            quantity: record.quantity,
            min_order_qty: record.min_order_qty,
            availability: record.availability,
            lot_size: record.lot_size,
            seller: record.seller,
            region: record.region,
            source_url: record.source_url,
            seen_at: record.seen_at,
            notes: record.notes,
            extra: json(record.extra),
            raw: record.raw,
            errors: json(record.errors),
        })
    }
}

/// A row that could not be read, with the place it stands in its source.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reject {
    pub(crate) import_index: u64,
    /// 1-based.
    pub(crate) line_start: u64,
    pub(crate) line_end: u64,
    pub(crate) byte_start: u64,
    pub(crate) byte_len: u64,
    /// The record's bytes as text, those that are not UTF-8 replaced.
    pub(crate) raw: String,
    /// The first error's code.
    pub(crate) code: String,
    /// All errors: column, value, code and message.
    pub(crate) errors: Value,
}

impl From<RejectRecord> for Reject {
    fn from(record: RejectRecord) -> Reject {
        Reject {
            import_index: record.import_index,
            line_start: record.line_start,
            line_end: record.line_end,
            byte_start: record.byte_start,
            byte_len: record.byte_len,
            raw: String::from_utf8_lossy(&record.raw).into_owned(),
            code: record.code,
            errors: json(Some(record.errors)).unwrap_or_default(),
        }
    }
}

/// What a repair did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Repair {
    pub(crate) import_id: String,
    pub(crate) rows: u64,
    pub(crate) scored: u64,
    pub(crate) unmatched: u64,
    pub(crate) still_rejected: u64,
}

impl From<RepairRecord> for Repair {
    fn from(record: RepairRecord) -> Repair {
        Repair {
            import_id: record.import_id,
            rows: record.rows,
            scored: record.scored,
            unmatched: record.unmatched,
            still_rejected: record.still_rejected,
        }
    }
}

/// What two imports have in common and what changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Difference {
    pub(crate) old_import: String,
    pub(crate) new_import: String,
    pub(crate) unchanged: u64,
    pub(crate) price_changes: Vec<Change>,
    pub(crate) appeared: Vec<Listing>,
    pub(crate) gone: Vec<Listing>,
}

/// One offer with another price than before, in US dollars.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Change {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seller: Option<String>,
    pub(crate) canonical_model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) old_index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) new_index: Option<u64>,
    pub(crate) old_price: f64,
    pub(crate) new_price: f64,
}

impl From<PriceChange> for Change {
    fn from(change: PriceChange) -> Change {
        Change {
            title: change.title,
            seller: change.seller,
            canonical_model: change.canonical_model,
            old_index: change.old_index,
            new_index: change.new_index,
            old_price: change.old_price,
            new_price: change.new_price,
        }
    }
}

/// A page of a list, and what leads to the next one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T: ToSchema> {
    pub(crate) items: Vec<T>,
    /// For the parameter `cursor`; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}
