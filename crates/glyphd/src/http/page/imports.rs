//! The list of imports with their health, and the choice of two to compare.

use axum::extract::State;
use axum::response::Response;
use glyph_store::import::{ImportRecord, ImportState};
use glyph_store::store::Store;
use maud::{Markup, html};

use super::frame::{Place, Shown, page};
use super::given::Given;
use crate::html::chart::{bar, key};
use crate::html::parts::{
    Column, NOTHING, chip, count, head, import_address, none, section, table, time,
};
use crate::http::context::Context;

const PAGE_SIZE: u64 = 50;

/// Imports that can be chosen to compare.
const CHOICES: u64 = 200;

pub(super) const COLUMNS: [Column<'_>; 8] = [
    ("File", ""),
    ("When", ""),
    ("Rows", "num"),
    ("Health", ""),
    ("Scored", "num"),
    ("Unmatched", "num"),
    ("Rejected", "num"),
    ("State", ""),
];

pub(crate) async fn show(State(context): State<Context>, given: Given) -> Result<Response, Shown> {
    let before = given.get("before").map(str::to_owned);
    let (mut records, choices, total) = context
        .database
        .read(move |store| {
            Ok((
                store.list_imports_before(before.as_deref(), PAGE_SIZE + 1)?,
                store.list_imports_before(None, CHOICES)?,
                store.count_rows()?.imports,
            ))
        })
        .await?;
    let has_more = records.len() > PAGE_SIZE as usize;
    records.truncate(PAGE_SIZE as usize);
    let older = records
        .last()
        .filter(|_| has_more)
        .map(|last| last.import_id.clone());
    let main = html! {
        (head(
            "Imports",
            &html! { (count(total)) (if total == 1 { " import in force" } else { " imports in force" }) },
            &html! { a class="button primary" href="/import" { "Import a file" } },
            None,
        ))
        @if records.is_empty() {
            div class="empty" {
                h2 { "Nothing is imported yet" }
                div class="actions" { a class="button primary" href="/import" { "Import a file" } }
            }
        } @else {
            @if choices.len() > 1 { (compare(&choices)) }
            (section("all", "All imports", &html! { "The newest first" }, &html! {
                (table("All imports", "rows", &COLUMNS, &html! { @for record in &records { (import_row(record)) } }))
                (key(&[("scored", "scored"), ("unmatched", "unmatched"), ("rejected", "rejected")]))
            }))
            @if let Some(older) = older {
                nav class="actions pager" aria-label="Pages" {
                    a class="button" rel="next" href={ "/imports?before=" (older) } { "Older" }
                }
            }
        }
    };
    Ok(page(
        "Imports",
        Place::Imports,
        context.names.registry.version(),
        &main,
    ))
}

/// What the file is called, without the folder that it lay in.
pub(super) fn name_of(record: &ImportRecord) -> &str {
    file_name(record.source_name.as_deref()).unwrap_or(&record.import_id)
}

/// The name of a source without its folder; `None` where there is none.
pub(super) fn file_name(source_name: Option<&str>) -> Option<&str> {
    source_name?
        .rsplit(['/', '\\'])
        .next()
        .filter(|name| !name.is_empty())
}

/// How the rows of an import fell, as a bar.
pub(super) fn health(record: &ImportRecord) -> Markup {
    let (Some(total), Some(scored), Some(unmatched), Some(rejected)) = (
        record.total_rows,
        record.scored_rows,
        record.unmatched_rows,
        record.rejected_rows,
    ) else {
        return none();
    };
    bar(
        &format!("{scored} scored, {unmatched} unmatched, {rejected} rejected"),
        total as f64,
        &[
            ("scored", scored as f64),
            ("unmatched", unmatched as f64),
            ("rejected", rejected as f64),
        ],
    )
}

pub(super) fn state_chip(record: &ImportRecord) -> Markup {
    match record.state {
        ImportState::Done if record.rejected_rows > Some(0) => chip("warn", "has rejects"),
        ImportState::Done => chip("ok", "done"),
        ImportState::Undone => chip("none", "undone"),
        ImportState::Legacy => chip("none", "old program"),
        ImportState::Registry => chip("none", "registry"),
    }
}

pub(super) fn import_row(record: &ImportRecord) -> Markup {
    let rows = |rows: Option<u64>| rows.map_or(NOTHING.to_owned(), count);
    html! {
        tr {
            th scope="row" { a href=(import_address(&record.import_id)) { (name_of(record)) } }
            td class="nowrap" { (time(record.seen_at.as_deref().unwrap_or(&record.imported_at))) }
            td class="num" { (rows(record.total_rows.or(record.record_count))) }
            td class="mid" { (health(record)) }
            td class="num" { (rows(record.scored_rows)) }
            td class="num" { (rows(record.unmatched_rows)) }
            td class="num" { (rows(record.rejected_rows)) }
            td { (state_chip(record)) }
        }
    }
}

fn compare(choices: &[ImportRecord]) -> Markup {
    let option = |record: &ImportRecord, is_chosen: bool| {
        html! {
            option value=(record.import_id) selected[is_chosen] {
                (name_of(record)) ", " (crate::html::parts::day(record.seen_at.as_deref().unwrap_or(&record.imported_at)))
            }
        }
    };
    let side = |id: &str, label: &str, chosen: usize| {
        html! {
            div class="wide" {
                label for=(id) { (label) }
                select id=(id) name=(id) {
                    @for (place, record) in choices.iter().enumerate() { (option(record, place == chosen)) }
                }
            }
        }
    };
    section(
        "compare",
        "Compare two imports",
        &none(),
        &html! {
            form class="fields" method="get" action="/difference" {
                (side("a", "From", 1))
                (side("b", "To", 0))
                div class="actions" { button type="submit" { "Compare" } }
            }
        },
    )
}
