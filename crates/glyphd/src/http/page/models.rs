//! What the models cost beside each other: price against capability, dollars a gigabyte, all of them.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use maud::{Markup, html};

use super::frame::{Place, Shown, page, waiting};
use super::given::Given;
use crate::html::chart::{Spot, bar, frontier, key, scatter};
use crate::html::parts::{
    count, fixed, head, model_address, money, none, number, section, table, table_with_head,
};
use crate::http::context::Context;
use crate::http::picture::picture;
use crate::market::{ModelFigures, WINDOW_DAYS};

/// Models of the ladder.
const RUNGS: usize = 16;

/// Columns: their name in the address, their heading.
const COLUMNS: [(&str, &str); 10] = [
    ("model", "Model"),
    ("offers", "Offers"),
    ("lowest", "Lowest"),
    ("p25", "p25"),
    ("median", "Median"),
    ("p75", "p75"),
    ("per_gb", "$/GB"),
    ("memory", "Memory"),
    ("bandwidth", "GB/s"),
    ("power", "Power"),
];

pub(crate) async fn show(
    State(context): State<Context>,
    uri: Uri,
    given: Given,
) -> Result<Response, Shown> {
    let Some(picture) = picture(&context).await? else {
        return Ok(waiting(
            Place::Models,
            &uri,
            context.names.registry.version(),
        ));
    };
    let models = &picture.market.models;
    let main = html! {
        (head(
            "Models",
            &html! {
                (count(models.len() as u64)) " models are offered now. Prices are per card in US dollars, from the last "
                (WINDOW_DAYS) " days."
            },
            &none(),
            None,
        ))
        @if models.is_empty() {
            div class="empty" {
                h2 { "No model is offered yet" }
                div class="actions" { a class="button primary" href="/import" { "Import a file" } }
            }
        } @else {
            div class="cols" { (plane(models, &given)) (ladder(models)) }
            (all(models, &given))
        }
    };
    Ok(page(
        "Models",
        Place::Models,
        context.names.registry.version(),
        &main,
    ))
}

fn plane(models: &[ModelFigures], given: &Given) -> Markup {
    let by_memory = given.get("by") == Some("memory");
    let spots: Vec<Spot> = models
        .iter()
        .filter_map(|model| {
            let asked = model.asked.as_ref()?;
            Some(Spot {
                name: model.name.clone(),
                address: model_address(&model.canonical_model),
                capability: if by_memory {
                    model.memory_gb?
                } else {
                    model.memory_bandwidth_gb_s?
                },
                price: asked.prices.median,
                offers: asked.prices.count,
            })
        })
        .collect();
    let (axis, unit) = if by_memory {
        ("memory", "GB")
    } else {
        ("memory bandwidth", "GB/s")
    };
    let label = format!(
        "Median price against {axis} of {} models, both logarithmic; the line joins the models that no other beats in both",
        spots.len()
    );
    let best = frontier(&spots);
    let rows = html! {
        @for spot in best {
            tr {
                th scope="row" { a href=(spot.address) { (spot.name) } }
                td class="num" { (number(spot.capability, 1)) }
                td class="num" { (money(spot.price)) }
                td class="num" { (money(spot.price / spot.capability)) }
            }
        }
    };
    let switch = html! {
        @if by_memory { a href=(given.with("/models", "by", None)) { "Against bandwidth" } }
        @else { a href=(given.with("/models", "by", Some("memory"))) { "Against memory" } }
    };
    section(
        "frontier",
        &format!("Price against {axis}"),
        &switch,
        &html! {
            (scatter(&label, axis, unit, &spots))
            (key(&[("point on", "no other is as capable and cheaper"), ("point", "others"), ("frontier", "frontier")]))
            details {
                summary { "The models of the frontier" }
                (table(
                    "Models of the frontier",
                    "",
                    &[("Model", ""), (unit, "num"), ("Median", "num"), (&format!("$ per {unit}"), "num")],
                    &rows,
                ))
            }
        },
    )
}

fn ladder(models: &[ModelFigures]) -> Markup {
    let mut rungs: Vec<(&ModelFigures, f64)> = models
        .iter()
        .filter_map(|model| Some((model, model.median_per_gb?)))
        .collect();
    rungs.sort_by(|one, other| one.1.total_cmp(&other.1));
    rungs.truncate(RUNGS);
    let most = rungs.last().map_or(1.0, |(_, price)| *price);
    let rows = html! {
        @for (model, price) in &rungs {
            tr {
                th scope="row" class="nowrap" { a href=(model_address(&model.canonical_model)) { (model.name) } }
                td class="num" { (fixed(*price, 2)) }
                td class="mid" { (bar(&format!("{} $/GB", number(*price, 2)), most, &[("fill", *price)])) }
                td class="num muted" { (count(model.offers)) }
            }
        }
    };
    section(
        "ladder",
        "Dollars per GB of memory",
        &html! { "The " (rungs.len()) " lowest medians" },
        &table(
            "Dollars per GB of memory",
            "",
            &[
                ("Model", ""),
                ("$/GB", "num"),
                ("Bar", ""),
                ("Offers", "num"),
            ],
            &rows,
        ),
    )
}

/// The number that a column is sorted by; what is not known comes last.
fn key_of(model: &ModelFigures, column: &str) -> f64 {
    let asked = model.asked.as_ref().map(|asked| &asked.prices);
    let value = match column {
        "lowest" => asked.map(|prices| prices.lowest),
        "p25" => asked.map(|prices| prices.p25),
        "median" => asked.map(|prices| prices.median),
        "p75" => asked.map(|prices| prices.p75),
        "per_gb" => model.median_per_gb,
        // The most first.
        "memory" => model.memory_gb.map(|it| -it),
        "bandwidth" => model.memory_bandwidth_gb_s.map(|it| -it),
        "power" => model.tdp_w.map(f64::from),
        _ => Some(-(model.offers as f64)),
    };
    value.unwrap_or(f64::INFINITY)
}

fn all(models: &[ModelFigures], given: &Given) -> Markup {
    let by = given.get("sort").unwrap_or("offers");
    let mut sorted: Vec<&ModelFigures> = models.iter().collect();
    if by == "model" {
        sorted.sort_by(|one, other| one.name.cmp(&other.name));
    } else {
        sorted.sort_by(|one, other| {
            let keys = key_of(one, by).total_cmp(&key_of(other, by));
            keys.then_with(|| one.name.cmp(&other.name))
        });
    }
    let falls = matches!(by, "offers" | "memory" | "bandwidth");
    let heads = html! {
        @for (name, label) in COLUMNS {
            @let how = (by == name).then_some(if falls { "descending" } else { "ascending" });
            th scope="col" class=[(name != "model").then_some("num")] aria-sort=[how] {
                a href=(given.with("/models", "sort", Some(name))) { (label) }
            }
        }
    };
    let rows = html! {
        @for model in sorted {
            tr {
                th scope="row" { a href=(model_address(&model.canonical_model)) { (model.name) } }
                td class="num" { (count(model.offers)) }
                @if let Some(asked) = &model.asked {
                    td class="num" { (money(asked.prices.lowest)) }
                    td class="num" { (money(asked.prices.p25)) }
                    td class=(if asked.is_few { "num muted" } else { "num" }) { (money(asked.prices.median)) }
                    td class="num" { (money(asked.prices.p75)) }
                } @else {
                    td class="num muted" colspan="4" { "no price to compare" }
                }
                td class="num" { (model.median_per_gb.map_or(String::new(), |it| fixed(it, 2))) }
                td class="num nowrap" { (model.memory_gb.map_or(String::new(), |it| format!("{} GB", number(it, 1)))) }
                td class="num" { (model.memory_bandwidth_gb_s.map_or(String::new(), |it| number(it, 1))) }
                td class="num nowrap" { (model.tdp_w.map_or(String::new(), |it| format!("{it} W"))) }
            }
        }
    };
    section(
        "all",
        "All models",
        &html! { "A column head sorts. Medians of five offers and fewer are pale" },
        &table_with_head("All models", "rows", &heads, &rows),
    )
}
