//! Title → model, by a grammar over the registry. Says nothing rather than something wrong, and shows its evidence.

use serde::Serialize;

use crate::registry::{Form, ModelId, Registry};

/// What a title offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    GpuCard,
    GpuLot,
    System,
    Accessory,
    NotGpu,
    NotOffer,
    Unclear,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::GpuCard => "gpu_card",
            Kind::GpuLot => "gpu_lot",
            Kind::System => "system",
            Kind::Accessory => "accessory",
            Kind::NotGpu => "not_gpu",
            Kind::NotOffer => "not_offer",
            Kind::Unclear => "unclear",
        }
    }
}

/// A stretch of the title (byte range on character borders) that decided something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    pub start: usize,
    pub end: usize,
    /// The words as they stand in the title.
    pub text: String,
    /// What they say: `model`, `memory`, `form`, `lot`, `accessory`, `system`, `not_gpu`, `not_offer`, `part_number`, …
    pub says: &'static str,
}

/// A model that was considered and lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    pub canonical_model: String,
    pub lost_because: String,
}

/// What a title names, with the reasons.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Match {
    pub kind: Kind,
    /// Set only where exactly one registry record is meant.
    #[serde(skip)]
    pub model: Option<ModelId>,
    /// The shared name where the title names a product but not which variant (`A100` without size): the product is
    /// sure, the record is not.
    pub product: Option<String>,
    /// The memory that the title states, or that the model has.
    pub memory_gb: Option<f64>,
    pub form: Option<Form>,
    /// Cards in the lot; 1 for a single card.
    pub lot_size: u32,
    /// 0 to 1. Of matches given 0.9 and more, at least 99 in 100 are right.
    pub confidence: f64,
    pub evidence: Vec<Evidence>,
    pub candidates: Vec<Candidate>,
}

/// What the matcher may read of a row. The title decides; the rest may settle what it leaves open.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clues<'a> {
    pub title: &'a str,
    pub notes: Option<&'a str>,
    pub source_url: Option<&'a str>,
}

/// Names the card that a row offers. A pure function of the row and the registry.
pub fn match_listing(_registry: &Registry, _clues: &Clues<'_>) -> Match {
    Match {
        kind: Kind::Unclear,
        model: None,
        product: None,
        memory_gb: None,
        form: None,
        lot_size: 1,
        confidence: 0.0,
        evidence: Vec::new(),
        candidates: Vec::new(),
    }
}
