//! What changed from one import to another.

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use glyph_store::import::{ImportDiff, ImportRecord};
use glyph_store::listing::ListingRecord;
use glyph_store::store::Store;
use maud::{Markup, html};

use super::frame::{Place, Shown, page, piece, waiting};
use super::given::Given;
use super::imports::name_of;
use super::offer::{title_link, verdict_chip};
use crate::html::parts::{
    change, count, figures, head, import_address, model_address, money, none, section, table,
};
use crate::http::context::Context;
use crate::http::picture::{Picture, picture};
use crate::http::v1::imports::find;
use crate::names::Names;

/// Offers of each kind that are shown.
const SHOWN: usize = 100;

/// The page at once; what it tells may take a moment for large imports, and comes after it where there is a script.
pub(crate) async fn show(
    State(context): State<Context>,
    uri: Uri,
    headers: HeaderMap,
    given: Given,
) -> Result<Response, Shown> {
    let side = |name: &str| given.get(name).unwrap_or("last").to_owned();
    let (old, new) = (side("a"), side("b"));
    let is_waited_for = given.get("whole").is_some() || headers.contains_key("hx-request");
    let (old, new) = context
        .database
        .read(move |store| Ok((find(store, &old)?, find(store, &new)?)))
        .await?;
    if !is_waited_for && (is_large(&old) || is_large(&new)) {
        let main = html! { (heading(&old, &new)) (later(&old, &new)) };
        return Ok(page(
            "Difference",
            Place::Imports,
            context.names.registry.version(),
            &main,
        ));
    }
    let (a, b) = (old.import_id.clone(), new.import_id.clone());
    let diff = context
        .database
        .read(move |store| Ok(store.diff_imports(&a, &b, SHOWN)?))
        .await?;
    let Some(picture) = picture(&context).await? else {
        return Ok(waiting(
            Place::Imports,
            &uri,
            context.names.registry.version(),
        ));
    };
    let told = told(&diff, &picture, &context.names);
    if headers.contains_key("hx-request") {
        return Ok(piece(told));
    }
    let main = html! { (heading(&old, &new)) (told) };
    Ok(page(
        "Difference",
        Place::Imports,
        context.names.registry.version(),
        &main,
    ))
}

/// Rows that are compared too slowly to wait for them with nothing in sight.
fn is_large(record: &ImportRecord) -> bool {
    record.total_rows.unwrap_or(0) > 50_000
}

fn heading(old: &ImportRecord, new: &ImportRecord) -> Markup {
    head(
        "Difference",
        &html! {
            "From " a href=(import_address(&old.import_id)) { (name_of(old)) } ", " (crate::html::parts::day(old.seen_at.as_deref().unwrap_or(&old.imported_at)))
            ", to " a href=(import_address(&new.import_id)) { (name_of(new)) } ", " (crate::html::parts::day(new.seen_at.as_deref().unwrap_or(&new.imported_at)))
        },
        &none(),
        Some(("/imports", "Imports")),
    )
}

fn later(old: &ImportRecord, new: &ImportRecord) -> Markup {
    let address = format!(
        "/difference?a={}&b={}&whole=yes",
        old.import_id, new.import_id
    );
    html! {
        div class="stack-form" hx-get=(address) hx-trigger="load" hx-swap="innerHTML" aria-live="polite" {
            p class="muted" { "Comparing " (count(old.total_rows.unwrap_or(0))) " and " (count(new.total_rows.unwrap_or(0))) " rows…" }
            noscript { p { a href=(address) { "Show the difference" } } }
        }
    }
}

fn told(diff: &ImportDiff, picture: &Picture, names: &Names) -> Markup {
    html! {
        (figures(&[
            (
                "Price changes",
                html! { (count(diff.changed_count)) },
                html! { (count(diff.cheaper_count)) " down, " (count(diff.changed_count - diff.cheaper_count)) " up" },
            ),
            ("Appeared", html! { (count(diff.appeared_count)) }, none()),
            ("Gone", html! { (count(diff.gone_count)) }, none()),
            ("Unchanged", html! { (count(diff.unchanged)) }, none()),
        ]))
        (prices(diff, names))
        div class="cols" {
            (offers("appeared", "Appeared", &diff.appeared, diff.appeared_count, Some(picture), names))
            (offers("gone", "Gone", &diff.gone, diff.gone_count, None, names))
        }
    }
}

fn of(shown: usize, all: u64) -> Markup {
    html! { @if all > shown as u64 { (shown) " of " (count(all)) } }
}

fn prices(diff: &ImportDiff, names: &Names) -> Markup {
    let mut changes: Vec<_> = diff.price_changes.iter().collect();
    let percent = |old: f64, new: f64| (new / old - 1.0) * 100.0;
    changes.sort_by(|one, other| {
        let size =
            |it: &glyph_store::import::PriceChange| percent(it.old_price, it.new_price).abs();
        size(other).total_cmp(&size(one))
    });
    let body = if changes.is_empty() {
        html! { p class="muted" { "No price is another one." } }
    } else {
        table(
            "Price changes",
            "",
            &[
                ("Offer", "title"),
                ("Model", "optional"),
                ("Seller", "optional"),
                ("Was", "num"),
                ("Now", "num"),
                ("Change", "num"),
            ],
            &html! {
                @for it in &changes {
                    tr {
                        td class="title" { (it.title.as_deref().unwrap_or(&it.canonical_model)) }
                        td class="optional" { a href=(model_address(&it.canonical_model)) { (names.model_name(&it.canonical_model)) } }
                        td class="optional" { (it.seller.as_deref().unwrap_or_default()) }
                        td class="num muted" { (money(it.old_price)) }
                        td class="num" { (money(it.new_price)) }
                        td class="num" { (change(percent(it.old_price, it.new_price))) }
                    }
                }
            },
        )
    };
    section(
        "prices",
        "Price changes",
        &html! { "The largest first. " (of(changes.len(), diff.changed_count)) },
        &body,
    )
}

fn offers(
    id: &str,
    title: &str,
    listings: &[ListingRecord],
    all: u64,
    picture: Option<&Picture>,
    names: &Names,
) -> Markup {
    let shown = listings;
    let body = if shown.is_empty() {
        html! { p class="muted" { "None." } }
    } else {
        table(
            title,
            "",
            &[
                ("Offer", "title"),
                ("Price", "num"),
                (
                    if picture.is_some() {
                        "Verdict"
                    } else {
                        "Model"
                    },
                    "",
                ),
            ],
            &html! {
                @for listing in shown {
                    tr {
                        td class="title" { (title_link(listing)) }
                        td class="num" { (money(listing.unit_price)) }
                        td {
                            @match picture {
                                Some(picture) => { (verdict_chip(picture, listing)) }
                                None => { (names.model_name(&listing.canonical_model)) }
                            }
                        }
                    }
                }
            },
        )
    };
    section(id, title, &of(shown.len(), all), &body)
}
