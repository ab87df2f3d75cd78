//! What an offer is compared with: the others of its model and condition, and where those are few, a wider group.

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::Offer;
use super::distribution::{Distribution, Sorted};
use super::fair_price::Estimate;
use crate::listing::Condition;
use crate::score::Profile;

/// The fewest others that a verdict rests on. With five, one price that is wrong moves neither quartile out of the rest.
pub const FEWEST: usize = 5;

/// Offers that tell how two conditions of a model differ, on each side.
const FEWEST_FOR_GAP: usize = 3;

/// What the spread of a wider group grows by, where no model tells how much the conditions differ.
const UNKNOWN_GAP: f64 = 0.2;

/// As many models weigh as much as what is taken for granted of conditions: what the score counts for them.
const MODELS_AT_HALF: f64 = 3.0;

/// How much each offer of a model's own counts beside what its specs cost: `n / (n + 0.5)`.
const OWN_AT_HALF: f64 = 0.5;

/// The group that an offer was compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The same model in the same condition.
    ModelAndCondition,
    /// The same model in all conditions, their prices moved by what conditions differ over the whole market.
    Model,
    /// What cards of such specs cost.
    Specs,
}

/// What an offer is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Beside {
    pub scope: Scope,
    /// The others: the offer itself is not among them.
    pub others: Distribution,
    /// In [`Scope::Specs`]: the few others of the model, as if in the offer's condition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<Distribution>,
    /// The standard deviation of the logarithm of the price, from the quartiles, so that a few wild prices do not count.
    #[serde(skip)]
    pub spread: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Group {
    model: u32,
    condition: Option<Condition>,
    is_sold: bool,
}

impl Beside {
    /// What cards of such specs cost, where its own kind has too few offers; those few draw it towards them. `models` is
    /// how many the fit is over.
    pub fn of_specs(estimate: &Estimate, models: usize, own: Option<Distribution>) -> Beside {
        let shift = own.map_or(1.0, |own| {
            let count = own.count as f64;
            (own.median / estimate.price_usd).powf(count / (count + OWN_AT_HALF))
        });
        let [low, price, high] =
            [estimate.low_usd, estimate.price_usd, estimate.high_usd].map(|price| price * shift);
        // The interval holds 80 %: the quartiles lie 0.6745 of 1.2816 standard deviations on the same side.
        let share = 0.6745 / 1.2816;
        Beside {
            scope: Scope::Specs,
            others: Distribution {
                count: models as u64,
                lowest: low,
                p10: low,
                p25: price * (low / price).powf(share),
                median: price,
                p75: price * (high / price).powf(share),
                p90: high,
                highest: high,
                median_interval: None,
            },
            own,
            spread: (high / low).ln() / (2.0 * 1.2816),
        }
    }
}

/// What a condition costs beside a new card.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Gap {
    /// The logarithm of the factor.
    log: f64,
    /// What the spread grows by for not knowing it better.
    doubt: f64,
}

/// The prices of a market by model and condition. Prices that were asked and prices that were paid are never mixed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparisons {
    groups: FxHashMap<Group, Vec<f64>>,
    /// By model and whether they are sold: as if all were new.
    models: FxHashMap<(u32, bool), Vec<f64>>,
    gaps: FxHashMap<Option<Condition>, Gap>,
}

impl Comparisons {
    pub fn of<'a>(offers: impl IntoIterator<Item = &'a Offer>) -> Comparisons {
        let mut groups: FxHashMap<Group, Vec<f64>> = FxHashMap::default();
        for offer in offers.into_iter().filter(|offer| offer.is_comparable()) {
            groups
                .entry(group_of(offer))
                .or_default()
                .push(offer.unit_price);
        }
        for prices in groups.values_mut() {
            prices.sort_unstable_by(f64::total_cmp);
        }
        let gaps = gaps(&groups);
        let mut models: FxHashMap<(u32, bool), Vec<f64>> = FxHashMap::default();
        for (group, prices) in &groups {
            let factor = gaps
                .get(&group.condition)
                .map_or(1.0, |gap| (-gap.log).exp());
            models
                .entry((group.model, group.is_sold))
                .or_default()
                .extend(prices.iter().map(|price| price * factor));
        }
        for prices in models.values_mut() {
            prices.sort_unstable_by(f64::total_cmp);
        }
        Comparisons {
            groups,
            models,
            gaps,
        }
    }

    /// How the prices of a model in a condition are spread.
    pub fn distribution(
        &self,
        model: u32,
        condition: Option<Condition>,
        is_sold: bool,
    ) -> Option<Distribution> {
        let group = Group {
            model,
            condition,
            is_sold,
        };
        Distribution::of(Sorted::all(self.groups.get(&group)?))
    }

    /// The others that an offer is compared with; `None` where there are fewer than [`FEWEST`]. An offer that is one of
    /// those that this was made of is left out.
    pub fn beside(&self, offer: &Offer, is_among_them: bool) -> Option<Beside> {
        let leaves_out = is_among_them && offer.is_comparable();
        self.beside_own_condition(offer, leaves_out)
            .or_else(|| self.beside_model(offer, leaves_out))
    }

    fn beside_own_condition(&self, offer: &Offer, leaves_out: bool) -> Option<Beside> {
        let prices = self.groups.get(&group_of(offer))?;
        let others = others(prices, leaves_out.then_some(offer.unit_price));
        (others.len() >= FEWEST).then_some(())?;
        Some(Beside {
            scope: Scope::ModelAndCondition,
            others: Distribution::of(others)?,
            own: None,
            spread: spread(others)?,
        })
    }

    fn beside_model(&self, offer: &Offer, leaves_out: bool) -> Option<Beside> {
        let (others, gap) = self.others_of_model(offer, leaves_out)?;
        (others.len() >= FEWEST).then_some(())?;
        Some(Beside {
            scope: Scope::Model,
            others: Distribution::of(others)?,
            own: None,
            spread: spread(others)?.hypot(gap.doubt),
        })
    }

    /// The others of a model in all conditions, as if in the offer's own; `None` where there are none.
    pub fn few_beside(&self, offer: &Offer, is_among_them: bool) -> Option<Distribution> {
        let leaves_out = is_among_them && offer.is_comparable();
        Distribution::of(self.others_of_model(offer, leaves_out)?.0)
    }

    fn others_of_model(&self, offer: &Offer, leaves_out: bool) -> Option<(Sorted<'_>, Gap)> {
        let gap = self.gaps.get(&offer.condition).copied();
        let gap = gap.unwrap_or(Gap {
            log: 0.0,
            doubt: UNKNOWN_GAP,
        });
        let factor = gap.log.exp();
        let prices = self.models.get(&(offer.model, offer.is_sold))?;
        let own = leaves_out.then_some(offer.unit_price / factor);
        Some((others(prices, own).times(factor), gap))
    }
}

fn group_of(offer: &Offer) -> Group {
    Group {
        model: offer.model,
        condition: offer.condition,
        is_sold: offer.is_sold,
    }
}

fn others(prices: &[f64], without: Option<f64>) -> Sorted<'_> {
    let Some(price) = without else {
        return Sorted::all(prices);
    };
    // A price that went through a factor comes back but for its last digits.
    let at = prices.partition_point(|other| *other < price * (1.0 - 1e-12));
    Sorted::without(prices, prices.get(at).copied().unwrap_or(price))
}

/// The quartiles of the normal distribution lie 1.349 standard deviations apart.
fn spread(prices: Sorted<'_>) -> Option<f64> {
    let (low, high) = (prices.percentile(0.25)?, prices.percentile(0.75)?);
    Some((high / low).ln() / 1.349)
}

/// What each condition costs beside a new card: the median over the models that have both, drawn towards what the score
/// counts for the condition where such models are few.
fn gaps(groups: &FxHashMap<Group, Vec<f64>>) -> FxHashMap<Option<Condition>, Gap> {
    let median = |group: &Group| {
        let prices = groups.get(group)?;
        (prices.len() >= FEWEST_FOR_GAP).then(|| Sorted::all(prices).percentile(0.5))?
    };
    let mut ratios: FxHashMap<Option<Condition>, Vec<f64>> = FxHashMap::default();
    for group in groups.keys() {
        let as_new = Group {
            condition: Some(Condition::New),
            ..*group
        };
        let known = ratios.entry(group.condition).or_default();
        if let (Some(own), Some(new)) = (median(group), median(&as_new)) {
            known.push((own / new).ln());
        }
    }
    let counted = Profile::inference().condition;
    ratios
        .into_iter()
        .map(|(condition, mut ratios)| {
            if condition == Some(Condition::New) {
                let gap = Gap {
                    log: 0.0,
                    doubt: 0.0,
                };
                return (condition, gap);
            }
            ratios.sort_unstable_by(f64::total_cmp);
            // A card that counts at 1.15 times its price is worth 1 / 1.15 of a new one.
            let granted = -counted.of(condition).ln();
            let found = Sorted::all(&ratios).percentile(0.5).unwrap_or(granted);
            let models = ratios.len() as f64;
            let log = (found * models + granted * MODELS_AT_HALF) / (models + MODELS_AT_HALF);
            let doubt = UNKNOWN_GAP * (MODELS_AT_HALF / (models + MODELS_AT_HALF)).sqrt();
            (condition, Gap { log, doubt })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Cautions;

    fn offer(model: u32, condition: Condition, unit_price: f64) -> Offer {
        Offer {
            model,
            condition: Some(condition),
            unit_price,
            lot_size: 1,
            quantity: None,
            is_sold: false,
            cautions: Cautions::default(),
        }
    }

    fn market() -> Vec<Offer> {
        let mut offers = Vec::new();
        for step in 0..9 {
            let price = 1_000.0 + 10.0 * f64::from(step);
            offers.push(offer(1, Condition::New, price));
            offers.push(offer(1, Condition::Used, price * 0.6));
            offers.push(offer(2, Condition::New, price * 2.0));
        }
        offers
    }

    #[test]
    fn an_offer_is_compared_with_others_of_its_condition() {
        let comparisons = Comparisons::of(&market());
        let beside = comparisons
            .beside(&offer(1, Condition::Used, 624.0), true)
            .expect("there are others");
        assert_eq!(beside.scope, Scope::ModelAndCondition);
        assert_eq!(beside.others.count, 8);
    }

    #[test]
    fn where_the_condition_is_rare_the_model_stands_in_by_what_conditions_differ() {
        let mut offers = market();
        let lone = offer(2, Condition::Used, 1_250.0);
        offers.push(lone);
        let comparisons = Comparisons::of(&offers);
        let beside = comparisons.beside(&lone, true).expect("there are others");
        assert_eq!(beside.scope, Scope::Model);
        assert_eq!(beside.others.count, 9);
        // Between the 60 per cent of the one model that tells and what the score grants, nearer to the latter.
        let factor = beside.others.median / 2_080.0;
        assert!(factor > 0.6 && factor < 1.0, "{factor}");
        let unknown = Comparisons::of(&offers)
            .beside(&offer(2, Condition::Refurbished, 1_250.0), false)
            .expect("there are others");
        assert!(unknown.spread > UNKNOWN_GAP);
    }

    #[test]
    fn asked_and_paid_prices_are_not_mixed() {
        let mut offers = market();
        for offer in &mut offers {
            offer.is_sold = offer.model == 1;
        }
        let comparisons = Comparisons::of(&offers);
        assert_eq!(
            comparisons.beside(&offer(1, Condition::New, 1_000.0), true),
            None
        );
        assert_eq!(
            comparisons.distribution(1, Some(Condition::New), false),
            None
        );
        assert!(
            comparisons
                .distribution(1, Some(Condition::New), true)
                .is_some()
        );
    }

    #[test]
    fn few_others_carry_nothing() {
        let offers: Vec<Offer> = market().into_iter().take(12).collect();
        let few: Vec<Offer> = offers
            .into_iter()
            .filter(|offer| offer.model == 2)
            .collect();
        assert_eq!(Comparisons::of(&few).beside(&few[0], true), None);
    }
}
