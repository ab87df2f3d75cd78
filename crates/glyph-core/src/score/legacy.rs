//! The old program's formula, kept to compare with. It knows no memory bandwidth, and every price of 10,000 dollars and
//! more is the same to it: faults of its own, not of this module.

use super::{Term, memory_and_price};
use crate::registry::Model;

/// The specs that the old formula reads, as its own table has them (often wrong: it gives the L4 seven MIG instances).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LegacySpecs {
    pub vram_gb: f64,
    pub mig_instances: u8,
    pub nvlink: bool,
    /// 0 where it is not known: the term is then left out.
    pub tdp_watts: f64,
}

impl LegacySpecs {
    fn of(model: &Model, vram_gb: f64) -> LegacySpecs {
        LegacySpecs {
            vram_gb,
            mig_instances: model.mig_instances.unwrap_or(0),
            nvlink: model.nvlink == Some(true),
            tdp_watts: model.tdp_w.map_or(0.0, f64::from),
        }
    }

    /// 0 to 1, before the old program stretched each upload.
    pub fn raw_score(&self, price_usd: f64) -> f64 {
        self.points(price_usd).iter().sum::<f64>().clamp(0.0, 1.0)
    }

    fn points(&self, price_usd: f64) -> [f64; 5] {
        let saved = |value: f64, most: f64| {
            if value > 0.0 {
                0.15 * (1.0 - (value / most).min(1.0))
            } else {
                0.0
            }
        };
        [
            0.25 * (self.vram_gb / 80.0).min(1.0),
            0.15 * (f64::from(self.mig_instances) / 7.0).min(1.0),
            0.10 * f64::from(u8::from(self.nvlink)),
            saved(self.tdp_watts, 700.0),
            saved(price_usd, 10_000.0),
        ]
    }
}

/// The raw score, 0 to 1, of a model of the registry.
pub fn raw_score(model: &Model, price_usd: f64) -> Option<f64> {
    let (memory, price) = memory_and_price(model, price_usd)?;
    Some(LegacySpecs::of(model, memory).raw_score(price))
}

/// How many models of 7, 13 and 70 billion parameters fit into so much memory by the old rule: two GB are left free.
pub fn capacities(vram_gb: f64) -> [u32; 3] {
    [3.5, 6.5, 35.0].map(|model_gb| ((vram_gb - 2.0).max(0.0) / model_gb).floor() as u32)
}

/// The raw score raised by what fits: the old program's score where it had the capacities.
pub fn quantized_score(raw: f64, [small, middle, large]: [u32; 3]) -> f64 {
    let part = |count: u32, most: f64| (f64::from(count) / most).min(1.0);
    let term = 0.2 * (0.2 * part(small, 10.0) + 0.3 * part(middle, 5.0) + 0.5 * part(large, 1.0));
    raw * (1.0 + term)
}

pub(super) fn terms(model: &Model, price_usd: f64) -> Option<Vec<Term>> {
    let (memory, price) = memory_and_price(model, price_usd)?;
    let specs = LegacySpecs::of(model, memory);
    let reasons = [
        ("memory", format!("{memory} GB of 80")),
        ("mig", format!("{} of 7 instances", specs.mig_instances)),
        (
            "nvlink",
            if specs.nvlink {
                "has NVLink"
            } else {
                "no NVLink known"
            }
            .to_owned(),
        ),
        (
            "power",
            if specs.tdp_watts > 0.0 {
                format!("{} W of 700", specs.tdp_watts)
            } else {
                "power not known: contributes nothing".to_owned()
            },
        ),
        ("price", format!("${price:.2} of 10,000")),
    ];
    Some(
        reasons
            .into_iter()
            .zip(specs.points(price))
            .map(|((name, reason), points)| Term {
                name,
                points: points * 100.0,
                most: None,
                reason,
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_l4_of_the_old_table_its_old_score() {
        let l4 = LegacySpecs {
            vram_gb: 24.0,
            mig_instances: 7,
            nvlink: false,
            tdp_watts: 72.0,
        };
        assert_eq!(format!("{:.4}", l4.raw_score(2_524.99)), "0.4717");
    }

    #[test]
    fn leaves_out_what_is_not_known_and_keeps_within_its_range() {
        let nothing = LegacySpecs {
            vram_gb: 0.0,
            mig_instances: 0,
            nvlink: false,
            tdp_watts: 0.0,
        };
        assert!(nothing.raw_score(20_000.0).abs() < f64::EPSILON);
        let all = LegacySpecs {
            vram_gb: 800.0,
            mig_instances: 70,
            nvlink: true,
            tdp_watts: 0.001,
        };
        assert!((all.raw_score(0.001) - 0.8).abs() < 1e-6);
    }

    #[test]
    fn counts_what_fits_by_the_old_rule() {
        assert_eq!(capacities(24.0), [6, 3, 0]);
        assert_eq!(capacities(80.0), [22, 12, 2]);
        assert_eq!(capacities(1.0), [0, 0, 0]);
        // 0.2 · (0.2 · 0.6 + 0.3 · 0.6 + 0.5 · 0) = 0.06.
        assert!((quantized_score(0.5, capacities(24.0)) - 0.53).abs() < 1e-12);
    }
}
