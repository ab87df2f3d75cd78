//! Taking in a file: what would become of it, how it goes, what became of it.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use glyph_core::listing::{Field, MappedColumn};
use glyph_store::import::ImportRecord;
use glyph_store::listing::RowRecord;
use glyph_store::store::Store;
use maud::{Markup, html};

use super::frame::{Place, Shown, note, page, piece};
use super::import_rows::{counts, errors_of, marked_raw, undo_form, why_unmatched};
use super::imports::name_of;
use crate::html::parts::{
    bytes, chip, count, figures, head, import_address, none, number, section, share, shown, table,
    told,
};
use crate::http::context::Context;
use crate::http::database::blocking;
use crate::http::jobs::Job;
use crate::http::problem::{Code, Problem};
use crate::http::v1::import_query::ImportQuery;
use crate::http::v1::imports::{Begun, begin, find};
use crate::http::v1::shapes::ImportReport;
use crate::http::v1::upload::{Upload, receive_with_texts};
use crate::import_job::{self, ImportOptions, Preview, PreviewOutcome};
use crate::input::Input;
use crate::names::Names;

/// Rejects that the page of a new import shows.
const REJECTS_SHOWN: usize = 10;

/// Texts of the form beside its file.
const TEXTS: [&str; 6] = [
    "name",
    "currency",
    "decimal_mark",
    "map",
    "seen_at",
    "partial",
];

const HEADING: &str = "A row comes back scored, unmatched or rejected; none is lost. The import is whole or not at all, and can be undone.";

pub(crate) async fn show(State(context): State<Context>) -> Response {
    whole(&context, &none(), &none())
}

/// The form, with what came of the last file below it.
fn whole(context: &Context, preview: &Markup, result: &Markup) -> Response {
    let main = html! {
        (head("Import", &html! { (HEADING) }, &none(), None))
        (form())
        div id="preview" class="stack-form" aria-live="polite" { (preview) }
        div id="result" class="stack-form" tabindex="-1" { (result) }
    };
    page(
        "Import",
        Place::Import,
        context.names.registry.version(),
        &main,
    )
}

fn form() -> Markup {
    html! {
        form id="import" class="stack-form" method="post" action="/import" enctype="multipart/form-data" data-preview="/import/preview" {
            label class="drop" {
                strong { "Drop a file here, or choose one" }
                span { "CSV, TSV, JSON Lines, JSON, Shopify products.json or Parquet; gzip and zstd too" }
                input type="file" name="file" required;
                span id="file-name" role="status" {}
            }
            details {
                summary { "How to read it" }
                div class="fields" {
                    div class="wide" {
                        label for="name" { "Source name" }
                        input id="name" name="name" placeholder="the file’s name" autocomplete="off";
                    }
                    div {
                        label for="currency" { "Currency of bare prices" }
                        input id="currency" name="currency" placeholder="as the file says" maxlength="3" autocomplete="off";
                    }
                    div {
                        label for="decimal_mark" { "Decimal mark" }
                        select id="decimal_mark" name="decimal_mark" {
                            option value="" { "by each price" }
                            option value="point" { "point" }
                            option value="comma" { "comma" }
                        }
                    }
                    div {
                        label for="seen_at" { "Seen at (UTC)" }
                        input id="seen_at" name="seen_at" placeholder="2026-11-22T10:00:00Z" autocomplete="off";
                    }
                    div class="wide" {
                        label for="map" { "Columns, a line each" }
                        textarea id="map" name="map" rows="2" placeholder="HEADER=field" {}
                    }
                }
            }
            div class="actions" { button type="submit" class="primary" { "Import" } }
            progress hidden aria-label="Upload" {}
        }
    }
}

/// A file as it came with the form, and how it is to be read.
struct Sent {
    upload: Upload,
    name: String,
    options: ImportOptions,
    is_piece: bool,
}

async fn receive(request: Request, context: &Context) -> Result<Sent, Problem> {
    let (upload, mut texts) = receive_with_texts(request, context, &TEXTS).await?;
    if let Some(day) = texts.get("seen_at").filter(|text| text.trim().len() == 10) {
        let time = format!("{}T00:00:00Z", day.trim());
        texts.insert("seen_at".to_owned(), time);
    }
    let options = ImportQuery::of_form(&texts).options(&upload, context)?;
    let given = |name: &str| texts_of(&texts, name);
    let name = given("name")
        .or_else(|| upload.name.clone())
        .unwrap_or_else(|| "upload".to_owned());
    Ok(Sent {
        is_piece: given("partial").is_some(),
        upload,
        name,
        options,
    })
}

fn texts_of(texts: &HashMap<String, String>, name: &str) -> Option<String> {
    texts
        .get(name)
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

fn is_script(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request")
}

pub(crate) async fn preview(
    State(context): State<Context>,
    request: Request,
) -> Result<Response, Shown> {
    let by_script = is_script(request.headers());
    let answer = match previewed(&context, request).await {
        Ok(answer) => answer,
        Err(problem) => refused("This cannot be previewed", &problem),
    };
    if by_script {
        return Ok(piece(answer));
    }
    Ok(whole(&context, &answer, &none()))
}

async fn previewed(context: &Context, request: Request) -> Result<Markup, Problem> {
    let Sent {
        upload,
        name,
        options,
        is_piece,
    } = receive(request, context).await?;
    let names = Arc::clone(&context.names);
    blocking(move || {
        let bytes = upload.bytes;
        let input = Input::of_file(name.clone(), upload.file)?;
        let previewed = import_job::preview(&input, &options, &names, is_piece)?;
        Ok(match previewed {
            Some(preview) => preview_of(&preview, &name, bytes, &names),
            None => note(
                "warn",
                "Too large to preview",
                &html! { p { "Files of this kind are read whole. Import it; what comes of it can be undone." } },
            ),
        })
    })
    .await
}

/// A file that was refused, in words, with what to do.
fn refused(title: &str, problem: &Problem) -> Markup {
    let body = problem.body(None);
    note(
        "bad",
        title,
        &html! {
            p { (told(body.detail())) " " code { (problem.code.as_str()) } }
            @for fault in &problem.errors { p { (told(&fault.detail)) } }
            p class="muted" { "Nothing was imported. How columns, currency and decimal mark are read can be set under “How to read it”." }
        },
    )
}

fn preview_of(preview: &Preview, name: &str, size: u64, names: &Names) -> Markup {
    let counts = preview.counts;
    let total = counts.total();
    let findings = &preview.findings;
    let part = |rows: u64| (html! { (count(rows)) }, html! { (share(rows, total)) });
    let (scored, scored_share) = part(counts.scored);
    let (unmatched, unmatched_share) = part(counts.unmatched);
    let (rejected, rejected_share) = part(counts.rejected);
    let rows = html! {
        @for row in &preview.rows {
            tr {
                td class="num" { (count(row.index)) }
                @match &row.outcome {
                    PreviewOutcome::Scored { model, score } => {
                        td { (chip("scored", "scored")) }
                        td class="title" { (shown(&row.title)) }
                        td class="num nowrap" { (row.price) }
                        td class="why muted" { (model) ", score " (format!("{score:.1}")) }
                    }
                    PreviewOutcome::Unmatched { reason } => {
                        td { (chip("unmatched", "unmatched")) }
                        td class="title" { (shown(&row.title)) }
                        td class="num nowrap" { (row.price) }
                        td class="why muted" { (why_unmatched(reason, &row.title, names)) }
                    }
                    PreviewOutcome::Rejected { errors } => {
                        @let faults = errors_of(serde_json::to_string(errors).ok().as_deref());
                        td { (chip("rejected", "rejected")) }
                        td class="raw" colspan="2" { (marked_raw(&row.title, &faults)) }
                        td class="why muted" { @for error in &faults { div { code { (error.code) } ": " (told(&shown(&error.message))) } } }
                    }
                }
            }
        }
    };
    html! {
        section {
            header {
                h2 id="preview-of" { "Preview of " (name) }
                p {
                    (findings.format)
                    @if let Some(delimiter) = findings.delimiter { " with " (delimiter_name(delimiter)) }
                    ", " (findings.encoding) ", " (bytes(size)) "; nothing is stored yet"
                    @if preview.has_more { ". The first " (count(total)) " rows were looked at" }
                }
            }
            (figures(&[
                ("Scored", scored, scored_share),
                ("Unmatched", unmatched, unmatched_share),
                ("Rejected", rejected, rejected_share),
                ("Rows", html! { (count(total)) }, html! { (if preview.has_more { "looked at" } else { "all accounted for" }) }),
            ]))
            (table(
                "The first rows of each outcome",
                "",
                &[("Row", "num"), ("Outcome", ""), ("Title", "title"), ("Price", "num"), ("What it is, or why not", "")],
                &rows,
            ))
        }
        (columns(&preview.columns))
    }
}

fn delimiter_name(delimiter: char) -> String {
    match delimiter {
        ',' => "comma".to_owned(),
        ';' => "semicolon".to_owned(),
        '\t' => "tab".to_owned(),
        other => other.to_string(),
    }
}

fn columns(columns: &[MappedColumn]) -> Markup {
    let rows = html! {
        @for column in columns {
            tr {
                th scope="row" { (column.header) }
                td {
                    @if column.field == Field::Extra { span class="muted" { "kept, not read" } }
                    @else {
                        (column.field.as_str())
                        @if let Some(currency) = &column.currency { " in " (currency) }
                        @if column.choice > 1 { span class="muted" { " where the column before it is empty" } }
                    }
                }
            }
        }
    };
    section(
        "columns",
        "Columns",
        &none(),
        &table("Columns", "", &[("Column", ""), ("Read as", "")], &rows),
    )
}

pub(crate) async fn create(
    State(context): State<Context>,
    request: Request,
) -> Result<Response, Shown> {
    let by_script = is_script(request.headers());
    let answer = match imported(&context, request).await {
        Ok(answer) => answer,
        Err(problem) => refused("The file was refused", &problem),
    };
    if by_script {
        return Ok(piece(answer));
    }
    Ok(whole(&context, &none(), &answer))
}

async fn imported(context: &Context, request: Request) -> Result<Markup, Problem> {
    let Sent {
        upload,
        name,
        options,
        ..
    } = receive(request, context).await?;
    match begin(context, upload, name, options).await? {
        Begun::Ended(report) => result(context, *report).await,
        Begun::OnItsWay(job) => Ok(progress(&job)),
    }
}

/// How far an import is; asks again by itself.
fn progress(job: &Job) -> Markup {
    let body = job.body();
    let read = body.bytes_read.unwrap_or(0);
    let address = format!("/import/jobs/{}", body.id);
    html! {
        div class="note" id="progress" hx-get=(address) hx-trigger="load delay:400ms" hx-swap="outerHTML" {
            h2 { "Importing " (body.source_name) }
            progress max=(body.source_bytes) value=(read) aria-label="Rows read" {}
            p {
                (count(body.rows)) " rows, " (bytes(read)) " of " (bytes(body.source_bytes))
                @if let Some(rate) = body.rows_per_second { ", " (count(rate)) " rows a second" }
            }
            p class="muted" { "It goes on if you leave the page. " a href=(address) { "Look again" } }
        }
    }
}

/// A running import, or what became of it.
pub(crate) async fn job(
    State(context): State<Context>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Shown> {
    let running = context.jobs.find(&id).filter(|job| !job.has_ended());
    let answer = if let Some(job) = running {
        progress(&job)
    } else {
        let ended = match context.jobs.find(&id) {
            Some(job) => Some(job.ended().await),
            None => None,
        };
        match ended {
            Some(Ok(report)) => result(&context, report).await?,
            Some(Err(problem)) => refused("The import did not end well", &problem),
            None => kept_job(&context, id).await?,
        }
    };
    if is_script(&headers) {
        return Ok(piece(answer));
    }
    Ok(whole(&context, &none(), &answer))
}

/// A job of before the server started.
async fn kept_job(context: &Context, id: String) -> Result<Markup, Problem> {
    let record = context
        .database
        .read(move |store| Ok(store.find_job(&id)?))
        .await?;
    let record = record.ok_or_else(|| Problem::new(Code::JobUnknown, "there is no such job"))?;
    let Some(import_id) = record.import_id else {
        return Ok(html! {
            div class="note bad" role="alert" { h2 { (record.source_name) " was not imported" } p { "Nothing of it is kept." } }
        });
    };
    Ok(html! {
        div class="note ok" { h2 { "Imported " (record.source_name) } p { a href=(import_address(&import_id)) { "See its rows" } } }
    })
}

async fn result(context: &Context, report: ImportReport) -> Result<Markup, Problem> {
    if let Some(first) = &report.duplicate_of {
        return Ok(note(
            "warn",
            "These bytes are an import already",
            &html! { p { "Nothing changed. See " a href=(import_address(first)) { "the import that has them" } "." } },
        ));
    }
    let import_id = report.import_id.clone();
    let (record, rejects, before) = context
        .database
        .read(move |store| {
            let record = find(store, &import_id)?;
            let mut rejects = Vec::new();
            store.list_rows_from(&import_id, 0, Some("rejected"), &mut |row| {
                rejects.push(row);
                if rejects.len() < REJECTS_SHOWN {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            })?;
            let before = store
                .list_imports_before(Some(&import_id), 100)?
                .into_iter()
                .find(|other| name_of(other) == name_of(&record));
            Ok((record, rejects, before))
        })
        .await?;
    Ok(result_of(&report, &record, &rejects, before.as_ref()))
}

fn result_of(
    report: &ImportReport,
    record: &ImportRecord,
    rejects: &[RowRecord],
    before: Option<&ImportRecord>,
) -> Markup {
    let rows = html! {
        @for row in rejects {
            @let errors = errors_of(row.errors.as_deref());
            tr {
                td class="num" { (row.import_index.map_or(String::new(), count)) }
                td class="why" { @for error in &errors { code { (error.code) } small { (told(&shown(&error.message))) } } }
                td class="raw" { (marked_raw(row.raw.as_deref().unwrap_or_default(), &errors)) }
            }
        }
    };
    html! {
        div class="note ok" {
            h2 { "Imported " (count(report.total_rows)) " rows of " (report.source_name) }
            p {
                "As " a class="mono" href=(import_address(&record.import_id)) { (record.import_id) } " in "
                (number(report.duration_ms as f64 / 1000.0, 2)) " s. "
                a href=(import_address(&record.import_id)) { "See the rows" } " or " a href="/listings" { "the listings" }
                @if let Some(before) = before {
                    ", or " a href={ "/difference?a=" (before.import_id) "&b=" (record.import_id) } { "what changed since the last file" }
                }
                "."
            }
        }
        (counts(record))
        @if !rejects.is_empty() {
            (section(
                "rejects",
                "Rejected rows",
                &html! {
                    (rejects.len()) " of " (count(report.rejected_rows)) ". "
                    a href={ "/api/v1" (import_address(&record.import_id)) "/rejects/file" } { "Download them" }
                },
                &table(
                    "Rejected rows",
                    "",
                    &[("Row", "num"), ("What is wrong", ""), ("The record in the file", "")],
                    &rows,
                ),
            ))
        }
        div class="cols" {
            @if !rejects.is_empty() { (super::import_rows::repair_form(record)) }
            (undo_form(record))
        }
    }
}
