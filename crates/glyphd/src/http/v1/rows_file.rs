//! The rows of an import as a file of other programs.

use std::ops::ControlFlow;

use axum::extract::State;
use axum::response::Response;
use glyph_store::store::Store;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::imports::find;
use super::table_file;
use crate::export::{self, FileFormat, empty_row, row_columns};
use crate::http::context::Context;
use crate::http::parameters::{Query, Segment};
use crate::http::problem::{Problem, ProblemBody};

#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RowsFormat {
    /// For spreadsheets: a cell that one would run as a formula is made harmless.
    #[default]
    Csv,
    Jsonl,
    Parquet,
}

impl RowsFormat {
    fn of_the_file(self) -> FileFormat {
        match self {
            RowsFormat::Csv => FileFormat::Csv { harmless: true },
            RowsFormat::Jsonl => FileFormat::JsonLines,
            RowsFormat::Parquet => FileFormat::Parquet,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FileQuery {
    #[serde(default)]
    #[param(required = false, inline)]
    format: RowsFormat,
}

/// All rows of an import in row order, as a file: with the columns of `glyphd export`.
#[utoipa::path(
    get, path = "/imports/{import_id}/rows/file", tag = "imports", operation_id = "download_rows",
    params(("import_id" = String, Path, description = "An import's id, a prefix that only it has, or `last`"), FileQuery),
    responses(
        (status = 200, description = "The file", content(
            (String = "text/csv"), (String = "application/x-ndjson"), (Vec<u8> = "application/vnd.apache.parquet"))),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn rows_file(
    State(context): State<Context>,
    Segment(wanted): Segment<String>,
    Query(query): Query<FileQuery>,
) -> Result<Response, Problem> {
    let format = query.format.of_the_file();
    table_file::send(&context, format, move |store, out| {
        let import_id = find(store, &wanted)?.import_id;
        let mut writer = export::writer(format, &row_columns(&empty_row()), out)?;
        let mut failure = None;
        store.list_rows(
            Some(&import_id),
            &mut |row| match writer.write(&row_columns(&row)) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failure = Some(error);
                    ControlFlow::Break(())
                }
            },
        )?;
        failure.map_or(Ok(()), Err)?;
        writer.finish()?;
        Ok(format!("rows-{import_id}"))
    })
    .await
}
