//! The rows of an import as a file of other programs.

use std::fs::File;
use std::io::{BufWriter, Read, Seek};
use std::ops::ControlFlow;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use glyph_store::store::Store;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::imports::find;
use crate::export::{CsvExport, ExportWriter, JsonLinesExport, ParquetExport};
use crate::http::context::Context;
use crate::http::database::blocking;
use crate::http::parameters::{Query, Segment};
use crate::http::problem::{Problem, ProblemBody};

#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FileFormat {
    /// For spreadsheets: a cell that one would run as a formula is made harmless.
    #[default]
    Csv,
    Jsonl,
    Parquet,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FileQuery {
    #[serde(default)]
    #[param(required = false, inline)]
    format: FileFormat,
}

/// All rows of an import in row order, as a file: with the columns of `glyphd export`.
#[utoipa::path(
    get, path = "/imports/{import_id}/rows/file", tag = "imports",
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
    let folder = context.database.folder().to_owned();
    let (import_id, file) = context
        .database
        .read(move |store| {
            let import_id = find(store, &wanted)?.import_id;
            // Written whole before it is sent: a client that is slow to take it holds no look at the database.
            let file = tempfile::tempfile_in(folder).map_err(|error| Problem::internal(&error))?;
            Ok((
                import_id.clone(),
                write(store, &import_id, file, query.format)?,
            ))
        })
        .await?;
    let (media_type, ending) = match query.format {
        FileFormat::Csv => ("text/csv; charset=utf-8", "csv"),
        FileFormat::Jsonl => ("application/x-ndjson", "jsonl"),
        FileFormat::Parquet => ("application/vnd.apache.parquet", "parquet"),
    };
    let name = format!("attachment; filename=\"rows-{import_id}.{ending}\"");
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::try_from(name).map_err(|error| Problem::internal(&error))?,
    );
    Ok((headers, body_of(file)).into_response())
}

fn write(
    store: &dyn Store,
    import_id: &str,
    file: File,
    format: FileFormat,
) -> anyhow::Result<File> {
    let out = BufWriter::new(file.try_clone()?);
    let mut writer: Box<dyn ExportWriter> = match format {
        FileFormat::Csv => Box::new(CsvExport::new(out, true)?),
        FileFormat::Jsonl => Box::new(JsonLinesExport::new(out)),
        FileFormat::Parquet => Box::new(ParquetExport::new(out)?),
    };
    let mut failure = None;
    store.list_rows(Some(import_id), &mut |row| match writer.write(&row) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failure = Some(error);
            ControlFlow::Break(())
        }
    })?;
    if let Some(error) = failure {
        return Err(error);
    }
    writer.finish()?;
    let mut file = file;
    file.rewind()?;
    Ok(file)
}

/// Bytes of a file that are sent at a time.
const CHUNK_BYTES: usize = 256 * 1024;

fn body_of(file: File) -> Body {
    Body::from_stream(stream::try_unfold(file, |file| {
        blocking(move || {
            let mut file = file;
            let mut chunk = vec![0; CHUNK_BYTES];
            let read = file
                .read(&mut chunk)
                .map_err(|error| Problem::internal(&error))?;
            chunk.truncate(read);
            Ok((read > 0).then(|| (Bytes::from(chunk), file)))
        })
    }))
}
