//! What every profile promises, and the cards of `docs/SCORE.md` worked by hand.

use proptest::prelude::*;

use super::*;
use crate::registry::{Model, Registry};

fn model(canonical_model: &str) -> Model {
    let registry = Registry::embedded();
    let id = registry
        .find(canonical_model)
        .expect("the registry has the models of this test");
    registry.model(id).clone()
}

fn profiles() -> Vec<Profile> {
    Profile::built_in()
}

fn new(unit_price_usd: f64) -> Asked {
    Asked {
        unit_price_usd,
        condition: Some(Condition::New),
    }
}

fn value(model: &Model, price: f64) -> f64 {
    score_value(model, new(price), &Profile::inference()).unwrap()
}

#[test]
fn the_cards_of_the_docs_score_what_is_worked_there() {
    let docs = include_str!("../../../../docs/SCORE.md");
    for (name, price) in [
        ("RTX_3090", 800.0),
        ("L4", 2_500.0),
        ("H100_PCIE_80GB", 30_000.0),
    ] {
        let value = value(&model(name), price);
        let line = format!("**{value:.1}**");
        let row = docs
            .lines()
            .find(|line| line.starts_with("| sum"))
            .expect("the docs have the sums");
        assert!(row.contains(&line), "{name}: {line} is not in `{row}`");
    }
}

#[test]
fn a_score_needs_memory_and_a_price() {
    let mut card = model("RTX_3090");
    for profile in profiles() {
        for price in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(score_value(&card, new(price), &profile), None, "{price}");
            assert_eq!(score(&card, new(price), &profile), None, "{price}");
        }
    }
    card.memory_gb = None;
    for profile in profiles() {
        assert_eq!(score_value(&card, new(500.0), &profile), None);
    }
}

#[test]
fn what_is_not_known_contributes_nothing_and_says_so() {
    let mut card = model("RTX_3090");
    card.memory_bandwidth_gb_s = None;
    card.fp16_tensor_tflops_dense = None;
    card.int8_tops_dense = None;
    card.tdp_w = None;
    card.nvlink = None;
    card.mig_instances = None;
    let score = score(&card, new(500.0), &Profile::inference()).unwrap();
    for term in score.terms {
        let about_memory = term.name.starts_with("memory");
        assert_eq!(term.points > 0.0, about_memory, "{term:?}");
        assert_eq!(
            term.reason.ends_with("contributes nothing"),
            !about_memory,
            "{term:?}"
        );
    }
}

#[test]
fn dear_offers_are_told_apart_however_dear() {
    let card = model("H100_PCIE_80GB");
    assert!(value(&card, 30_000.0) > value(&card, 60_000.0));
    assert!(value(&card, 1_000_000.0) > value(&card, 2_000_000.0));
}

#[test]
fn a_cheap_card_that_holds_no_model_is_no_good_value() {
    assert!(value(&model("GT_730"), 30.0) < value(&model("H100_PCIE_80GB"), 30_000.0));
}

#[test]
fn a_card_for_parts_is_no_good_value() {
    let card = model("RTX_3090");
    let broken = Asked {
        unit_price_usd: 300.0,
        condition: Some(Condition::ForParts),
    };
    let score = score(&card, broken, &Profile::inference()).unwrap();
    assert!((score.counted_price_usd - 1_200.0).abs() < 1e-9);
    assert!(score.value < value(&card, 800.0));
}

#[test]
fn the_legacy_profile_looks_at_no_condition() {
    let card = model("L4");
    let of = |condition| {
        let asked = Asked {
            unit_price_usd: 2_500.0,
            condition,
        };
        score_value(&card, asked, &Profile::find("legacy").unwrap())
    };
    assert_eq!(of(Some(Condition::New)), of(Some(Condition::ForParts)));
}

#[test]
fn measures_are_plain_quotients() {
    let measures = Measures::of(&model("RTX_3090"), 720.0).unwrap();
    assert!((measures.usd_per_gb - 30.0).abs() < 1e-9);
    assert_eq!(
        (measures.fits_7b, measures.fits_13b, measures.fits_70b),
        (4, 2, 0)
    );
    let bound = measures.tokens_per_second_7b_bound.unwrap();
    assert!((bound - 936.0 / 3.5).abs() < 0.2, "{bound}");
}

fn any_condition() -> impl Strategy<Value = Option<Condition>> {
    prop::option::of(prop::sample::select(vec![
        Condition::New,
        Condition::OpenBox,
        Condition::Refurbished,
        Condition::Used,
        Condition::ForParts,
    ]))
}

prop_compose! {
    fn any_card()(
        memory in 0.25_f64..300.0,
        bandwidth in proptest::option::of(1.0_f64..9_000.0),
        fp32 in proptest::option::of(0.1_f64..300.0),
        fp16 in proptest::option::of(0.1_f64..3_000.0),
        int8 in proptest::option::of(0.1_f64..6_000.0),
        tdp in proptest::option::of(5_u32..1_500),
        nvlink in proptest::option::of(any::<bool>()),
        mig in proptest::option::of(0_u8..8),
    ) -> Model {
        Model {
            memory_gb: Some(memory),
            memory_bandwidth_gb_s: bandwidth,
            fp32_tflops: fp32,
            fp16_tensor_tflops_dense: fp16,
            int8_tops_dense: int8,
            tdp_w: tdp,
            nvlink,
            mig_instances: mig,
            ..model("RTX_3090")
        }
    }
}

proptest! {
    #[test]
    fn scores_stay_within_their_range_and_their_terms_sum_to_them(card in any_card(), price in 0.01_f64..10_000_000.0, condition in any_condition()) {
        let asked = Asked { unit_price_usd: price, condition };
        for profile in profiles() {
            let value = score_value(&card, asked, &profile).unwrap();
            let score = score(&card, asked, &profile).unwrap();
            prop_assert!((0.0..=100.0).contains(&value));
            prop_assert!((score.value - value).abs() < f64::EPSILON);
            let sum: f64 = score.terms.iter().map(|term| term.points).sum();
            prop_assert!((sum - value).abs() < 1e-9);
            prop_assert!(score.terms.iter().all(|term| term.most.is_none_or(|most| term.points <= most)));
            prop_assert!(score.terms.is_sorted_by(|left, right| left.points >= right.points));
        }
    }

    #[test]
    fn cheaper_never_scores_lower(card in any_card(), price in 0.01_f64..1_000_000.0, factor in 1.0_f64..100.0, condition in any_condition()) {
        for profile in profiles() {
            let value = |unit_price_usd| score_value(&card, Asked { unit_price_usd, condition }, &profile);
            prop_assert!(value(price) >= value(price * factor));
        }
    }

    #[test]
    fn a_better_condition_never_scores_lower(card in any_card(), price in 0.01_f64..1_000_000.0) {
        for profile in profiles() {
            let value = |condition| score_value(&card, Asked { unit_price_usd: price, condition: Some(condition) }, &profile);
            let worse = [
                Condition::New, Condition::OpenBox, Condition::Refurbished, Condition::Used, Condition::ForParts,
            ];
            for pair in worse.windows(2) {
                prop_assert!(value(pair[0]) >= value(pair[1]), "{pair:?}");
            }
        }
    }

    #[test]
    fn more_never_scores_lower(card in any_card(), price in 0.01_f64..1_000_000.0, factor in 1.0_f64..20.0) {
        let more = |value: Option<f64>| value.map(|value| value * factor);
        let better = [
            Model { memory_gb: more(card.memory_gb), ..card.clone() },
            Model { memory_bandwidth_gb_s: more(card.memory_bandwidth_gb_s), ..card.clone() },
            Model { fp32_tflops: more(card.fp32_tflops), ..card.clone() },
            Model { fp16_tensor_tflops_dense: more(card.fp16_tensor_tflops_dense), ..card.clone() },
            Model { int8_tops_dense: more(card.int8_tops_dense), ..card.clone() },
            Model { nvlink: Some(true), ..card.clone() },
            Model { mig_instances: Some(7), ..card.clone() },
            Model { tdp_w: card.tdp_w.map(|watts| (f64::from(watts) / factor).ceil() as u32), ..card.clone() },
        ];
        for profile in profiles() {
            let plain = score_value(&card, new(price), &profile).unwrap();
            for model in &better {
                prop_assert!(score_value(model, new(price), &profile).unwrap() >= plain - 1e-9);
            }
        }
    }
}
