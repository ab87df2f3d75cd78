//! Answers that are files of other programs.

use std::fs::File;
use std::io::{BufWriter, Read, Seek};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use glyph_store::sqlite::SqliteStore;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::SendTimeoutError;

use crate::export::FileFormat;
use crate::http::context::Context;
use crate::http::database::blocking;
use crate::http::problem::{Code, Problem};

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
    Ok((headers, body_of(file, context.limits.idle)).into_response())
}

/// Bytes of a file that are sent at a time.
const CHUNK_BYTES: usize = 256 * 1024;

/// The file as a body. It is given up, and its place on the disk with it, when its client takes nothing of it for `idle`.
fn body_of(mut file: File, idle: Duration) -> Body {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        loop {
            let read = blocking(move || {
                let mut chunk = vec![0; CHUNK_BYTES];
                let read = file
                    .read(&mut chunk)
                    .map_err(|error| Problem::internal(&error))?;
                chunk.truncate(read);
                Ok((Bytes::from(chunk), file))
            })
            .await;
            let piece = match read {
                Ok((chunk, _)) if chunk.is_empty() => return,
                Ok((chunk, rest)) => {
                    file = rest;
                    Ok(chunk)
                }
                Err(problem) => {
                    // The connection breaks off, so that nobody takes a part for the whole.
                    let _gone = sender.send_timeout(Err(problem), idle).await;
                    return;
                }
            };
            match sender.send_timeout(piece, idle).await {
                Ok(()) => {}
                Err(SendTimeoutError::Closed(_)) => return,
                Err(SendTimeoutError::Timeout(_)) => {
                    tracing::info!("a file was given up that its client did not take");
                    drop(file);
                    // Waits without the file until the connection ends.
                    let broken = Problem::new(Code::RequestTimedOut, "the file was not taken");
                    let _gone = sender.send(Err(broken)).await;
                    return;
                }
            }
        }
    });
    let pieces = stream::unfold(receiver, async |mut receiver| {
        Some((receiver.recv().await?, receiver))
    });
    // Packing asks once more after the end.
    Body::from_stream(pieces.fuse())
}
