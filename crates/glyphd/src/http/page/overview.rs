//! What the market did since the last import, the best offers, and the imports and their health.

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use glyph_core::market::verdict::Call;
use maud::{Markup, html};

use super::frame::{Place, Shown, page, waiting};
use super::imports::{import_row, name_of};
use super::offer::title_link;
use crate::html::chart::{key, spark};
use crate::html::parts::{
    change, chip, count, day, encoded, figures, fixed, head, interval, model_address, money, none,
    section, table,
};
use crate::http::context::Context;
use crate::http::picture::{Picture, picture};
use crate::market::WINDOW_DAYS;
use crate::names::Names;

/// The page; for a program that asks at `/` where things are, this as JSON.
pub(crate) async fn show(
    State(context): State<Context>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Shown> {
    if !super::is_asked_for(&headers) {
        return Ok(places().into_response());
    }
    let Some(picture) = picture(&context).await? else {
        return Ok(waiting(
            Place::Overview,
            &uri,
            context.names.registry.version(),
        ));
    };
    let main = if picture.imports.is_empty() {
        nothing_yet()
    } else {
        overview(&picture, &context.names)
    };
    Ok(page(
        "Overview",
        Place::Overview,
        context.names.registry.version(),
        &main,
    ))
}

/// Where things are.
fn places() -> axum::Json<serde_json::Value> {
    axum::Json(serde_json::json!({
        "program": "glyphd",
        "version": env!("CARGO_PKG_VERSION"),
        "interface": "/api/v1",
        "description": "/openapi.json",
        "documentation": "/docs",
        "health": ["/healthz", "/readyz"],
        "metrics": "/metrics",
    }))
}

fn nothing_yet() -> Markup {
    html! {
        (head("Overview", &none(), &none(), None))
        div class="empty" {
            h2 { "Nothing is imported yet" }
            p {
                "Give glyphd a file of listings: CSV, TSV, JSON Lines, JSON, a Shopify " code { "products.json" }
                " or Parquet, plain or packed with gzip or zstd. Every row comes back as scored, unmatched or rejected, "
                "with the reason."
            }
            div class="actions" { a class="button primary" href="/import" { "Import a file" } }
            p { "Or on the command line, with the same database:" }
            pre { code { "glyphd import FILE" } }
        }
    }
}

fn overview(picture: &Picture, names: &Names) -> Markup {
    let market = &picture.market;
    let deals = market.count_calls().get(&Call::Deal).copied().unwrap_or(0);
    let last = picture.imports.first();
    let last_seen = last.map_or(none(), |import| {
        html! { (day(&import.imported_at)) }
    });
    let last_name = last.map_or(none(), |import| {
        html! { (import.imported_at.get(11..16).unwrap_or_default()) " UTC, " (name_of(import)) }
    });
    html! {
        (head(
            "Overview",
            &html! { "What is offered now, and what the last imports changed." },
            &html! { a class="button primary" href="/import" { "Import a file" } },
            None,
        ))
        (figures(&[
            (
                "Standing offers",
                html! { (count(market.standing.offers.len() as u64)) },
                html! { "seen in the last " (WINDOW_DAYS) " days" },
            ),
            (
                "Models offered",
                html! { (count(market.models.len() as u64)) },
                html! { "of " (count(names.registry.models().len() as u64)) " in the registry" },
            ),
            ("Sources", html! { (count(market.standing.sources)) }, none()),
            (
                "Deals",
                html! { (count(deals)) },
                html! { a href="/listings?verdict=deal" { "show them" } },
            ),
            ("Last import", last_seen, last_name),
        ]))
        div class="cols" { (movers(picture, names)) (deals_of(picture, names)) }
        (top_models(picture))
        (section(
            "imports",
            "Imports",
            &html! { a href="/imports" { "All imports" } },
            &html! {
                (table("Imports", "", &super::imports::COLUMNS, &html! {
                    @for import in &picture.imports { (import_row(import)) }
                }))
                (key(&[("scored", "scored"), ("unmatched", "unmatched"), ("rejected", "rejected")]))
            },
        ))
    }
}

fn movers(picture: &Picture, names: &Names) -> Markup {
    let remark = match &picture.compared {
        Some(compared) if !picture.movers.is_empty() => html! {
            "As told on " (day(&compared.found_at)) ". "
            a href={ "/difference?a=" (encoded(&compared.old_import)) "&b=" (encoded(&compared.new_import)) } { "All changes" }
        },
        _ => none(),
    };
    let body = if picture.movers.is_empty() {
        html! {
            p class="muted" {
                "No price moved of late. Moves are told once a source, a file of the same name, is imported a second time."
            }
        }
    } else {
        table(
            "Largest price moves since the last import",
            "",
            &[
                ("Offer", "title"),
                ("Model", "optional"),
                ("Was", "num"),
                ("Now", "num"),
                ("Change", "num"),
            ],
            &html! {
                @for mover in &picture.movers {
                    tr {
                        td class="title" { (title_link(&mover.listing)) }
                        td class="optional" { (names.model_name(&mover.listing.canonical_model)) }
                        td class="num muted" { (money(mover.old_price)) }
                        td class="num" { (money(mover.listing.unit_price)) }
                        td class="num" { (change(mover.percent)) }
                    }
                }
            },
        )
    };
    section("movers", "Largest price moves", &remark, &body)
}

fn deals_of(picture: &Picture, names: &Names) -> Markup {
    let body = if picture.deals.is_empty() {
        html! { p class="muted" { "No offer is far enough under its comparisons to be called a deal." } }
    } else {
        table(
            "Best offers",
            "",
            &[
                ("Offer", "title"),
                ("Model", "optional"),
                ("Price", "num"),
                ("Median", "num"),
                ("Below", "num"),
            ],
            &html! {
                @for (listing, median) in &picture.deals {
                    tr {
                        td class="title" { (title_link(listing)) }
                        td class="optional" { (names.model_name(&listing.canonical_model)) }
                        td class="num" { (money(listing.unit_price)) }
                        td class="num muted" { (money(*median)) }
                        td class="num" {
                            (chip("deal", &format!("{:.0} %", (1.0 - listing.unit_price / median) * 100.0)))
                        }
                    }
                }
            },
        )
    };
    section(
        "best",
        "Best offers",
        &html! { a href="/listings?verdict=deal" { "All deals" } },
        &body,
    )
}

fn top_models(picture: &Picture) -> Markup {
    let market = &picture.market;
    let rows = html! {
        @for (name, course) in &picture.courses {
            @if let Some(model) = market.model(name) {
                tr {
                    th scope="row" { a href=(model_address(name)) { (model.name) } }
                    td class="num" { (count(model.offers)) }
                    @if let Some(asked) = &model.asked {
                        td class="num" { (money(asked.prices.p25)) }
                        td class="num" { (money(asked.prices.median)) }
                        td class="num muted nowrap" { (interval(asked.prices.median_interval)) }
                        td class="num" { (money(asked.prices.p75)) }
                    } @else {
                        td class="num muted" colspan="4" { "no price to compare" }
                    }
                    td class="num" { (model.median_per_gb.map_or(String::new(), |price| fixed(price, 2))) }
                    td class="mid" {
                        @if course.len() > 1 {
                            (spark(&course_label(&model.name, course), course))
                        }
                    }
                }
            }
        }
    };
    section(
        "market",
        "Market",
        &html! {
            "The models with most offers. " a href="/models" { "All " (market.models.len()) " models" }
        },
        &table(
            "The models with most offers",
            "rows",
            &[
                ("Model", ""),
                ("Offers", "num"),
                ("p25", "num"),
                ("Median", "num"),
                ("95 % interval", "num"),
                ("p75", "num"),
                ("$/GB", "num"),
                ("Median by day", "num"),
            ],
            &rows,
        ),
    )
}

fn course_label(name: &str, course: &[(i64, f64)]) -> String {
    let ends = course.first().zip(course.last());
    ends.map_or(String::new(), |((_, first), (_, last))| {
        format!(
            "Median of {name} on {} days, from {} to {}",
            course.len(),
            money(*first),
            money(*last)
        )
    })
}
