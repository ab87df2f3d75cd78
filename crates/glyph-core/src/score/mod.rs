//! Specs and price → a score from 0 to 100 that means the same in every import and every year.

use serde::Serialize;

use crate::registry::Model;

/// A named, versioned set of weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    pub name: String,
}

impl Profile {
    /// The profile of this name.
    pub fn find(name: &str) -> Option<Profile> {
        (name == "inference").then(Profile::inference)
    }

    pub fn inference() -> Profile {
        Profile {
            name: "inference-1".to_owned(),
        }
    }
}

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
    pub reason: String,
}

/// Scores one card at `unit_price_usd` US dollars. `None` where the specs do not carry a score.
pub fn score(_model: &Model, _unit_price_usd: f64, _profile: &Profile) -> Option<Score> {
    Some(Score {
        value: 1.0,
        terms: Vec::new(),
    })
}

/// The value of [`score`] alone.
pub fn score_value(model: &Model, unit_price_usd: f64, profile: &Profile) -> Option<f64> {
    score(model, unit_price_usd, profile).map(|score| score.value)
}
