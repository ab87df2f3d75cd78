//! A model column beside the title: it names the card where the title leaves it open or is only the seller's name of it
//! (`Sapphire PULSE` beside `Radeon RX 9070 XT`).
//!
//! *Invariant:* what the title says for itself stands: a title that says that it offers something else, another card or
//! another memory size is not overruled.

use super::matcher::Told;
use super::{Clues, Evidence, Kind, Match, Matcher};

/// A card that another column names is not as sure as one that the title names.
const MOST_CONFIDENCE: f64 = 0.93;

/// Whether the title leaves room: a card without its record, or words that say nothing of what is offered.
pub(super) fn may_settle(answer: &Match) -> bool {
    match answer.kind {
        Kind::GpuCard | Kind::GpuLot => answer.model.is_none(),
        Kind::NotGpu | Kind::Unclear => answer.evidence.is_empty(),
        Kind::System | Kind::Accessory | Kind::NotOffer => false,
    }
}

/// The answer with the card that `hint` names, where it names one that the title does not contradict.
pub(super) fn settle(
    matcher: &Matcher,
    answer: Match,
    title: &str,
    hint: &str,
    told: Told,
) -> Match {
    let named = match answer.memory_gb {
        // The column names the product, the title the size.
        Some(memory_gb) => read(matcher, &format!("{hint} {memory_gb}GB"), told),
        None => read(matcher, hint, told),
    };
    let is_card = matches!(named.kind, Kind::GpuCard | Kind::GpuLot) && named.product.is_some();
    let is_same_product = answer.product.is_none() || answer.product == named.product;
    let is_same_size = answer.memory_gb.is_none() || answer.memory_gb == named.memory_gb;
    if !is_card || !is_same_product || !is_same_size {
        return answer;
    }
    let mut evidence = answer.evidence;
    evidence.push(Evidence {
        start: 0,
        end: title.len(),
        text: hint.to_owned(),
        says: "model_column",
    });
    Match {
        kind: if answer.kind == Kind::GpuLot {
            Kind::GpuLot
        } else {
            Kind::GpuCard
        },
        model: named.model,
        product: named.product,
        memory_gb: named.memory_gb,
        form: answer.form.or(named.form),
        lot_size: answer.lot_size,
        confidence: named.confidence.min(MOST_CONFIDENCE),
        would_settle: named.would_settle,
        flags: answer.flags,
        evidence,
        candidates: named.candidates,
    }
}

fn read(matcher: &Matcher, title: &str, told: Told) -> Match {
    let clues = Clues {
        title,
        ..Clues::default()
    };
    matcher.match_title(&clues, told)
}

#[cfg(test)]
mod tests {
    use crate::matching::{Clues, Kind, Matcher};
    use crate::registry::Registry;

    fn named(title: &str, hint: &str) -> (Kind, Option<String>) {
        let registry = Registry::embedded();
        let clues = Clues {
            title,
            model_hint: Some(hint),
            ..Clues::default()
        };
        let found = Matcher::new(registry).match_listing(&clues);
        let model = found
            .model
            .map(|id| registry.model(id).canonical_model.clone());
        (found.kind, model)
    }

    #[test]
    fn names_the_card_where_the_title_is_a_trade_name() {
        let card = |name: &str| (Kind::GpuCard, Some(name.to_owned()));
        assert_eq!(
            named("Sapphire PULSE", "Radeon RX 9070 XT"),
            card("RX_9070_XT")
        );
        assert_eq!(
            named("Gigabyte WINDFORCE OC 12G", "GeForce RTX 3060"),
            card("RTX_3060")
        );
        assert_eq!(
            named("GeForce RTX 4060 Ti VENTUS", "RTX 4060 Ti 16GB"),
            card("RTX_4060_TI_16GB")
        );
    }

    #[test]
    fn does_not_overrule_what_the_title_says() {
        assert_eq!(
            named("AVerMedia LIVE GAMER capture card", "NVIDIA A2").1,
            None
        );
        assert_eq!(named("NVLink bridge", "RTX A6000").1, None);
        assert_eq!(named("Dell laptop", "RTX 3080").1, None);
        assert_eq!(
            named("NVIDIA L4 24GB", "NVIDIA T4 16GB").1.as_deref(),
            Some("L4")
        );
    }
}
