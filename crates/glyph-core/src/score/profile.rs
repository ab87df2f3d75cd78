//! Profiles: named, versioned weights.

use serde::{Deserialize, Serialize};

/// A way of scoring. Its name changes with its weights, so that stored scores say what they mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    pub name: String,
    pub formula: Formula,
}

/// How a profile scores.
#[derive(Debug, Clone, PartialEq)]
pub enum Formula {
    /// Points for what the card can do and for what it gives per dollar.
    Value(Weights, Halves),
    /// The old program's raw score, times 100.
    Legacy,
}

/// The most points that each term can give. A profile's weights sum to 100.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    pub memory: f64,
    pub bandwidth: f64,
    pub fp16: f64,
    pub int8: f64,
    pub mig: f64,
    pub nvlink: f64,
    pub power: f64,
    pub memory_per_dollar: f64,
    pub bandwidth_per_dollar: f64,
    pub fp16_per_dollar: f64,
}

/// Where a term reaches half of its points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Halves {
    pub memory_gb: f64,
    pub bandwidth_gb_s: f64,
    pub fp16_tflops: f64,
    pub int8_tops: f64,
    /// Less is better here.
    pub watts_per_gb: f64,
    pub gb_per_thousand_usd: f64,
    pub gb_s_per_thousand_usd: f64,
    pub tflops_per_thousand_usd: f64,
    /// The memory at which the terms per dollar count half: what is cheap and holds no model is not good value.
    pub room_gb: f64,
}

impl Profile {
    /// The default: value for running language models.
    pub fn inference() -> Profile {
        Profile {
            name: "inference-1".to_owned(),
            formula: Formula::Value(
                Weights {
                    memory: 17.0,
                    bandwidth: 13.0,
                    fp16: 6.0,
                    int8: 4.0,
                    mig: 1.0,
                    nvlink: 2.0,
                    power: 7.0,
                    memory_per_dollar: 25.0,
                    bandwidth_per_dollar: 15.0,
                    fp16_per_dollar: 10.0,
                },
                Halves {
                    memory_gb: 24.0,
                    bandwidth_gb_s: 600.0,
                    fp16_tflops: 200.0,
                    int8_tops: 400.0,
                    watts_per_gb: 10.0,
                    gb_per_thousand_usd: 20.0,
                    gb_s_per_thousand_usd: 500.0,
                    tflops_per_thousand_usd: 50.0,
                    room_gb: 8.0,
                },
            ),
        }
    }

    /// The old program's formula.
    pub fn legacy() -> Profile {
        Profile {
            name: "legacy-1".to_owned(),
            formula: Formula::Legacy,
        }
    }

    /// The profile of a name, with or without its version: `inference`, `legacy-1`.
    pub fn find(name: &str) -> Option<Profile> {
        [Profile::inference(), Profile::legacy()]
            .into_iter()
            .find(|profile| {
                profile.name == name
                    || profile
                        .name
                        .rsplit_once('-')
                        .is_some_and(|(base, _)| base == name)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_sum_to_a_hundred() {
        let Formula::Value(weights, _) = Profile::inference().formula else {
            panic!("the default profile has weights");
        };
        let sum = weights.memory
            + weights.bandwidth
            + weights.fp16
            + weights.int8
            + weights.mig
            + weights.nvlink
            + weights.power
            + weights.memory_per_dollar
            + weights.bandwidth_per_dollar
            + weights.fp16_per_dollar;
        assert!((sum - 100.0).abs() < 1e-9, "{sum}");
    }

    #[test]
    fn finds_a_profile_by_name_with_or_without_its_version() {
        assert_eq!(Profile::find("inference"), Some(Profile::inference()));
        assert_eq!(Profile::find("legacy-1"), Some(Profile::legacy()));
        assert_eq!(Profile::find("inference-9"), None);
    }
}
