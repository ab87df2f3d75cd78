//! One import: its counts, its rows in order with all outcomes, repair and undo.

use std::ops::ControlFlow;

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use glyph_store::import::{ImportRecord, ImportState};
use glyph_store::listing::RowRecord;
use glyph_store::store::Store;
use maud::{Markup, html};

use super::frame::{Place, Shown, note, page};
use super::given::Given;
use super::imports::{health, name_of, state_chip};
use crate::html::chart::key;
use crate::html::parts::{
    Column, NOTHING, chip, count, figures, head, import_address, model_address, none, price,
    section, share, shown, table, time, told,
};
use crate::http::context::Context;
use crate::http::problem::Problem;
use crate::http::v1::import_changes::{repair_from, undo_import};
use crate::http::v1::imports::find;
use crate::http::v1::upload::receive;
use crate::names::Names;

/// Rows of a page.
const PAGE_SIZE: usize = 100;

const OUTCOMES: [&str; 3] = ["scored", "unmatched", "rejected"];

const COLUMNS: [Column<'_>; 5] = [
    ("Row", "num"),
    ("Outcome", ""),
    ("Title", "title"),
    ("Price", "num"),
    ("What it is, or why not", ""),
];

pub(crate) async fn show(
    State(context): State<Context>,
    Path(wanted): Path<String>,
    given: Given,
) -> Result<Response, Shown> {
    let outcome = given
        .get("outcome")
        .and_then(|wanted| OUTCOMES.into_iter().find(|it| *it == wanted));
    let from: u64 = given
        .get("from")
        .and_then(|from| from.parse().ok())
        .unwrap_or(0);
    let (record, rows) = context
        .database
        .read(move |store| {
            let record = find(store, &wanted)?;
            let rows = read_rows(store, &record, from, outcome)?;
            Ok((record, rows))
        })
        .await?;
    let main = import_page(&record, rows, &given, outcome, &context.names, &none());
    Ok(page(
        name_of(&record),
        Place::Imports,
        context.names.registry.version(),
        &main,
    ))
}

/// The rows of a page, and one more where there is a next page.
fn read_rows(
    store: &dyn Store,
    record: &ImportRecord,
    from: u64,
    outcome: Option<&str>,
) -> Result<Vec<RowRecord>, Problem> {
    let mut rows = Vec::new();
    store.list_rows_from(&record.import_id, from, outcome, &mut |row| {
        rows.push(row);
        if rows.len() > PAGE_SIZE {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    Ok(rows)
}

fn import_page(
    record: &ImportRecord,
    mut rows: Vec<RowRecord>,
    given: &Given,
    outcome: Option<&str>,
    names: &Names,
    message: &Markup,
) -> Markup {
    let has_more = rows.len() > PAGE_SIZE;
    rows.truncate(PAGE_SIZE);
    let path = import_address(&record.import_id);
    let next = rows
        .last()
        .filter(|_| has_more)
        .and_then(|last| last.import_index)
        .map(|last| given.with(&path, "from", Some(&(last + 1).to_string())));
    html! {
        (head(
            name_of(record),
            &html! {
                span class="mono" { (record.import_id) } ", "
                @if let Some(format) = &record.source_format { (format) ", " }
                (time(record.seen_at.as_deref().unwrap_or(&record.imported_at)))
                @if let Some(profile) = &record.scoring_profile { ", profile " (profile) }
                " " (state_chip(record))
            },
            &html! {
                @if record.rejected_rows > Some(0) {
                    a class="button" href={ "/api/v1" (import_address(&record.import_id)) "/rejects/file" } { "Download rejects" }
                }
            },
            Some(("/imports", "Imports")),
        ))
        (message)
        (counts(record))
        section {
            header { h2 id="rows" { "Rows" } p { "In the order of the source" } }
            (outcome_tags(record, given, &path, outcome))
            @if rows.is_empty() {
                p class="muted" {
                    @if record.state == ImportState::Undone { "The import was undone: its rows are gone, its record stays." }
                    @else { "There are no such rows." }
                }
            } @else {
                (table("Rows of the import", "rows", &COLUMNS, &html! { @for row in &rows { (row_of(row, names)) } }))
            }
            @if let Some(next) = next {
                nav class="actions pager" aria-label="Pages" { a class="button" rel="next" href=(next) { "Next " (PAGE_SIZE) } }
            }
        }
        @if record.state == ImportState::Done {
            div class="cols" {
                @if record.rejected_rows > Some(0) { (repair_form(record)) }
                (undo_form(record))
            }
        }
    }
}

pub(super) fn counts(record: &ImportRecord) -> Markup {
    let total = record.total_rows.or(record.record_count);
    let part = |rows: Option<u64>| {
        (
            html! { (rows.map_or(NOTHING.to_owned(), count)) },
            html! { @if let (Some(rows), Some(total)) = (rows, total) { (share(rows, total)) } },
        )
    };
    let (scored, scored_share) = part(record.scored_rows);
    let (unmatched, unmatched_share) = part(record.unmatched_rows);
    let (rejected, rejected_share) = part(record.rejected_rows);
    html! {
        (figures(&[
            ("Scored", scored, scored_share),
            ("Unmatched", unmatched, unmatched_share),
            ("Rejected", rejected, rejected_share),
            ("Rows", html! { (total.map_or(NOTHING.to_owned(), count)) }, html! { "all accounted for" }),
        ]))
        (health(record))
        (key(&[("scored", "scored"), ("unmatched", "unmatched"), ("rejected", "rejected")]))
    }
}

fn outcome_tags(record: &ImportRecord, given: &Given, path: &str, outcome: Option<&str>) -> Markup {
    let tag = |name: Option<&'static str>, label: &str, rows: Option<u64>| {
        let address = given.with(path, "outcome", name);
        // Another choice begins at its first row.
        let address = address
            .split("from=")
            .next()
            .unwrap_or_default()
            .trim_end_matches(['?', '&'])
            .to_owned();
        html! {
            li {
                a href=(address) aria-current=[(outcome == name).then_some("page")] {
                    (label) " " (rows.map_or(String::new(), count))
                }
            }
        }
    };
    html! {
        ul class="tags" aria-label="Outcome" {
            (tag(None, "All", record.total_rows.or(record.record_count)))
            (tag(Some("scored"), "Scored", record.scored_rows))
            (tag(Some("unmatched"), "Unmatched", record.unmatched_rows))
            (tag(Some("rejected"), "Rejected", record.rejected_rows))
        }
    }
}

/// The errors of a rejected row as they are stored.
#[derive(serde::Deserialize)]
pub(super) struct ShownError {
    pub(super) code: String,
    #[serde(default)]
    pub(super) value: String,
    pub(super) message: String,
}

pub(super) fn errors_of(stored: Option<&str>) -> Vec<ShownError> {
    stored
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}

/// The record as it came, with the bad cells marked.
pub(super) fn marked_raw(raw: &str, errors: &[ShownError]) -> Markup {
    let raw = &*shown(raw);
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for error in errors.iter().filter(|error| !error.value.trim().is_empty()) {
        let start = raw
            .match_indices(error.value.as_str())
            .map(|(start, _)| start)
            .find(|start| !spans.iter().any(|(from, to)| (*from..*to).contains(start)));
        spans.extend(start.map(|start| (start, start + error.value.len())));
    }
    spans.sort_unstable();
    let mut at = 0;
    let mut pieces = Vec::new();
    for (start, end) in spans {
        if let (Some(plain), Some(bad)) = (raw.get(at..start), raw.get(start..end)) {
            pieces.push((plain, false));
            pieces.push((bad, true));
            at = end;
        }
    }
    pieces.push((raw.get(at..).unwrap_or_default(), false));
    html! { @for (text, is_bad) in pieces { @if is_bad { mark { (text) } } @else { (text) } } }
}

fn row_of(row: &RowRecord, names: &Names) -> Markup {
    let errors = errors_of(row.errors.as_deref());
    html! {
        tr id=[row.import_index.map(|index| format!("row-{index}"))] {
            td class="num" { (row.import_index.map_or(String::new(), count)) }
            td { (chip(row.outcome, row.outcome)) }
            @if row.outcome == "rejected" {
                td class="raw" colspan="2" { (marked_raw(row.raw.as_deref().unwrap_or_default(), &errors)) }
                td class="why muted" {
                    @for error in &errors { div { code { (error.code) } ": " (told(&shown(&error.message))) } }
                }
            } @else {
                td class="title" { (shown(row.title.as_deref().unwrap_or_default())) }
                td class="num nowrap" { (row.price.map_or(String::new(), price)) }
                td class="why muted" { (what_it_is(row, names)) }
            }
        }
    }
}

fn what_it_is(row: &RowRecord, names: &Names) -> Markup {
    html! {
        @if let Some(model) = &row.canonical_model {
            a href=(model_address(model)) { (names.model_name(model)) }
            @if let Some(score) = row.score { ", score " (format!("{score:.1}")) }
        } @else if let Some(reason) = &row.reason {
            (why_unmatched(reason, row.title.as_deref().unwrap_or_default(), names))
        }
    }
}

/// The reason, with what the title lacks, or where it contradicts itself.
pub(super) fn why_unmatched(reason: &str, title: &str, names: &Names) -> String {
    let open = if reason == "ambiguous" {
        names.match_title(title).would_settle.join("; ")
    } else {
        String::new()
    };
    let told = match reason {
        "not_gpu" => "not a graphics card",
        "accessory" => "something for a card, or its box, and not the card",
        "system" => "a whole machine",
        "not_offer" => "no offer",
        "unknown_model" => "a card that the registry does not have",
        "ambiguous" => "names no one card",
        other => other,
    };
    if open.is_empty() {
        format!("{reason}: {told}")
    } else {
        format!("{reason}: {open}")
    }
}

pub(super) fn repair_form(record: &ImportRecord) -> Markup {
    section(
        "mend",
        "Mend the rejects",
        &none(),
        &html! {
            p { "Download the rejects, correct the cells, and send the file back: the rows return to their places." }
            form class="stack-form narrow" method="post" action={ (import_address(&record.import_id)) "/repair" } enctype="multipart/form-data" {
                div { label for="mended" { "Mended rejects" } input id="mended" type="file" name="file" required; }
                div class="actions" { button type="submit" { "Put them back" } }
            }
        },
    )
}

pub(super) fn undo_form(record: &ImportRecord) -> Markup {
    section(
        "take-back",
        "Take it back",
        &none(),
        &html! {
            details class="confirm" {
                summary { "Undo this import" }
                form class="actions" method="post" action={ (import_address(&record.import_id)) "/undo" } {
                    button type="submit" class="danger" { "Undo it" }
                    span class="muted small" { "Its rows go as if it had never come; its record stays." }
                }
            }
        },
    )
}

pub(crate) async fn undo(
    State(context): State<Context>,
    Path(wanted): Path<String>,
) -> Result<Response, Shown> {
    let record = undo_import(&context, wanted).await?;
    Ok(Redirect::to(&import_address(&record.import_id)).into_response())
}

pub(crate) async fn repair(
    State(context): State<Context>,
    Path(wanted): Path<String>,
    request: Request,
) -> Result<Response, Shown> {
    let upload = receive(request, &context).await?;
    let repaired = repair_from(&context, wanted.clone(), upload).await?;
    let (record, rows) = context
        .database
        .read(move |store| {
            let record = find(store, &wanted)?;
            let rows = read_rows(store, &record, 0, None)?;
            Ok((record, rows))
        })
        .await?;
    let message = note(
        if repaired.still_rejected == 0 {
            "ok"
        } else {
            "warn"
        },
        &match repaired.scored + repaired.unmatched {
            1 => "1 row came back".to_owned(),
            rows => format!("{} rows came back", count(rows)),
        },
        &html! {
            p {
                (count(repaired.scored)) " scored, " (count(repaired.unmatched)) " unmatched, "
                (count(repaired.still_rejected)) " still rejected. Each is at its old number."
            }
        },
    );
    let main = import_page(
        &record,
        rows,
        &Given::default(),
        None,
        &context.names,
        &message,
    );
    Ok(page(
        name_of(&record),
        Place::Imports,
        context.names.registry.version(),
        &main,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bad_cells_of_a_record_are_marked() {
        let error = |value: &str| ShownError {
            code: "price_missing".to_owned(),
            value: value.to_owned(),
            message: String::new(),
        };
        let marked = marked_raw("Tesla <P40>,N/A,2,N/A", &[error("N/A"), error("N/A")]);
        assert_eq!(
            marked.into_string(),
            "Tesla &lt;P40&gt;,<mark>N/A</mark>,2,<mark>N/A</mark>"
        );
        assert_eq!(marked_raw("a,b", &[error("c")]).into_string(), "a,b");
    }
}
