//! One model: its percentiles over time, its prices by condition, its offers, its specs with their sources.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use glyph_core::listing::Condition;
use glyph_core::market::comparison::FEWEST;
use glyph_core::registry::{Model, ModelId, Registry};
use glyph_store::history::ModelSight;
use glyph_store::listing::ListingRecord;
use glyph_store::store::Store;
use maud::{Markup, html};

use super::frame::{Place, Shown, page, waiting};
use super::offer::offers_table;
use crate::html::chart::{Step, course, histogram, key};
use crate::html::parts::{
    condition, count, day_of_second, encoded, figures, head, interval, money, none, number,
    section, table,
};
use crate::http::context::Context;
use crate::http::picture::{Picture, picture};
use crate::http::problem::{Code, Problem};
use crate::market::{self, Day, ModelFigures, WINDOW_DAYS};

/// Imports that the chart goes over.
const MOST_SIGHTS: usize = 200;

/// Offers that the page shows.
const OFFERS: usize = 12;

pub(crate) async fn show(
    State(context): State<Context>,
    uri: Uri,
    Path(wanted): Path<String>,
) -> Result<Response, Shown> {
    let Some(picture) = picture(&context).await? else {
        return Ok(waiting(
            Place::Models,
            &uri,
            context.names.registry.version(),
        ));
    };
    let names = Arc::clone(&context.names);
    let canonical = names.canonical(&wanted).to_owned();
    let known = names
        .registry
        .find(&canonical)
        .map(|id| names.registry.model(id));
    let asked = canonical.clone();
    let best = picture.market.best_of(&canonical, OFFERS);
    let (sights, offers) = context
        .database
        .read(move |store| {
            let mut offers = Vec::new();
            for id in best {
                offers.extend(store.find_listing(id)?);
            }
            Ok((store.model_history(&asked, MOST_SIGHTS)?, offers))
        })
        .await?;
    let figures = picture.market.model(&canonical);
    if known.is_none() && figures.is_none() && sights.is_empty() {
        let problem = Problem::new(
            Code::ModelUnknown,
            format!("there is no model `{canonical}`"),
        );
        return Err(problem.into());
    }
    let name = known.map_or(canonical.as_str(), |model| &model.model);
    let main = html! {
        (head(
            name,
            &html! { (known.map_or(String::new(), line_of)) " " span class="mono" { (canonical) } },
            &html! { a class="button" href={ "/listings?model=" (encoded(&canonical)) } { "Offers" } },
            Some(("/models", "Models")),
        ))
        (headline(figures))
        (over_time(name, &sights))
        div class="cols" { (groups(figures)) (spread(&picture, &canonical)) }
        (current(&canonical, &offers, &picture, &context))
        @if let Some(id) = names.registry.find(&canonical) { (specs(id, &names.registry)) }
    };
    Ok(page(name, Place::Models, names.registry.version(), &main))
}

fn line_of(model: &Model) -> String {
    let vendor = serde_json::to_value(model.vendor).ok();
    let vendor = vendor
        .as_ref()
        .and_then(|it| it.as_str())
        .unwrap_or_default()
        .to_uppercase();
    let mut parts = vec![vendor, model.family.clone()];
    parts.extend(model.architecture.clone());
    parts.extend(model.year.map(|year| year.to_string()));
    format!("{}.", parts.join(", "))
}

fn headline(model: Option<&ModelFigures>) -> Markup {
    let Some(model) = model else {
        return html! { p class="muted" { "Nothing is offered of it now." } };
    };
    let asked = model.asked.as_ref();
    figures(&[
        (
            "Median",
            html! { (asked.map_or(crate::html::parts::NOTHING.to_owned(), |asked| money(asked.prices.median))) },
            html! {
                @if let Some(asked) = asked.filter(|asked| asked.prices.median_interval.is_some()) {
                    "95 % interval " (interval(asked.prices.median_interval))
                }
            },
        ),
        (
            "Offers",
            html! { (count(model.offers)) },
            html! { "in the last " (WINDOW_DAYS) " days" },
        ),
        (
            "Lowest",
            html! { (asked.map_or(crate::html::parts::NOTHING.to_owned(), |asked| money(asked.prices.lowest))) },
            none(),
        ),
        (
            "Per GB",
            html! { (model.median_per_gb.map_or(crate::html::parts::NOTHING.to_owned(), money)) },
            html! { @if let Some(memory) = model.memory_gb { (number(memory, 1)) " GB" } },
        ),
        (
            "On the market",
            html! { (asked.map_or(crate::html::parts::NOTHING.to_owned(), |asked| format!("{} d", number(asked.median_days, 1)))) },
            html! { "median, from the first sight to the last" },
        ),
    ])
}

fn over_time(name: &str, sights: &[ModelSight]) -> Markup {
    let steps: Vec<Step> = market::course(sights)
        .into_iter()
        .map(
            |Day {
                 at,
                 sources,
                 prices,
             }| Step {
                at,
                label: match sources {
                    1 => day_of_second(at),
                    _ => format!("{}, {sources} sources", day_of_second(at)),
                },
                count: prices.count as usize,
                percentiles: [
                    prices.p10,
                    prices.p25,
                    prices.median,
                    prices.p75,
                    prices.p90,
                ],
            },
        )
        .collect();
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        return none();
    };
    let label = format!(
        "Prices of {name} on {} days: the median went from {} to {}",
        steps.len(),
        money(first.percentiles[2]),
        money(last.percentiles[2])
    );
    let rows = html! {
        @for step in steps.iter().rev() {
            tr {
                td { (step.label) }
                td class="num" { (count(step.count as u64)) }
                @for price in step.percentiles { td class="num" { (money(price)) } }
            }
        }
    };
    section(
        "course",
        "Prices over time",
        &html! { "On each day that an import saw it, all sources as they were seen last" },
        &html! {
            (course(&label, 240, &steps, &[]))
            (key(&[("line", "median"), ("band-inner", "p25–p75"), ("band", "p10–p90")]))
            details {
                summary { "The figures" }
                (table(
                    "Prices by day",
                    "",
                    &[
                        ("Day", ""), ("n", "num"), ("p10", "num"), ("p25", "num"), ("Median", "num"), ("p75", "num"),
                        ("p90", "num"),
                    ],
                    &rows,
                ))
            }
        },
    )
}

fn groups(model: Option<&ModelFigures>) -> Markup {
    let Some(model) = model else { return none() };
    let rows = html! {
        @for group in &model.groups {
            @let prices = &group.figures.prices;
            tr {
                th scope="row" {
                    (group.condition.map_or("not said".to_owned(), |it| condition(Some(Condition::as_str(it)))))
                }
                td { (if group.is_sold { "sold" } else { "asked" }) }
                td class="num" { (count(prices.count)) }
                td class="num" { (money(prices.lowest)) }
                td class="num" { (money(prices.p25)) }
                td class="num" { (money(prices.median)) }
                td class="num muted nowrap" {
                    @if group.figures.is_few { "too few: verdicts take " (FEWEST) " others" }
                    @else { (interval(prices.median_interval)) }
                }
                td class="num" { (money(prices.p75)) }
                td class="num" { (number(group.figures.median_days, 1)) }
            }
        }
    };
    section(
        "groups",
        "By condition",
        &html! { "SXM and PCIe boards are models of their own" },
        &table(
            "Prices by condition",
            "",
            &[
                ("Condition", ""),
                ("Price", ""),
                ("n", "num"),
                ("Lowest", "num"),
                ("p25", "num"),
                ("Median", "num"),
                ("95 % interval", "num"),
                ("p75", "num"),
                ("Days", "num"),
            ],
            &rows,
        ),
    )
}

fn spread(picture: &Picture, canonical: &str) -> Markup {
    let standing = &picture.market.standing;
    let Some(place) = standing.models.iter().position(|name| name == canonical) else {
        return none();
    };
    let prices: Vec<f64> = standing
        .offers
        .iter()
        .map(|it| &it.offer)
        .filter(|offer| offer.model as usize == place && offer.is_comparable() && !offer.is_sold)
        .map(|offer| offer.unit_price)
        .collect();
    if prices.len() < 2 {
        return none();
    }
    let label = format!(
        "{} asked prices by how many offers there are at each",
        prices.len()
    );
    section(
        "spread",
        "Offers now",
        &html! { "By unit price" },
        &histogram(&label, &prices),
    )
}

fn current(
    canonical: &str,
    offers: &[ListingRecord],
    picture: &Picture,
    context: &Context,
) -> Markup {
    if offers.is_empty() {
        return none();
    }
    section(
        "current",
        "Current offers",
        &html! { "Best score first. " a href={ "/listings?model=" (encoded(canonical)) } { "All offers" } },
        &offers_table("Current offers", offers, picture, &context.names, &[]),
    )
}

/// Fields of the registry, how a person reads them, and their unit.
const SPECS: [(&str, &str, &str); 16] = [
    ("memory_gb", "Memory", "GB"),
    ("memory_type", "Memory type", ""),
    ("memory_bus_bits", "Memory bus", "bit"),
    ("memory_bandwidth_gb_s", "Bandwidth", "GB/s"),
    ("shaders", "Shaders", ""),
    ("fp32_tflops", "FP32", "TFLOPS"),
    ("fp16_tensor_tflops_dense", "FP16, dense", "TFLOPS"),
    ("int8_tops_dense", "INT8, dense", "TOPS"),
    ("tdp_w", "Power", "W"),
    ("slots", "Slots", ""),
    ("form", "Form", ""),
    ("pcie_generation", "PCIe generation", ""),
    ("nvlink", "NVLink", ""),
    ("mig_instances", "MIG instances", ""),
    ("architecture", "Architecture", ""),
    ("year", "Year", ""),
];

fn specs(id: ModelId, registry: &Registry) -> Markup {
    let model = registry.model(id);
    let rows = html! {
        @for (field, name, unit) in SPECS {
            @if let Some(value) = model.value(field) {
                tr {
                    th scope="row" class="nowrap" { (name) }
                    td class="nowrap" { (value) " " (unit) }
                    td class="muted" {
                        @if let Some(source) = registry.source_of(id, field) {
                            @if source.address.starts_with("http") {
                                a href=(source.address) rel="noreferrer" { (source.title) }
                            } @else { (source.title) }
                        }
                    }
                }
            }
        }
    };
    section(
        "specs",
        "Specs",
        &html! { "Each with its source" },
        &table(
            "Specs",
            "",
            &[("Spec", ""), ("Value", ""), ("Source", "")],
            &rows,
        ),
    )
}
