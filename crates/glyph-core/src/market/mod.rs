//! What offers are worth beside each other: how the prices of a model are spread, and what is to be said of one offer.
//!
//! docs/MARKET.md tells the method and where its figures come from.

pub mod comparison;
pub mod distribution;
pub mod fair_price;
pub mod verdict;

use crate::listing::Condition;
use crate::matching::Flag;

/// An offer that stands in the market, as far as it is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offer {
    /// Which model, by the caller's numbering.
    pub model: u32,
    pub condition: Option<Condition>,
    /// US dollars for one card.
    pub unit_price: f64,
    /// How many cards the price is for, as the row was read; at least 1.
    pub lot_size: u32,
    /// How many of the offer there are, where the row says it.
    pub quantity: Option<u32>,
    /// A price that was paid and not one that is asked.
    pub is_sold: bool,
    pub cautions: Cautions,
}

/// The cautions that keep an offer from being compared with whole, working cards sold alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cautions {
    flags: u8,
}

impl Cautions {
    pub fn of(flags: impl IntoIterator<Item = Flag>) -> Cautions {
        let bits = flags.into_iter().map(bit);
        Cautions {
            flags: bits.fold(0, |all, flag| all | flag),
        }
    }

    /// Of the JSON array of their names that a database keeps.
    pub fn of_stored(json: &str) -> Cautions {
        let has = |flag: &Flag| json.contains(&format!("\"{}\"", flag.as_str()));
        Cautions::of(Flag::ALL.into_iter().filter(has))
    }

    pub fn has(self, flag: Flag) -> bool {
        self.flags & bit(flag) != 0
    }

    fn is_any(self) -> bool {
        [
            Flag::ForParts,
            Flag::Bundle,
            Flag::Choice,
            Flag::ModifiedMemory,
            Flag::Laptop,
        ]
        .into_iter()
        .any(|flag| self.has(flag))
    }
}

fn bit(flag: Flag) -> u8 {
    1 << flag as u8
}

impl Offer {
    pub fn is_for_parts(&self) -> bool {
        self.condition == Some(Condition::ForParts) || self.cautions.has(Flag::ForParts)
    }

    /// Whether others are compared with it: one whole, working card of its model, at a price.
    pub fn is_comparable(&self) -> bool {
        !self.is_for_parts()
            && !self.cautions.is_any()
            && self.unit_price.is_finite()
            && self.unit_price > 0.0
    }
}
