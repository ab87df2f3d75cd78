//! The rows of an import, in row order.

use std::ops::ControlFlow;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use glyph_core::source::{Format, write_rejects};
use glyph_store::reject::RejectRecord;
use glyph_store::store::Store;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::imports::{checked_limit, find};
use super::shapes::{Page, Reject, Row};
use crate::http::context::Context;
use crate::http::parameters::{Query, Segment};
use crate::http::problem::{Code, Problem, ProblemBody};

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Scored,
    Unmatched,
    Rejected,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Outcome::Scored => "scored",
            Outcome::Unmatched => "unmatched",
            Outcome::Rejected => "rejected",
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RowsQuery {
    /// Rows of this outcome alone.
    #[param(required = false, nullable = false, inline)]
    outcome: Option<Outcome>,
    /// The `next` of the page before, which is the number of this page's first row at the earliest.
    #[serde(default)]
    #[param(required = false, minimum = 0)]
    cursor: i64,
    /// The most items of a page.
    #[serde(default = "page_size")]
    #[param(required = false, minimum = 1, maximum = 1000)]
    limit: u64,
}

/// A page of rows: they are numbered, so the number of the first one is all that leads to it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// The `next` of the page before, which is the number of this page's first row at the earliest.
    #[serde(default)]
    #[param(required = false, minimum = 0)]
    cursor: i64,
    /// The most items of a page.
    #[serde(default = "page_size")]
    #[param(required = false, minimum = 1, maximum = 1000)]
    limit: u64,
}

fn page_size() -> u64 {
    100
}

fn checked_cursor(cursor: i64) -> Result<u64, Problem> {
    u64::try_from(cursor).map_err(|_| {
        Problem::of_parameter(
            Code::ParameterInvalid,
            "cursor",
            format!("`{cursor}` is below 0"),
        )
    })
}

/// Bytes of records after which a page ends, whatever its limit: a record may have 4 MiB.
const PAGE_BYTES: usize = 8 << 20;

/// Gathers up to `limit` items, and one more to know whether there is a next page.
struct Gathered<T> {
    items: Vec<T>,
    limit: usize,
    bytes: usize,
    next: Option<String>,
}

impl<T> Gathered<T> {
    fn new(limit: u64) -> Gathered<T> {
        Gathered {
            items: Vec::new(),
            limit: limit as usize,
            bytes: 0,
            next: None,
        }
    }

    /// Takes an item of some size, in bytes, unless the page is full.
    fn take(&mut self, index: u64, item: T, bytes: usize) -> ControlFlow<()> {
        self.bytes += bytes;
        let is_full = self.items.len() == self.limit || self.bytes > PAGE_BYTES;
        if is_full && !self.items.is_empty() {
            self.next = Some(index.to_string());
            return ControlFlow::Break(());
        }
        self.items.push(item);
        ControlFlow::Continue(())
    }
}

async fn rows_of(
    context: &Context,
    wanted: String,
    outcome: Option<Outcome>,
    cursor: i64,
    limit: u64,
) -> Result<Json<Page<Row>>, Problem> {
    let (limit, cursor) = (checked_limit(limit)?, checked_cursor(cursor)?);
    context
        .database
        .read(move |store| {
            let record = find(store, &wanted)?;
            let mut gathered = Gathered::new(limit);
            let outcome = outcome.map(Outcome::as_str);
            store.list_rows_from(&record.import_id, cursor, outcome, &mut |row| {
                let texts = [&row.raw, &row.extra, &row.notes, &row.title];
                let bytes = texts.into_iter().flatten().map(String::len).sum();
                match Row::of(row) {
                    Some(row) => gathered.take(row.import_index, row, bytes),
                    None => ControlFlow::Continue(()),
                }
            })?;
            Ok(Json(Page {
                items: gathered.items,
                next: gathered.next,
            }))
        })
        .await
}

/// All rows of an import, whatever became of them, in row order.
///
/// Rows of the old program that have no number are listings, and not here.
#[utoipa::path(
    get, path = "/imports/{import_id}/rows", tag = "imports", operation_id = "list_rows",
    params(("import_id" = String, Path, description = "An import's id, a prefix that only it has, or `last`"), RowsQuery),
    responses(
        (status = 200, description = "A page of rows", body = Page<Row>),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn rows(
    State(context): State<Context>,
    Segment(wanted): Segment<String>,
    Query(query): Query<RowsQuery>,
) -> Result<Json<Page<Row>>, Problem> {
    rows_of(&context, wanted, query.outcome, query.cursor, query.limit).await
}

/// The rows that name no model that the registry has, and why.
#[utoipa::path(
    get, path = "/imports/{import_id}/unmatched", tag = "imports", operation_id = "list_unmatched",
    params(("import_id" = String, Path, description = "An import's id, a prefix that only it has, or `last`"), PageQuery),
    responses(
        (status = 200, description = "A page of rows", body = Page<Row>),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn unmatched(
    State(context): State<Context>,
    Segment(wanted): Segment<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Row>>, Problem> {
    let outcome = Some(Outcome::Unmatched);
    rows_of(&context, wanted, outcome, query.cursor, query.limit).await
}

/// The rows that could not be read, each with its place, its bytes and its errors.
#[utoipa::path(
    get, path = "/imports/{import_id}/rejects", tag = "imports", operation_id = "list_rejects",
    params(("import_id" = String, Path, description = "An import's id, a prefix that only it has, or `last`"), PageQuery),
    responses(
        (status = 200, description = "A page of rejected rows", body = Page<Reject>),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn rejects(
    State(context): State<Context>,
    Segment(wanted): Segment<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Reject>>, Problem> {
    let (limit, cursor) = (checked_limit(query.limit)?, checked_cursor(query.cursor)?);
    context
        .database
        .read(move |store| {
            let record = find(store, &wanted)?;
            let mut gathered = Gathered::new(limit);
            store.list_rejects(&record.import_id, cursor, &mut |reject| {
                let bytes = reject.raw.len() + reject.errors.len();
                gathered.take(reject.import_index, reject.into(), bytes)
            })?;
            Ok(Json(Page {
                items: gathered.items,
                next: gathered.next,
            }))
        })
        .await
}

/// The rejected records as a file of the source's own format, to be mended and sent to `repair`.
#[utoipa::path(
    get, path = "/imports/{import_id}/rejects/file", tag = "imports", operation_id = "download_rejects",
    params(("import_id" = String, Path, description = "An import's id, a prefix that only it has, or `last`")),
    responses(
        (status = 200, description = "The file", content(
            (String = "text/csv"), (String = "text/tab-separated-values"), (String = "application/x-ndjson"),
            (String = "application/json"))),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn rejects_file(
    State(context): State<Context>,
    Segment(wanted): Segment<String>,
    Query(crate::http::parameters::Nothing {}): Query<crate::http::parameters::Nothing>,
) -> Result<Response, Problem> {
    context
        .database
        .read(move |store| {
            let record = find(store, &wanted)?;
            let format = record
                .source_format
                .as_deref()
                .and_then(Format::from_name)
                .ok_or_else(|| {
                    Problem::new(
                        Code::ImportHasNoSource,
                        format!("the import `{}` came from no file", record.import_id),
                    )
                })?;
            let mut rejects = Vec::new();
            store.list_rejects(&record.import_id, 0, &mut |reject| {
                rejects.push(reject);
                ControlFlow::Continue(())
            })?;
            let header = record.source_header.as_deref().unwrap_or_default();
            let mut file = Vec::new();
            write_rejects(
                format,
                header,
                rejects.iter().map(RejectRecord::repair_bytes),
                &mut file,
            )
            .map_err(|error| Problem::internal(&error))?;
            let (media_type, ending) = match format {
                Format::Csv => ("text/csv", "csv"),
                Format::Tsv => ("text/tab-separated-values", "tsv"),
                Format::JsonLines | Format::Parquet => ("application/x-ndjson", "jsonl"),
                Format::Json | Format::Shopify => ("application/json", "json"),
            };
            let disposition = format!(
                "attachment; filename=\"rejects-{}.{ending}\"",
                record.import_id
            );
            let disposition =
                HeaderValue::try_from(disposition).map_err(|error| Problem::internal(&error))?;
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
            headers.insert(header::CONTENT_DISPOSITION, disposition);
            Ok((headers, file).into_response())
        })
        .await
}
