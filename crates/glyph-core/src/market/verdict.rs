//! What is to be said of an offer beside its comparisons, and why, in words.

use std::fmt::Write;

use serde::Serialize;

use super::Offer;
use super::comparison::{Beside, Scope};
use crate::listing::Condition;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Cheaper than nine of ten comparable offers would be, and in good order.
    Deal,
    Fair,
    /// Dearer than nine of ten comparable offers would be.
    High,
    /// Not what it seems, or too good to be true.
    Suspicious,
}

impl Call {
    pub const ALL: [Call; 4] = [Call::Deal, Call::Fair, Call::High, Call::Suspicious];

    pub fn as_str(self) -> &'static str {
        match self {
            Call::Deal => "deal",
            Call::Fair => "fair",
            Call::High => "high",
            Call::Suspicious => "suspicious",
        }
    }
}

/// Why an offer is called so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// By its price alone.
    Price,
    ForParts,
    /// The price of one card looks like that of all there are.
    LotTotal,
    /// The price of a lot looks like that of one card.
    PriceOfOne,
    /// Far under everything comparable.
    FarUnder,
}

/// What is said of an offer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    pub call: Call,
    pub reason: Reason,
    /// The price of a card beside the median of the comparisons; absent where there are none.
    pub of_median: Option<f64>,
    pub beside: Option<Beside>,
}

/// A normal distribution has one in ten of its values 1.2816 standard deviations under its middle, and one over it.
const ONE_IN_TEN: f64 = 1.2816;

/// Prices of one shop's catalogue may be all the same: closer than this no offer differs from them.
const LEAST_SPREAD: f64 = 0.05;

/// A deal is cheaper by at least a tenth, whatever the spread.
const DEAL_AT_MOST: f64 = 0.90;

/// What is high is dearer by at least a seventh.
const HIGH_AT_LEAST: f64 = 1.15;

/// So many others tell by themselves what nine of ten ask, and at these shares of the median it is no small matter.
const MANY: u64 = 8;
const DEAL_UNDER_MANY: f64 = 0.80;
const HIGH_OVER_MANY: f64 = 1.35;

/// Under half of the median and three standard deviations away, or under three tenths of it: nobody sells a sound card
/// so.
const FAR_UNDER: f64 = 0.50;
const FAR_UNDER_SPREADS: f64 = -3.0;
const FAR_UNDER_ANYHOW: f64 = 0.30;

/// How close to the median a price must come, read the other way, to be told as misread.
const MISREAD: (f64, f64) = (0.65, 1.45);

/// The verdict on an offer; `None` where nothing can be said: no comparisons, or a price that is not the card's alone.
pub fn judge(offer: &Offer, beside: Option<Beside>) -> Option<Verdict> {
    let of_median = beside
        .as_ref()
        .map(|beside| offer.unit_price / beside.others.median)
        .filter(|ratio| ratio.is_finite());
    let verdict = |call, reason| {
        Some(Verdict {
            call,
            reason,
            of_median,
            beside,
        })
    };
    if offer.is_for_parts() {
        return verdict(Call::Suspicious, Reason::ForParts);
    }
    if !offer.is_comparable() {
        return None;
    }
    let (ratio, beside) = (of_median?, beside?);
    if beside.scope == Scope::Specs {
        let is_under_own = beside
            .own
            .is_some_and(|own| offer.unit_price < FAR_UNDER_ANYHOW * own.lowest);
        if ratio < FAR_UNDER_ANYHOW && is_under_own {
            return verdict(Call::Suspicious, Reason::FarUnder);
        }
        let call = call_by_specs(offer.unit_price, ratio, &beside)?;
        return verdict(call, Reason::Price);
    }
    let spreads = ratio.ln() / deviation(&beside);
    if is_total_of_many(offer, ratio) {
        return verdict(Call::Suspicious, Reason::LotTotal);
    }
    if is_price_of_one(offer, ratio, spreads) {
        return verdict(Call::Suspicious, Reason::PriceOfOne);
    }
    if (ratio < FAR_UNDER && spreads < FAR_UNDER_SPREADS) || ratio < FAR_UNDER_ANYHOW {
        return verdict(Call::Suspicious, Reason::FarUnder);
    }
    let others = &beside.others;
    // Where prices lie far apart, those of nine in ten may say it without the spread.
    let is_many = others.count >= MANY;
    let is_under = is_many && offer.unit_price < others.p10 && ratio <= DEAL_UNDER_MANY;
    let is_over = is_many && offer.unit_price > others.p90 && ratio >= HIGH_OVER_MANY;
    let call = if ratio <= DEAL_AT_MOST && (spreads <= -ONE_IN_TEN || is_under) {
        Call::Deal
    } else if ratio >= HIGH_AT_LEAST && (spreads >= ONE_IN_TEN || is_over) {
        Call::High
    } else {
        Call::Fair
    };
    verdict(call, Reason::Price)
}

/// By an estimate from specs: a deal or high only where the others of its own kind, few as they are, say the same; without
/// any, nothing is said of a price that the estimate does not expect.
fn call_by_specs(price: f64, ratio: f64, beside: &Beside) -> Option<Call> {
    let is_expected = (beside.others.p10..=beside.others.p90).contains(&price);
    let is_between = (DEAL_AT_MOST..HIGH_AT_LEAST).contains(&ratio);
    match beside.own {
        _ if is_expected || is_between => Some(Call::Fair),
        None => None,
        Some(own) if ratio < 1.0 && price < own.lowest => Some(Call::Deal),
        Some(own) if ratio > 1.0 && price > own.highest => Some(Call::High),
        Some(_) => Some(Call::Fair),
    }
}

/// How far the logarithm of another price would lie from the median: its own spread, and that of the median, which is
/// 1.2533 / √n of it (the asymptotic efficiency of the median of a normal sample).
fn deviation(beside: &Beside) -> f64 {
    let spread = beside.spread.max(LEAST_SPREAD);
    spread.hypot(1.2533 * spread / (beside.others.count.max(1) as f64).sqrt())
}

fn is_close(ratio: f64) -> bool {
    (MISREAD.0..=MISREAD.1).contains(&ratio)
}

/// One card at a price that, by the number of them there are, is the usual one.
fn is_total_of_many(offer: &Offer, ratio: f64) -> bool {
    offer.lot_size == 1
        && offer
            .quantity
            .is_some_and(|quantity| quantity >= 2 && is_close(ratio / f64::from(quantity)))
        && ratio > MISREAD.1
}

/// A lot at the usual price of one card.
fn is_price_of_one(offer: &Offer, ratio: f64, spreads: f64) -> bool {
    offer.lot_size >= 2
        && is_close(ratio * f64::from(offer.lot_size))
        && ratio < MISREAD.0
        && spreads < -ONE_IN_TEN
}

impl Verdict {
    /// Whether it rests on what specs cost, and not on other offers of the card.
    pub fn is_by_specs(&self) -> bool {
        let scope = self.beside.map(|beside| beside.scope);
        scope == Some(Scope::Specs)
    }

    /// How its price stands beside the others, alone.
    pub fn beside_text(&self, offer: &Offer, model: &str) -> Option<String> {
        let ratio = self.of_median?;
        let beside = self.beside.filter(|_| !offer.is_for_parts())?;
        Some(beside_text(offer, model, ratio, &beside))
    }

    /// The verdict in sentences, for a card of this name.
    pub fn text(&self, offer: &Offer, model: &str) -> String {
        let mut text = match self.reason {
            Reason::ForParts => {
                "sold as broken or for parts: not the price of a working card".to_owned()
            }
            Reason::LotTotal => format!(
                "there are {} of them, and the price looks like that of all together",
                offer.quantity.unwrap_or(offer.lot_size)
            ),
            Reason::PriceOfOne => format!(
                "told as a lot of {}, at what looks like the price of one",
                offer.lot_size
            ),
            Reason::FarUnder => {
                "far under everything comparable: ask why before you pay".to_owned()
            }
            Reason::Price if self.is_by_specs() => match self.call {
                Call::Deal => {
                    "cheap by an estimate from its specs, and cheaper than the few others of it"
                }
                Call::High => {
                    "dear by an estimate from its specs, and dearer than the few others of it"
                }
                Call::Fair | Call::Suspicious => "within an estimate from its specs",
            }
            .to_owned(),
            Reason::Price => match self.call {
                Call::Deal => "cheaper than nine of ten comparable offers would be".to_owned(),
                Call::High => "dearer than nine of ten comparable offers would be".to_owned(),
                Call::Fair | Call::Suspicious => "within what comparable offers ask".to_owned(),
            },
        };
        if let Some(beside) = self.beside_text(offer, model) {
            let _ = write!(text, "; {beside}");
        }
        text
    }
}

fn beside_text(offer: &Offer, model: &str, ratio: f64, beside: &Beside) -> String {
    let what = if offer.is_sold { "sold" } else { "asked" };
    let condition = offer.condition.map_or("of unknown condition", told);
    let others = &beside.others;
    let group = match beside.scope {
        Scope::ModelAndCondition => format!("{} other {model}, {condition}", others.count),
        Scope::Model => format!(
            "{} other {model} in all conditions, as {condition} ones would cost (too few {condition})",
            others.count
        ),
        Scope::Specs => {
            let own = beside.own.map_or(0, |own| own.count);
            format!(
                "an estimate from the specs of the {model}, {condition}, over {} models and {own} others of it",
                others.count
            )
        }
    };
    let percent = ((ratio - 1.0) * 100.0).round();
    let place = if ratio < 0.01 {
        "over 99 % under".to_owned()
    } else if percent.abs() < 1.0 {
        "at".to_owned()
    } else if percent < 0.0 {
        format!("{} % under", -percent)
    } else {
        format!("{percent} % over")
    };
    format!(
        "{} {what} is {place} the median of {} ({group}; the middle half from {} to {})",
        dollars(offer.unit_price),
        dollars(others.median),
        dollars(others.p25),
        dollars(others.p75),
    )
}

fn told(condition: Condition) -> &'static str {
    match condition {
        Condition::New => "new",
        Condition::OpenBox => "open box",
        Condition::Refurbished => "refurbished",
        Condition::Used => "used",
        Condition::ForParts => "for parts",
    }
}

/// US dollars for a reader: whole above ten, else with cents.
pub fn dollars(amount: f64) -> String {
    if amount.abs() < 10.0 {
        return format!("${amount:.2}");
    }
    let digits = format!("{:.0}", amount.abs());
    let mut text = String::from(if amount < 0.0 { "-$" } else { "$" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Cautions;
    use crate::market::comparison::Comparisons;
    use crate::market::distribution::Distribution;
    use crate::matching::Flag;

    fn offer(unit_price: f64) -> Offer {
        Offer {
            model: 1,
            condition: Some(Condition::Used),
            unit_price,
            lot_size: 1,
            quantity: None,
            is_sold: false,
            cautions: Cautions::default(),
        }
    }

    /// Twenty-one offers around 1,000, one standard deviation about 8 per cent.
    fn judged(offer: &Offer) -> Verdict {
        let others: Vec<Offer> = (-10..=10)
            .map(|step| self::offer(1_000.0 * (0.011 * f64::from(step)).exp()))
            .collect();
        judge(offer, Comparisons::of(&others).beside(offer, false)).expect("there are others")
    }

    #[test]
    fn a_price_is_called_by_its_place_among_the_others() {
        for (price, call) in [
            (1_000.0, Call::Fair),
            (930.0, Call::Fair),
            (840.0, Call::Deal),
            (700.0, Call::Deal),
            (1_080.0, Call::Fair),
            (1_300.0, Call::High),
            (4_000.0, Call::High),
            (290.0, Call::Suspicious),
        ] {
            assert_eq!(judged(&offer(price)).call, call, "{price}");
        }
    }

    #[test]
    fn where_prices_lie_far_apart_nine_of_ten_others_decide() {
        let others: Vec<Offer> = [
            330.0, 340.0, 350.0, 500.0, 700.0, 710.0, 720.0, 730.0, 740.0,
        ]
        .into_iter()
        .map(offer)
        .collect();
        let comparisons = Comparisons::of(&others);
        let call = |price: f64| {
            let offer = offer(price);
            judge(&offer, comparisons.beside(&offer, false)).map(|verdict| verdict.call)
        };
        assert_eq!(call(300.0), Some(Call::Deal));
        assert_eq!(call(345.0), Some(Call::Fair));
        assert_eq!(call(1_100.0), Some(Call::High));
        let few = Comparisons::of(&others[..7]);
        let lone = offer(300.0);
        let verdict = judge(&lone, few.beside(&lone, false));
        assert_eq!(verdict.map(|verdict| verdict.call), Some(Call::Fair));
    }

    #[test]
    fn what_is_not_one_sound_card_is_suspicious_at_any_price() {
        let parts = Offer {
            cautions: Cautions::of([Flag::ForParts]),
            ..offer(1_000.0)
        };
        assert_eq!(judged(&parts).reason, Reason::ForParts);
        assert_eq!(
            judge(&parts, None).map(|told| told.call),
            Some(Call::Suspicious)
        );
    }

    #[test]
    fn totals_and_prices_of_one_are_told_apart_from_high_and_low() {
        let total = Offer {
            quantity: Some(4),
            ..offer(3_900.0)
        };
        assert_eq!(judged(&total).reason, Reason::LotTotal);
        let stocked = Offer {
            quantity: Some(40),
            ..offer(1_400.0)
        };
        assert_eq!(judged(&stocked).call, Call::High);
        let lot = Offer {
            lot_size: 5,
            ..offer(205.0)
        };
        assert_eq!(judged(&lot).reason, Reason::PriceOfOne);
    }

    #[test]
    fn an_estimate_from_specs_calls_only_what_the_few_others_confirm() {
        let estimate = Distribution {
            count: 90,
            lowest: 500.0,
            p10: 700.0,
            p25: 850.0,
            median: 1_000.0,
            p75: 1_150.0,
            p90: 1_300.0,
            highest: 1_500.0,
            median_interval: None,
        };
        let own = Distribution {
            count: 2,
            lowest: 640.0,
            highest: 1_450.0,
            ..estimate
        };
        let call = |price: f64, own: Option<Distribution>| {
            let beside = Beside {
                scope: Scope::Specs,
                others: estimate,
                own,
                spread: 0.2,
            };
            judge(&offer(price), Some(beside)).map(|verdict| verdict.call)
        };
        for (price, alone, confirmed) in [
            (100.0, None, Some(Call::Suspicious)),
            (200.0, None, Some(Call::Deal)),
            (630.0, None, Some(Call::Deal)),
            (650.0, None, Some(Call::Fair)),
            (700.0, Some(Call::Fair), Some(Call::Fair)),
            (1_300.0, Some(Call::Fair), Some(Call::Fair)),
            (1_400.0, None, Some(Call::Fair)),
            (1_460.0, None, Some(Call::High)),
        ] {
            assert_eq!(call(price, None), alone, "{price} alone");
            assert_eq!(call(price, Some(own)), confirmed, "{price} beside others");
        }
    }

    #[test]
    fn nothing_is_said_without_comparisons_or_of_bundles() {
        assert_eq!(judge(&offer(1_000.0), None), None);
        let bundle = Offer {
            cautions: Cautions::of([Flag::Bundle]),
            ..offer(1_000.0)
        };
        assert_eq!(judge(&bundle, None), None);
    }

    #[test]
    fn the_words_name_price_median_and_group() {
        let offer = offer(840.0);
        let text = judged(&offer).text(&offer, "RTX A5000");
        assert_eq!(
            text,
            "cheaper than nine of ten comparable offers would be; $840 asked is 16 % under the median of $1,000 \
             (21 other RTX A5000, used; the middle half from $946 to $1,057)"
        );
        assert_eq!(dollars(1_234_567.4), "$1,234,567");
        assert_eq!(dollars(9.5), "$9.50");
    }
}
