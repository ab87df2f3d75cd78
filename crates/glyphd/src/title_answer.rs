//! What a title names, as programs read it: the same object on the command line and over HTTP.

use glyph_core::matching::{Match, UnmatchedReason};
use glyph_core::registry::{Registry, Vendor};
use serde::Serialize;

use crate::names::Names;

/// A match as scripts read it.
#[derive(Debug, Serialize)]
pub(crate) struct TitleAnswer<'a> {
    title: &'a str,
    kind: &'static str,
    vendor: Option<Vendor>,
    model: Option<&'a str>,
    canonical_model: Option<&'a str>,
    memory_gb: Option<f64>,
    form: Option<glyph_core::registry::Form>,
    lot_size: u32,
    confidence: f64,
    reason: Option<&'static str>,
    flags: &'a [glyph_core::matching::Flag],
    would_settle: &'a [String],
    evidence: &'a [glyph_core::matching::Evidence],
    candidates: &'a [glyph_core::matching::Candidate],
}

impl<'a> TitleAnswer<'a> {
    pub(crate) fn of(names: &'a Names, title: &'a str, found: &'a Match) -> TitleAnswer<'a> {
        let record = found.model.map(|id| names.registry.model(id));
        TitleAnswer {
            title,
            kind: found.kind.as_str(),
            vendor: vendor_of(&names.registry, found),
            model: found.product.as_deref(),
            canonical_model: record.map(|record| record.canonical_model.as_str()),
            memory_gb: found.memory_gb,
            form: found.form,
            lot_size: found.lot_size,
            confidence: found.confidence,
            reason: found.unmatched_reason().map(UnmatchedReason::as_str),
            flags: &found.flags,
            would_settle: &found.would_settle,
            evidence: &found.evidence,
            candidates: &found.candidates,
        }
    }
}

/// The vendor of the model, or of the product where the record is open.
pub(crate) fn vendor_of(registry: &Registry, found: &Match) -> Option<Vendor> {
    let variant = found.model.or_else(|| {
        registry
            .variants(found.product.as_deref()?)
            .first()
            .copied()
    });
    variant.map(|id| registry.model(id).vendor)
}
