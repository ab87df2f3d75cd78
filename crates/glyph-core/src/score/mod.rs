//! Specs and price → a score from 0 to 100 that means the same in every import and every year.
//!
//! `docs/SCORE.md` has the formula with its reasons and three cards worked by hand. A score depends on the model, the
//! unit price and the profile alone. No I/O here.

mod inference;
pub mod legacy;
mod measures;
mod profile;

pub use measures::Measures;
pub use profile::{Formula, Halves, Profile, Weights};

use serde::Serialize;

use crate::registry::Model;

/// What a score is made of, largest share first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// 0 to 100.
    pub value: f64,
    pub terms: Vec<Term>,
}

/// One term: `points` of `value` come from it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Term {
    pub name: &'static str,
    pub points: f64,
    /// The figures behind the points, or which spec is not known.
    pub reason: String,
}

/// Scores one card at `unit_price_usd` US dollars, each term explained. `None` where the memory is not known or the
/// price is no positive number.
pub fn score(model: &Model, unit_price_usd: f64, profile: &Profile) -> Option<Score> {
    let value = score_value(model, unit_price_usd, profile)?;
    let mut terms = match &profile.formula {
        Formula::Value(weights, halves) => {
            inference::terms(model, unit_price_usd, weights, halves)?
        }
        Formula::Legacy => legacy::terms(model, unit_price_usd)?,
    };
    terms.sort_by(|left, right| right.points.total_cmp(&left.points));
    Some(Score { value, terms })
}

/// The value of [`score`] without the explanation, and without an allocation: for importing.
pub fn score_value(model: &Model, unit_price_usd: f64, profile: &Profile) -> Option<f64> {
    let points = match &profile.formula {
        Formula::Value(weights, halves) => {
            inference::points(model, unit_price_usd, weights, halves)?
                .iter()
                .sum()
        }
        Formula::Legacy => legacy::raw_score(model, unit_price_usd)? * 100.0,
    };
    Some(f64::clamp(points, 0.0, 100.0))
}

/// The memory in GB and the price, where both can carry a score.
fn memory_and_price(model: &Model, unit_price_usd: f64) -> Option<(f64, f64)> {
    let memory_gb = model.memory_gb.filter(|size| *size > 0.0)?;
    (unit_price_usd.is_finite() && unit_price_usd > 0.0).then_some((memory_gb, unit_price_usd))
}

#[cfg(test)]
mod tests;
