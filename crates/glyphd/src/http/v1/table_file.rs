//! Answers that are files of other programs.

use std::fs::File;
use std::io::{BufWriter, Read, Seek};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use glyph_store::sqlite::SqliteStore;

use crate::export::FileFormat;
use crate::http::context::Context;
use crate::http::database::blocking;
use crate::http::problem::Problem;

/// Sends what `write` writes, under the name that it gives. It is on the disk whole before its first byte is sent: a client that is slow to take it holds
/// no look at the database.
pub(super) async fn send(
    context: &Context,
    format: FileFormat,
    write: impl FnOnce(&SqliteStore, BufWriter<File>) -> Result<String, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let folder = context.database.folder().to_owned();
    let (name, file) = context
        .database
        .read(move |store| {
            let failed = |error: std::io::Error| Problem::internal(&error);
            let mut file = tempfile::tempfile_in(folder).map_err(failed)?;
            let out = BufWriter::new(file.try_clone().map_err(failed)?);
            let name = write(store, out)?;
            file.rewind().map_err(failed)?;
            Ok((name, file))
        })
        .await?;
    let (media_type, ending) = match format {
        FileFormat::Csv { .. } => ("text/csv; charset=utf-8", "csv"),
        FileFormat::JsonLines => ("application/x-ndjson", "jsonl"),
        FileFormat::Parquet => ("application/vnd.apache.parquet", "parquet"),
    };
    let name = format!("attachment; filename=\"{name}.{ending}\"");
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::try_from(name).map_err(|error| Problem::internal(&error))?,
    );
    Ok((headers, body_of(file)).into_response())
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
