//! Why a row is not scored, in the words of the unmatched listings.

use serde::Serialize;

use super::{Kind, Match};

/// Matches below this are kept as unmatched: the row may mean another card.
///
/// At 0.7 lie readings that the title's own words support but whose class or suffix it leaves out; below it the
/// memory size contradicts the card.
pub const SCORABLE_CONFIDENCE: f64 = 0.7;

/// Why a well-formed row is not scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnmatchedReason {
    NotGpu,
    Accessory,
    System,
    NotOffer,
    UnknownModel,
    Ambiguous,
}

impl UnmatchedReason {
    pub fn as_str(self) -> &'static str {
        match self {
            UnmatchedReason::NotGpu => "not_gpu",
            UnmatchedReason::Accessory => "accessory",
            UnmatchedReason::System => "system",
            UnmatchedReason::NotOffer => "not_offer",
            UnmatchedReason::UnknownModel => "unknown_model",
            UnmatchedReason::Ambiguous => "ambiguous",
        }
    }
}

impl Match {
    /// Why the row cannot be scored; `None` where it can: a card or lot of one known model, sure enough.
    pub fn unmatched_reason(&self) -> Option<UnmatchedReason> {
        match self.kind {
            Kind::GpuCard | Kind::GpuLot => {}
            Kind::System => return Some(UnmatchedReason::System),
            Kind::Accessory => return Some(UnmatchedReason::Accessory),
            Kind::NotGpu => return Some(UnmatchedReason::NotGpu),
            Kind::NotOffer => return Some(UnmatchedReason::NotOffer),
            Kind::Unclear => return Some(UnmatchedReason::Ambiguous),
        }
        if self.model.is_some() && self.confidence >= SCORABLE_CONFIDENCE {
            return None;
        }
        let open = self.product.is_some()
            || self
                .evidence
                .iter()
                .any(|found| matches!(found.says, "ambiguous" | "conflict"));
        Some(if open {
            UnmatchedReason::Ambiguous
        } else {
            UnmatchedReason::UnknownModel
        })
    }
}
