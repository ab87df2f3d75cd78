//! Title → model, by a grammar over the registry. Says nothing rather than something wrong, and shows its evidence.
//!
//! A title is folded and cut into tokens (`tokens`), words get their meaning (`lexicon`), every number or telling word
//! that the registry's names have in their middle is held against the words around it (`chain`, `fit`, `support`),
//! the mentions are weighed against each other (`mention`, `naming`), and the rest of the title says what is offered
//! (`kind` with `system`, `accessory`, `lot`) and which variant (`memory`, `variant`).
//!
//! # Confidence
//!
//! | grade | what the title says |
//! |---|---|
//! | 0.99 | vendor or line, class and number or code, nothing against it |
//! | 0.97 | class and number without a vendor (`RTX 3080`) |
//! | 0.96 | a short code (`A2`, `T4`) with its vendor |
//! | 0.93 | a line without the class (`Radeon 7750`), or a word too many (`Quadro RTX A4000`) |
//! | 0.92 | a part number alone |
//! | 0.90 | the name fits two cards, the stated memory only this one |
//! | 0.85 | a word left out that only one card has (`RTX 4500` for the Ada card); `4070S` |
//! | 0.84 | a bare number in the company of graphics words (`3080 Ti`) |
//! | 0.80 | another class (`GTX 3080`); named by the row's address only |
//! | 0.75 | twice the memory of any such card: modified |
//! | 0.72 | the only suffix is left out (`RX 7800`) |
//! | 0.55 | the stated memory belongs to no such card |
//!
//! A row is scored from [`SCORABLE_CONFIDENCE`] on. Nothing is fuzzy: a misspelt word either is in the lexicon as a
//! spelling or names nothing.
//!
//! *Invariants:* a pure function of the row and the registry; no regular expressions; spans lie on character borders of
//! the title as it came; a card is never named from the notes or the address alone unless the title names its line. A
//! model column may name it alone, where the title's own words do not say that it offers something else (`hint`).

mod accessory;
mod canonical;
mod chain;
mod characters;
mod context;
mod fit;
mod flags;
mod hint;
mod index;
mod kind;
mod lexicon;
mod lot;
mod matcher;
mod memory;
mod mention;
mod naming;
mod reason;
mod report;
mod support;
mod system;
mod term;
mod tokens;
mod unknown;
mod variant;

use serde::Serialize;

/// Names what the matcher's rules are: with the registry's version, equal versions mean equal answers. Raised with
/// every change of an answer, which a test over the titles in `tests-data` notices.
pub const MATCHER_VERSION: u32 = 11;

pub use flags::Flag;
pub use matcher::Matcher;
pub use reason::{SCORABLE_CONFIDENCE, UnmatchedReason};

use crate::registry::{Form, ModelId};

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
    /// What they say: `model`, `family`, `ambiguous`, `memory`, `conflict`, `form`, `lot`, `part_number`, `model_column`, `accessory`,
    /// `system`, `not_gpu`, `not_offer`, `unclear`.
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
    /// What would settle which record is meant, where that is open.
    pub would_settle: Vec<String>,
    /// Cautions, in the order of [`Flag::ALL`].
    pub flags: Vec<Flag>,
    pub evidence: Vec<Evidence>,
    pub candidates: Vec<Candidate>,
}

/// What the matcher may read of a row. The title decides; the rest may settle what it leaves open.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clues<'a> {
    pub title: &'a str,
    /// A model, chipset or part-number column beside the title.
    pub model_hint: Option<&'a str>,
    pub notes: Option<&'a str>,
    pub source_url: Option<&'a str>,
}

#[cfg(test)]
mod tests;
