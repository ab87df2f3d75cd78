//! The market as it stands: the standing offers, what their prices are compared with, and what is said of each.

mod course;
mod figures;
mod movers;

use std::collections::HashMap;

use glyph_core::listing::Condition;
use glyph_core::market::comparison::{Beside, Comparisons, Scope};
use glyph_core::market::fair_price::{
    self, ConditionClass, Estimate, FairPrice, Point, Specs, Unfit,
};
use glyph_core::market::verdict::{Call, Verdict, judge};
use glyph_core::market::{Cautions, Offer};
use glyph_core::registry::Registry;
use glyph_store::StoreError;
use glyph_store::listing::ListingRecord;
use glyph_store::standing::{Standing, StandingFilter, StandingOffer};
use glyph_store::store::Store;
use serde::Serialize;

use crate::clock;

pub(crate) use course::{Day, course};
pub(crate) use figures::ModelFigures;
pub(crate) use movers::{Compared, Mover, Movers, find_movers};

/// How long an offer counts that its source has not shown again, where nothing else is asked for: 90 days.
pub(crate) const WINDOW_DAYS: i64 = 90;

pub(crate) const DAY_SECONDS: i64 = 24 * 60 * 60;

/// The market at a time.
#[derive(Debug)]
pub(crate) struct Market {
    pub(crate) standing: Standing,
    comparisons: Comparisons,
    /// What is said of each offer, in the order of `standing.offers`.
    calls: Vec<Option<Call>>,
    /// By canonical name.
    pub(crate) models: Vec<ModelFigures>,
    /// What cards cost by their specs, or why that cannot be told.
    pub(crate) fair_price: Result<FairPrice, Unfit>,
    /// The specs of each of `standing.models`, where they are known.
    specs: Vec<Option<Specs>>,
}

/// What is said of a listing.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Judged {
    #[serde(flatten)]
    pub(crate) verdict: Verdict,
    /// The verdict in words.
    pub(crate) text: String,
    /// How its price stands beside the others, alone.
    #[serde(skip)]
    pub(crate) short: Option<String>,
}

impl Market {
    pub(crate) fn of(
        store: &dyn Store,
        registry: &Registry,
        filter: &StandingFilter,
    ) -> Result<Market, StoreError> {
        let standing = store.standing_offers(filter)?;
        let comparisons = Comparisons::of(standing.offers.iter().map(|standing| &standing.offer));
        let specs: Vec<Option<Specs>> = standing
            .models
            .iter()
            .map(|name| Specs::of(registry.model(registry.find(name)?)))
            .collect();
        let fair_price = fair_price::fit(
            &fair_price_points(&comparisons, &specs),
            decimal_year(standing.last_seen.unwrap_or_default()),
        );
        let mut market = Market {
            calls: Vec::new(),
            models: Vec::new(),
            standing,
            comparisons,
            fair_price,
            specs,
        };
        market.calls = market
            .standing
            .offers
            .iter()
            .map(|standing| {
                let verdict = judge(&standing.offer, market.beside(&standing.offer, true))?;
                Some(to_be_had(verdict.call, standing))
            })
            .collect();
        market.models = figures::of_models(&market.standing, &market.calls, registry);
        Ok(market)
    }

    /// What an offer is compared with: others of its kind, or else what its specs cost.
    fn beside(&self, offer: &Offer, is_among_them: bool) -> Option<Beside> {
        let beside = self.comparisons.beside(offer, is_among_them);
        beside.or_else(|| {
            let fair_price = self.fair_price.as_ref().ok()?;
            let estimate = self.estimate(offer.model, offer.condition)?;
            let own = self.comparisons.few_beside(offer, is_among_them);
            (!offer.is_sold).then(|| Beside::of_specs(&estimate, fair_price.models, own))
        })
    }

    /// What a card of these specs would be asked for.
    fn estimate(&self, model: u32, condition: Option<Condition>) -> Option<Estimate> {
        let specs = self.specs.get(model as usize)?.as_ref()?;
        let condition = ConditionClass::of(condition)?;
        self.fair_price.as_ref().ok()?.price(specs, condition)
    }

    /// The filter where nothing is asked for.
    pub(crate) fn usual_filter() -> StandingFilter {
        StandingFilter {
            now: clock::now().as_second(),
            window_seconds: Some(WINDOW_DAYS * DAY_SECONDS),
            ..StandingFilter::default()
        }
    }

    /// The figures of a model, where anything is offered of it.
    pub(crate) fn model(&self, canonical_model: &str) -> Option<&ModelFigures> {
        let place = self
            .models
            .binary_search_by(|model| model.canonical_model.as_str().cmp(canonical_model));
        self.models.get(place.ok()?)
    }

    /// The standing offers with what is said of them.
    pub(crate) fn judged(&self) -> impl Iterator<Item = (&StandingOffer, Option<Call>)> {
        self.standing.offers.iter().zip(self.calls.iter().copied())
    }

    pub(crate) fn count_calls(&self) -> HashMap<Call, u64> {
        let mut counts = HashMap::new();
        for call in self.calls.iter().flatten() {
            *counts.entry(*call).or_default() += 1;
        }
        counts
    }

    /// What is said of a listing beside the market, whether or not it stands itself.
    pub(crate) fn judge(&self, listing: &ListingRecord, model_name: &str) -> Option<Judged> {
        let standing = self.find(listing.id);
        let offer = match standing {
            Some(standing) => standing.offer,
            None => self.offer_of(listing)?,
        };
        let beside = self.beside(&offer, standing.is_some());
        let mut verdict = judge(&offer, beside)?;
        let mut text = verdict.text(&offer, model_name);
        if let Some(standing) = standing
            && to_be_had(verdict.call, standing) != verdict.call
        {
            verdict.call = Call::Fair;
            text = format!("not to be had now: {text}");
        }
        Some(Judged {
            short: verdict.beside_text(&offer, model_name),
            text,
            verdict,
        })
    }

    /// What is said of a listing that stands, without the words.
    pub(crate) fn call(&self, listing: &ListingRecord) -> Option<Call> {
        let offers = &self.standing.offers;
        let place = offers.binary_search_by_key(&listing.id, |offer| offer.id);
        self.calls.get(place.ok()?).copied().flatten()
    }

    /// The memory of a card of the market's models, in GB.
    pub(crate) fn memory_gb(&self, model: u32) -> Option<f64> {
        let specs = self.specs.get(model as usize)?.as_ref()?;
        Some(specs.memory_gb)
    }

    pub(crate) fn find(&self, id: i64) -> Option<&StandingOffer> {
        let offers = &self.standing.offers;
        let place = offers.binary_search_by_key(&id, |offer| offer.id).ok()?;
        offers.get(place)
    }

    /// How much under the median of its comparisons an offer is, as a factor of it.
    pub(crate) fn of_median(&self, offer: &Offer) -> Option<f64> {
        let beside = self.beside(offer, true)?;
        Some(offer.unit_price / beside.others.median)
    }

    /// The deals, the furthest under their comparisons first; after those that other offers tell, those by an estimate from
    /// specs.
    pub(crate) fn best_deals(&self, most: usize) -> Vec<(&StandingOffer, f64)> {
        let mut deals: Vec<(bool, &StandingOffer, f64)> = self
            .judged()
            .filter(|(_, call)| *call == Some(Call::Deal))
            .filter_map(|(standing, _)| {
                let beside = self.beside(&standing.offer, true)?;
                let of_median = standing.offer.unit_price / beside.others.median;
                Some((beside.scope == Scope::Specs, standing, of_median))
            })
            .collect();
        deals.sort_by(|one, other| {
            let by = one.0.cmp(&other.0).then(one.2.total_cmp(&other.2));
            by.then(one.1.id.cmp(&other.1.id))
        });
        let deals = deals
            .into_iter()
            .map(|(_, standing, of_median)| (standing, of_median));
        deals.take(most).collect()
    }

    /// The listings of a model that stand, at most so many, the best score first.
    pub(crate) fn best_of(&self, canonical_model: &str, most: usize) -> Vec<i64> {
        let models = &self.standing.models;
        let Some(place) = models.iter().position(|name| name == canonical_model) else {
            return Vec::new();
        };
        let offers = self.standing.offers.iter();
        let mut offers: Vec<&StandingOffer> = offers
            .filter(|standing| standing.offer.model as usize == place)
            .collect();
        offers.sort_by(|one, other| {
            other
                .score
                .total_cmp(&one.score)
                .then(one.id.cmp(&other.id))
        });
        offers
            .into_iter()
            .take(most)
            .map(|standing| standing.id)
            .collect()
    }

    fn offer_of(&self, listing: &ListingRecord) -> Option<Offer> {
        let model = &listing.canonical_model;
        let model = self.standing.models.iter().position(|name| name == model)?;
        let flags = listing.flags.as_deref();
        Some(Offer {
            model: model as u32,
            condition: listing.condition.as_deref().and_then(Condition::read),
            unit_price: listing.unit_price,
            lot_size: u32::try_from(listing.lot_size).unwrap_or(1).max(1),
            quantity: listing
                .quantity
                .and_then(|quantity| u32::try_from(quantity).ok()),
            is_sold: listing.availability.as_deref() == Some("sold"),
            cautions: flags.map_or(Cautions::default(), Cautions::of_stored),
        })
    }
}

/// What cannot be bought is no deal.
fn to_be_had(call: Call, standing: &StandingOffer) -> Call {
    if call == Call::Deal && !standing.is_available {
        Call::Fair
    } else {
        call
    }
}

/// A point for each model and condition: the median of what is asked.
fn fair_price_points(comparisons: &Comparisons, specs: &[Option<Specs>]) -> Vec<Point> {
    let mut points = Vec::new();
    for (model, specs) in specs.iter().enumerate() {
        let Some(specs) = specs else {
            continue;
        };
        for condition in CONDITIONS {
            let asked = comparisons.distribution(model as u32, condition, false);
            if let (Some(asked), Some(class)) = (asked, ConditionClass::of(condition)) {
                points.push(Point {
                    price_usd: asked.median,
                    offers: asked.count as u32,
                    specs: *specs,
                    condition: class,
                    model: model as u32,
                });
            }
        }
    }
    points
}

/// Those that are compared; the last is that of offers that do not say.
const CONDITIONS: [Option<Condition>; 5] = [
    Some(Condition::New),
    Some(Condition::OpenBox),
    Some(Condition::Refurbished),
    Some(Condition::Used),
    None,
];

/// 2025.5 for the beginning of July 2025.
fn decimal_year(seconds: i64) -> f64 {
    let days_of_a_year = 365.2425;
    1970.0 + seconds as f64 / DAY_SECONDS as f64 / days_of_a_year
}
