//! `glyphd market`: what each model costs as the market stands, and what is said of its offers.

use std::path::Path;

use clap::{Args, ValueEnum};
use comfy_table::Table;
use glyph_core::listing::Condition;
use glyph_core::market::verdict::Call;
use glyph_core::registry::Registry;
use glyph_store::listing::ListingRecord;
use glyph_store::standing::StandingFilter;
use glyph_store::store::Store;
use serde::Serialize;

use super::failure::{Hinted, Status};
use super::imports::Output;
use super::store::open_for_reading;
use crate::market::{DAY_SECONDS, Judged, Market, ModelFigures, WINDOW_DAYS};
use crate::names::{canonical, load_registry};
use crate::{clock, output};

/// Tell what each model costs as the market stands, and which of its offers are deals.
///
/// Of each source what it showed last counts; an offer that several sources show counts once. Prices are in US dollars
/// for one card.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  glyphd market\n  glyphd market L4\n  glyphd market --verdict deal"
)]
pub struct Arguments {
    /// One model by condition: a canonical name, or the vendor's. `--verdict any` lists its offers.
    model: Option<String>,
    #[command(flatten)]
    view: View,
    /// The offers that are called so, of all models or of one.
    #[arg(long, value_enum)]
    verdict: Option<Verdict>,
    /// The most offers to show.
    #[arg(long, default_value_t = 20, value_name = "N")]
    limit: usize,
    #[command(flatten)]
    output: Output,
}

/// Which market.
#[derive(Debug, Args)]
pub(super) struct View {
    /// The market as it was known at a time: RFC 3339, or a date, which means the end of that day.
    #[arg(long, value_name = "TIME", value_parser = clock::last_second_of)]
    as_of: Option<i64>,
    /// Only offers that were seen in so many days before the last sight of any; 0 for all.
    #[arg(long, value_name = "DAYS", default_value_t = WINDOW_DAYS, value_parser = clap::value_parser!(i64).range(0..=36_500))]
    window: i64,
}

impl View {
    pub(super) fn filter(&self) -> StandingFilter {
        StandingFilter {
            now: clock::now().as_second(),
            as_of: self.as_of,
            window_seconds: (self.window > 0).then_some(self.window * DAY_SECONDS),
            import_id: None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Verdict {
    /// Cheaper than nine of ten comparable offers would be, and in good order.
    Deal,
    Fair,
    /// Dearer than nine of ten comparable offers would be.
    High,
    /// Not what it seems, or too good to be true.
    Suspicious,
    /// Nothing can be said.
    None,
    /// Whatever is said.
    Any,
}

impl Verdict {
    fn is(self, call: Option<Call>) -> bool {
        match self {
            Verdict::Deal => call == Some(Call::Deal),
            Verdict::Fair => call == Some(Call::Fair),
            Verdict::High => call == Some(Call::High),
            Verdict::Suspicious => call == Some(Call::Suspicious),
            Verdict::None => call.is_none(),
            Verdict::Any => true,
        }
    }
}

/// An offer with what is said of it.
#[derive(Debug, Serialize)]
struct JudgedOffer {
    #[serde(flatten)]
    listing: ListingRecord,
    /// `null` where nothing can be said.
    verdict: Option<Judged>,
}

pub(super) fn run(
    path: &Path,
    registry: Option<&Path>,
    arguments: &Arguments,
) -> anyhow::Result<Status> {
    let (registry, _) = load_registry(registry)?;
    let store = open_for_reading(path)?;
    let market = Market::of(&store, &registry, &arguments.view.filter())?;
    let model = match &arguments.model {
        Some(name) => Some(find_model(&market, &registry, name)?),
        None => None,
    };
    if let Some(verdict) = arguments.verdict {
        let offers = judged_offers(&store, &market, &registry, model, verdict, arguments.limit)?;
        output::rows(&offers, arguments.output.format(), offers_table)?;
        return Ok(Status::Done);
    }
    match model {
        None => output::rows(&market.models, arguments.output.format(), models_table)?,
        Some(model) => output::rows(
            std::slice::from_ref(model),
            arguments.output.format(),
            |_| groups_table(model),
        )?,
    }
    Ok(Status::Done)
}

fn find_model<'a>(
    market: &'a Market,
    registry: &Registry,
    name: &str,
) -> anyhow::Result<&'a ModelFigures> {
    let found = market.model(canonical(registry, name));
    found.ok_or_else(|| {
        Hinted::new(
            format!("nothing is offered of `{name}`"),
            "`glyphd market` lists the models that are; --window 0 counts old offers too",
        )
        .into()
    })
}

fn judged_offers(
    store: &dyn Store,
    market: &Market,
    registry: &Registry,
    model: Option<&ModelFigures>,
    verdict: Verdict,
    limit: usize,
) -> anyhow::Result<Vec<JudgedOffer>> {
    let name_of = |place: u32| market.standing.models.get(place as usize);
    let mut wanted: Vec<(i64, bool, f64)> = market
        .judged()
        .filter(|(standing, call)| {
            let is_of = |model: &ModelFigures| {
                name_of(standing.offer.model) == Some(&model.canonical_model)
            };
            verdict.is(*call) && model.is_none_or(is_of)
        })
        .map(|(standing, _)| {
            let of_median = market.of_median(&standing.offer);
            let is_for_parts = standing.offer.is_for_parts();
            (
                standing.id,
                is_for_parts,
                of_median.unwrap_or(f64::INFINITY),
            )
        })
        .collect();
    // The furthest under its comparisons first; what says itself that it is broken last.
    wanted.sort_by(|one, other| {
        let by = one.1.cmp(&other.1).then(one.2.total_cmp(&other.2));
        by.then(one.0.cmp(&other.0))
    });
    let mut offers = Vec::new();
    for (id, ..) in wanted.into_iter().take(limit) {
        let Some(listing) = store.find_listing(id)? else {
            continue;
        };
        let name = registry
            .find(&listing.canonical_model)
            .map_or(listing.canonical_model.as_str(), |id| {
                &registry.model(id).model
            });
        offers.push(JudgedOffer {
            verdict: market.judge(&listing, name),
            listing,
        });
    }
    Ok(offers)
}

fn models_table(models: &[ModelFigures]) -> Table {
    let mut table = output::table(
        &[
            "model",
            "offers",
            "25 %",
            "median",
            "95 % sure",
            "75 %",
            "$/GB",
            "days",
            "deals",
        ],
        &[1, 2, 3, 4, 5, 6, 7, 8],
    );
    for model in models {
        let mut row = vec![model.canonical_model.clone(), output::count(model.offers)];
        match &model.asked {
            Some(asked) => {
                let prices = &asked.prices;
                row.extend([
                    whole(prices.p25),
                    whole(prices.median),
                    interval(prices.median_interval),
                    whole(prices.p75),
                    model
                        .median_per_gb
                        .map_or(NOTHING.to_owned(), |price| format!("{price:.1}")),
                    format!("{:.0}", asked.median_days),
                ]);
            }
            None => row.extend(vec![NOTHING.to_owned(); 6]),
        }
        row.push(output::count(model.deals));
        table.add_row(row);
    }
    table
}

fn groups_table(model: &ModelFigures) -> Table {
    let mut table = output::table(
        &[
            "condition",
            "offers",
            "lowest",
            "10 %",
            "25 %",
            "median",
            "75 %",
            "90 %",
            "95 % sure",
            "days",
            "",
        ],
        &[1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    for group in &model.groups {
        let (figures, prices) = (&group.figures, &group.figures.prices);
        let condition = group.condition.map_or("not said", Condition::as_str);
        table.add_row(vec![
            if group.is_sold {
                format!("{condition}, sold")
            } else {
                condition.to_owned()
            },
            output::count(prices.count),
            whole(prices.lowest),
            whole(prices.p10),
            whole(prices.p25),
            whole(prices.median),
            whole(prices.p75),
            whole(prices.p90),
            interval(prices.median_interval),
            format!("{:.0}", figures.median_days),
            if figures.is_few { "few" } else { "" }.to_owned(),
        ]);
    }
    table
}

fn offers_table(offers: &[JudgedOffer]) -> Table {
    let rows = offers
        .iter()
        .map(|JudgedOffer { listing, verdict }| {
            let call = verdict
                .as_ref()
                .map_or("none", |judged| judged.verdict.call.as_str());
            vec![
                listing.id.to_string(),
                output::dollars(listing.unit_price),
                call.to_owned(),
                verdict.as_ref().map_or_else(
                    || "nothing to compare it with".to_owned(),
                    |judged| judged.short.clone().unwrap_or_else(|| judged.text.clone()),
                ),
                listing.title.clone().unwrap_or_default(),
            ]
        })
        .collect();
    output::fitted_table(
        &["listing", "$ a card", "verdict", "because", "title"],
        &[0, 1],
        rows,
    )
}

const NOTHING: &str = "–";

fn whole(price: f64) -> String {
    output::count(price.round() as u64)
}

fn interval(interval: Option<(f64, f64)>) -> String {
    interval.map_or(NOTHING.to_owned(), |(low, high)| {
        format!("{}–{}", whole(low), whole(high))
    })
}
