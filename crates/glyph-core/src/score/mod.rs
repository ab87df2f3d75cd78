//! Specs and price → a score from 0 to 100 that means the same in every import and every year.
//!
//! `docs/SCORE.md` has the formula with its reasons and three cards worked by hand. A score depends on the model, what
//! is asked for one card and the profile alone. No I/O here.

pub mod legacy;
mod measures;
mod profile;
mod value;

pub use measures::Measures;
pub use profile::{ConditionFactors, Formula, Halves, Profile, ProfileError, Weights};

use serde::Serialize;

use crate::listing::Condition;
use crate::registry::Model;

/// What is asked for one card.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asked {
    /// US dollars; of a lot, its price divided by its cards.
    pub unit_price_usd: f64,
    /// `None` where the offer does not say.
    pub condition: Option<Condition>,
}

/// What a score is made of, largest share first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// 0 to 100.
    pub value: f64,
    /// What the unit price counts as: the price times the profile's factor for the condition, US dollars.
    pub counted_price_usd: f64,
    pub condition_factor: f64,
    pub terms: Vec<Term>,
}

/// One term: `points` of `value` come from it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Term {
    pub name: &'static str,
    pub points: f64,
    /// The most that it could give: its weight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<f64>,
    /// The figures behind the points, or which spec is not known.
    pub reason: String,
}

/// Scores one card, each term explained. `None` where the memory is not known or the price is no positive number.
pub fn score(model: &Model, asked: Asked, profile: &Profile) -> Option<Score> {
    let value = score_value(model, asked, profile)?;
    let condition_factor = profile.condition.of(asked.condition);
    let counted_price_usd = asked.unit_price_usd * condition_factor;
    let mut terms = match &profile.formula {
        Formula::Value(figures) => value::terms(model, counted_price_usd, &figures.0, &figures.1)?,
        Formula::Legacy => legacy::terms(model, counted_price_usd)?,
    };
    terms.sort_by(|left, right| right.points.total_cmp(&left.points));
    Some(Score {
        value,
        counted_price_usd,
        condition_factor,
        terms,
    })
}

/// The value of [`score`] without the explanation, and without an allocation: for importing.
pub fn score_value(model: &Model, asked: Asked, profile: &Profile) -> Option<f64> {
    let counted_price_usd = asked.unit_price_usd * profile.condition.of(asked.condition);
    let points = match &profile.formula {
        Formula::Value(figures) => value::points(model, counted_price_usd, &figures.0, &figures.1)?
            .iter()
            .sum(),
        Formula::Legacy => legacy::raw_score(model, counted_price_usd)? * 100.0,
    };
    Some(f64::clamp(points, 0.0, 100.0))
}

/// The memory in GB and the price, where both can carry a score.
fn memory_and_price(model: &Model, price_usd: f64) -> Option<(f64, f64)> {
    let memory_gb = model.memory_gb.filter(|size| *size > 0.0)?;
    (price_usd.is_finite() && price_usd > 0.0).then_some((memory_gb, price_usd))
}

#[cfg(test)]
mod tests;
