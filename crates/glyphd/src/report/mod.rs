//! The report on the market: gathered once, told in the terminal, as Markdown, as one HTML file, as JSON.

mod html;
mod markdown;
mod text;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use glyph_core::market::verdict::Call;
use glyph_store::StoreError;
use glyph_store::history::ChangeFilter;
use glyph_store::import::{ImportRecord, ImportState};
use glyph_store::listing::{ListingRecord, UnmatchedText};
use glyph_store::standing::{StandingFilter, StandingOffer};
use glyph_store::store::Store;
use serde::Serialize;

use crate::clock;
use crate::market::{Market, ModelFigures, Movers, find_movers};
use crate::names::Names;

pub(crate) use html::html;
pub(crate) use markdown::markdown;
pub(crate) use text::print;

/// Offers and moves that a report names.
const SHOWN: usize = 10;

/// Models of the ladder.
const RUNGS: usize = 20;

/// What a report is on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    pub(crate) standing: StandingFilter,
    /// One model alone, by its canonical name.
    pub(crate) model: Option<String>,
}

/// A report.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// What it is on, in words.
    pub(crate) title: String,
    /// The last sight that counts: RFC 3339.
    pub(crate) as_of: Option<String>,
    pub(crate) market: Size,
    /// When the newest import was seen that found moves of prices.
    pub(crate) moved_at: Option<String>,
    /// The largest of them.
    pub(crate) movers: Vec<Move>,
    /// The furthest under their comparisons first.
    pub(crate) deals: Vec<Deal>,
    /// By canonical name.
    pub(crate) models: Vec<ModelFigures>,
    /// The cheapest gigabytes first.
    pub(crate) ladder: Vec<Rung>,
    /// Of the rows of imports; absent in a report on one model.
    pub(crate) coverage: Option<Coverage>,
    pub(crate) quality: Quality,
    pub(crate) fair_price: FairPriceLine,
    pub(crate) registry_version: String,
}

/// How large the market is.
#[derive(Debug, Serialize)]
pub(crate) struct Size {
    pub(crate) offers: u64,
    pub(crate) models: u64,
    /// Of all models together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sources: Option<u64>,
    /// What is asked for all cards that are offered alone, a card an offer: US dollars.
    pub(crate) asked_usd: f64,
    /// Offers by what is said of them.
    pub(crate) verdicts: BTreeMap<&'static str, u64>,
}

/// A price that moved.
#[derive(Debug, Serialize)]
pub(crate) struct Move {
    pub(crate) listing_id: i64,
    pub(crate) title: String,
    pub(crate) canonical_model: String,
    /// The vendor's name of the card.
    pub(crate) name: String,
    /// US dollars a card.
    pub(crate) old_price: f64,
    pub(crate) new_price: f64,
    pub(crate) percent: f64,
}

/// An offer that is called a deal.
#[derive(Debug, Serialize)]
pub(crate) struct Deal {
    pub(crate) listing_id: i64,
    pub(crate) title: String,
    pub(crate) canonical_model: String,
    /// The vendor's name of the card.
    pub(crate) name: String,
    /// US dollars a card.
    pub(crate) price: f64,
    /// What it is compared with.
    pub(crate) median: f64,
    pub(crate) seller: Option<String>,
    pub(crate) condition: Option<String>,
    pub(crate) source_url: Option<String>,
    /// Why, in words.
    pub(crate) text: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Rung {
    pub(crate) canonical_model: String,
    pub(crate) name: String,
    /// US dollars, at the median.
    pub(crate) usd_per_gb: f64,
    pub(crate) offers: u64,
}

/// How many rows became offers of a known card.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Coverage {
    pub(crate) imports: u64,
    pub(crate) rows: u64,
    pub(crate) scored: u64,
    pub(crate) unmatched: u64,
    pub(crate) rejected: u64,
    /// Of the rows that could be read, those whose card was named; 0 to 1.
    pub(crate) named_share: Option<f64>,
    pub(crate) unmatched_by_reason: BTreeMap<String, u64>,
    /// By the code of their first error.
    pub(crate) rejected_by_code: BTreeMap<String, u64>,
}

/// What the offers lack.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Quality {
    /// Of the standing offers, 0 to 1.
    pub(crate) without_condition_share: Option<f64>,
    /// Models with too few offers for a verdict on their own.
    pub(crate) thin_models: u64,
}

/// How well cards are priced by their specs.
#[derive(Debug, Serialize)]
pub(crate) struct FairPriceLine {
    /// 0.2 for 20 per cent; absent where it is off.
    pub(crate) typical_error: Option<f64>,
    pub(crate) models: Option<u64>,
    /// Why it is off.
    pub(crate) off_because: Option<String>,
}

impl Report {
    pub(crate) fn of(
        store: &dyn Store,
        names: &Names,
        scope: &Scope,
    ) -> Result<Report, StoreError> {
        let market = Market::of(store, &names.registry, &scope.standing)?;
        Report::of_market(store, names, scope, &market)
    }

    pub(crate) fn of_market(
        store: &dyn Store,
        names: &Names,
        scope: &Scope,
        market: &Market,
    ) -> Result<Report, StoreError> {
        let is_wanted = |name: &str| scope.model.as_deref().is_none_or(|wanted| wanted == name);
        let models: Vec<ModelFigures> = market
            .models
            .iter()
            .filter(|model| is_wanted(&model.canonical_model))
            .cloned()
            .collect();
        let import = match &scope.standing.import_id {
            Some(import_id) => store.find_import(import_id)?,
            None => None,
        };
        let title = match (&scope.model, &import) {
            (Some(model), _) => models
                .first()
                .map_or(model.clone(), |model| model.name.clone()),
            (None, Some(import)) => import
                .source_name
                .clone()
                .unwrap_or_else(|| import.import_id.clone()),
            (None, None) => "GPU market".to_owned(),
        };
        let (moved_at, movers) = moves(store, names, scope, market.standing.last_seen)?;
        let last_seen = scope.standing.as_of.or(market.standing.last_seen);
        Ok(Report {
            title,
            as_of: last_seen.map(clock::text_of_second),
            market: size_of(market, &models, scope.model.as_deref()),
            moved_at,
            movers,
            deals: deals(store, names, market, scope.model.as_deref())?,
            ladder: ladder(&models),
            quality: quality(market, &models, scope.model.as_deref()),
            coverage: match scope.model {
                Some(_) => None,
                None => Some(coverage(store, scope)?),
            },
            fair_price: match &market.fair_price {
                Ok(fit) => FairPriceLine {
                    typical_error: Some(fit.error),
                    models: Some(fit.models as u64),
                    off_because: None,
                },
                Err(unfit) => FairPriceLine {
                    typical_error: None,
                    models: None,
                    off_because: Some(unfit.to_string()),
                },
            },
            registry_version: names.registry.version().to_owned(),
            models,
        })
    }
}

fn size_of(market: &Market, models: &[ModelFigures], model: Option<&str>) -> Size {
    let place = model.and_then(|model| {
        let names = &market.standing.models;
        names.iter().position(|name| name == model)
    });
    let mut verdicts = BTreeMap::new();
    let (mut offers, mut asked_usd) = (0, 0.0);
    for (standing, call) in market.judged() {
        if model.is_some() && place != Some(standing.offer.model as usize) {
            continue;
        }
        offers += 1;
        if standing.offer.is_comparable() && !standing.offer.is_sold {
            asked_usd += standing.offer.unit_price;
        }
        *verdicts
            .entry(call.map_or("none", Call::as_str))
            .or_default() += 1;
    }
    Size {
        offers,
        models: models.len() as u64,
        sources: model.is_none().then_some(market.standing.sources),
        asked_usd,
        verdicts,
    }
}

fn moves(
    store: &dyn Store,
    names: &Names,
    scope: &Scope,
    last_seen: Option<i64>,
) -> Result<(Option<String>, Vec<Move>), StoreError> {
    let filter = ChangeFilter {
        models: scope.model.iter().cloned().collect(),
        after: scope
            .standing
            .window_seconds
            .zip(scope.standing.as_of.or(last_seen))
            .map(|(window, end)| clock::text_of_second(end - window)),
        until: scope.standing.as_of.map(clock::text_of_second),
        new_import: scope.standing.import_id.clone(),
        ..ChangeFilter::default()
    };
    let Movers { compared, movers } = find_movers(store, &filter, SHOWN)?;
    let moved_at = compared.map(|compared| compared.found_at);
    let moves = movers
        .into_iter()
        .map(|mover| Move {
            listing_id: mover.listing.id,
            name: names.model_name(&mover.listing.canonical_model).to_owned(),
            title: title_of(&mover.listing),
            old_price: mover.old_price,
            new_price: mover.listing.unit_price,
            percent: mover.percent,
            canonical_model: mover.listing.canonical_model,
        })
        .collect();
    Ok((moved_at, moves))
}

fn title_of(listing: &ListingRecord) -> String {
    let title = listing.title.as_ref();
    title.unwrap_or(&listing.canonical_model).clone()
}

fn deals(
    store: &dyn Store,
    names: &Names,
    market: &Market,
    model: Option<&str>,
) -> Result<Vec<Deal>, StoreError> {
    let mut deals = Vec::new();
    for (standing, of_median) in market.best_deals(usize::MAX) {
        let name = market.standing.models.get(standing.offer.model as usize);
        if deals.len() == SHOWN {
            break;
        }
        if model.is_some() && name.map(String::as_str) != model {
            continue;
        }
        let Some(listing) = store.find_listing(standing.id)? else {
            continue;
        };
        let card = names.model_name(&listing.canonical_model);
        deals.push(Deal {
            listing_id: listing.id,
            name: card.to_owned(),
            title: title_of(&listing),
            price: listing.unit_price,
            median: listing.unit_price / of_median,
            text: market
                .judge(&listing, card)
                .map(|judged| judged.text)
                .unwrap_or_default(),
            canonical_model: listing.canonical_model,
            seller: listing.seller,
            condition: listing.condition,
            source_url: listing.source_url,
        });
    }
    Ok(deals)
}

fn ladder(models: &[ModelFigures]) -> Vec<Rung> {
    let mut rungs: Vec<Rung> = models
        .iter()
        .filter_map(|model| {
            Some(Rung {
                canonical_model: model.canonical_model.clone(),
                name: model.name.clone(),
                usd_per_gb: model.median_per_gb?,
                offers: model.offers,
            })
        })
        .collect();
    rungs.sort_by(|one, other| one.usd_per_gb.total_cmp(&other.usd_per_gb));
    rungs.truncate(RUNGS);
    rungs
}

fn coverage(store: &dyn Store, scope: &Scope) -> Result<Coverage, StoreError> {
    let standing = &scope.standing;
    let as_of = standing.as_of.map(clock::text_of_second);
    let mut told = Coverage::default();
    for record in store.list_imports()? {
        let wanted = standing.import_id.as_ref();
        let seen_at = record.seen_at.as_ref().unwrap_or(&record.imported_at);
        if record.state == ImportState::Undone
            || wanted.is_some_and(|wanted| *wanted != record.import_id)
            || as_of.as_ref().is_some_and(|as_of| seen_at > as_of)
        {
            continue;
        }
        told.add(&record);
        if as_of.is_some() || wanted.is_some() {
            store.list_unmatched_texts(Some(&record.import_id), &mut |text| {
                told.add_unmatched(text)
            })?;
        }
    }
    if as_of.is_none() && standing.import_id.is_none() {
        store.list_unmatched_texts(None, &mut |text| told.add_unmatched(text))?;
    }
    let readable = told.scored + told.unmatched;
    told.named_share = (readable > 0).then(|| told.scored as f64 / readable as f64);
    Ok(told)
}

impl Coverage {
    fn add(&mut self, record: &ImportRecord) {
        self.imports += 1;
        self.rows += record.total_rows.or(record.record_count).unwrap_or(0);
        self.scored += record.scored_rows.or(record.record_count).unwrap_or(0);
        self.unmatched += record.unmatched_rows.unwrap_or(0);
        self.rejected += record.rejected_rows.unwrap_or(0);
        let stored = record.errors_by_code.as_deref();
        let codes: BTreeMap<String, u64> = stored
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        for (code, rows) in codes {
            *self.rejected_by_code.entry(code).or_default() += rows;
        }
    }

    fn add_unmatched(&mut self, text: UnmatchedText) -> ControlFlow<()> {
        *self.unmatched_by_reason.entry(text.reason).or_default() += text.rows;
        ControlFlow::Continue(())
    }
}

fn quality(market: &Market, models: &[ModelFigures], model: Option<&str>) -> Quality {
    let names = &market.standing.models;
    let place = model.and_then(|model| names.iter().position(|name| name == model));
    let is_wanted =
        |standing: &&StandingOffer| model.is_none() || place == Some(standing.offer.model as usize);
    let offers = market.standing.offers.iter().filter(is_wanted);
    let (all, untold) = offers.fold((0_u64, 0_u64), |(all, untold), standing| {
        (
            all + 1,
            untold + u64::from(standing.offer.condition.is_none()),
        )
    });
    let is_thin = |model: &&ModelFigures| model.asked.as_ref().is_none_or(|asked| asked.is_few);
    Quality {
        without_condition_share: (all > 0).then(|| untold as f64 / all as f64),
        thin_models: models.iter().filter(is_thin).count() as u64,
    }
}
