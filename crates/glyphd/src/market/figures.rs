//! What each model costs, by condition, and how long its offers stand.

use glyph_core::listing::Condition;
use glyph_core::market::comparison::FEWEST;
use glyph_core::market::distribution::{Distribution, Sorted};
use glyph_core::market::verdict::Call;
use glyph_core::registry::{Model, Registry};
use glyph_store::standing::{Standing, StandingOffer};
use serde::Serialize;

use super::{CONDITIONS, DAY_SECONDS};

/// What a model costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ModelFigures {
    pub(crate) canonical_model: String,
    /// The vendor's name; the canonical one where the registry does not have the model.
    pub(crate) name: String,
    /// Standing offers, those included that no price is compared with.
    pub(crate) offers: u64,
    pub(crate) deals: u64,
    /// Prices asked for one whole, working card, in all conditions together; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) asked: Option<GroupFigures>,
    /// Prices that were paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sold: Option<GroupFigures>,
    /// By condition and whether asked or paid.
    pub(crate) groups: Vec<ConditionFigures>,
    pub(crate) memory_gb: Option<f64>,
    pub(crate) memory_bandwidth_gb_s: Option<f64>,
    pub(crate) tdp_w: Option<u32>,
    /// The median asked price for a gigabyte, US dollars.
    pub(crate) median_per_gb: Option<f64>,
}

/// The prices of one condition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ConditionFigures {
    /// Absent where the offers do not say.
    pub(crate) condition: Option<Condition>,
    pub(crate) is_sold: bool,
    #[serde(flatten)]
    pub(crate) figures: GroupFigures,
}

/// A group of prices, in US dollars a card.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct GroupFigures {
    #[serde(flatten)]
    pub(crate) prices: Distribution,
    /// Fewer than a verdict rests on.
    pub(crate) is_few: bool,
    /// The median of the days from when an offer was first seen to when it was last seen.
    pub(crate) median_days: f64,
}

/// The figures of all models that anything stands of, by canonical name.
pub(super) fn of_models(
    standing: &Standing,
    calls: &[Option<Call>],
    registry: &Registry,
) -> Vec<ModelFigures> {
    let mut by_model: Vec<Vec<(&StandingOffer, Option<Call>)>> =
        vec![Vec::new(); standing.models.len()];
    for (offer, call) in standing.offers.iter().zip(calls) {
        if let Some(offers) = by_model.get_mut(offer.offer.model as usize) {
            offers.push((offer, *call));
        }
    }
    let mut models: Vec<ModelFigures> = standing
        .models
        .iter()
        .zip(&by_model)
        .filter(|(_, offers)| !offers.is_empty())
        .map(|(name, offers)| {
            let known = registry.find(name).map(|id| registry.model(id));
            of_model(name, known, offers)
        })
        .collect();
    models.sort_unstable_by(|one, other| one.canonical_model.cmp(&other.canonical_model));
    models
}

fn of_model(
    canonical_model: &str,
    known: Option<&Model>,
    offers: &[(&StandingOffer, Option<Call>)],
) -> ModelFigures {
    let compared: Vec<&StandingOffer> = offers
        .iter()
        .map(|(standing, _)| *standing)
        .filter(|standing| standing.offer.is_comparable())
        .collect();
    let of_kind = |is_sold: bool| {
        group(
            compared
                .iter()
                .copied()
                .filter(|it| it.offer.is_sold == is_sold),
        )
    };
    let kinds = [false, true]
        .into_iter()
        .flat_map(|is_sold| CONDITIONS.map(|condition| (condition, is_sold)));
    let groups = kinds
        .filter_map(|(condition, is_sold)| {
            let of_kind = compared.iter().copied().filter(|standing| {
                standing.offer.condition == condition && standing.offer.is_sold == is_sold
            });
            Some(ConditionFigures {
                condition,
                is_sold,
                figures: group(of_kind)?,
            })
        })
        .collect();
    let asked = of_kind(false);
    let memory_gb = known.and_then(|model| model.memory_gb);
    ModelFigures {
        canonical_model: canonical_model.to_owned(),
        name: known
            .map_or(canonical_model, |model| &model.model)
            .to_owned(),
        offers: offers.len() as u64,
        deals: offers
            .iter()
            .filter(|(_, call)| *call == Some(Call::Deal))
            .count() as u64,
        median_per_gb: asked
            .as_ref()
            .zip(memory_gb)
            .map(|(asked, memory)| asked.prices.median / memory),
        asked,
        sold: of_kind(true),
        groups,
        memory_gb,
        memory_bandwidth_gb_s: known.and_then(|model| model.memory_bandwidth_gb_s),
        tdp_w: known.and_then(|model| model.tdp_w),
    }
}

fn group<'a>(offers: impl Iterator<Item = &'a StandingOffer>) -> Option<GroupFigures> {
    let (mut prices, mut days): (Vec<f64>, Vec<f64>) = offers
        .map(|standing| {
            let seconds = standing.last_seen - standing.first_seen;
            (
                standing.offer.unit_price,
                seconds as f64 / DAY_SECONDS as f64,
            )
        })
        .unzip();
    prices.sort_unstable_by(f64::total_cmp);
    days.sort_unstable_by(f64::total_cmp);
    Some(GroupFigures {
        prices: Distribution::of(Sorted::all(&prices))?,
        is_few: prices.len() <= FEWEST,
        median_days: Sorted::all(&days).percentile(0.5)?,
    })
}
