//! A file on its way from the client to the disk: bounded in size, and in how long it may stand still.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, Read, Seek, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use encoding_rs::DecoderResult;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use glyph_core::source::Format;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use crate::http::context::Context;
use crate::http::database::blocking;
use crate::http::problem::{Code, Problem};

/// A file that was sent. It has no name on the disk, so it goes with the process at the latest.
#[derive(Debug)]
pub(crate) struct Upload {
    pub(crate) file: File,
    pub(crate) bytes: u64,
    /// BLAKE3 over them.
    pub(crate) hash: blake3::Hash,
    /// As the client calls it.
    pub(crate) name: Option<String>,
    /// What the media type says of the format.
    pub(crate) format: Option<Format>,
    /// Given back when the file is.
    pub(crate) _slot: OwnedSemaphorePermit,
}

impl Upload {
    /// The file again, where all of it is UTF-8.
    pub(crate) async fn refused_unless_utf8(mut self) -> Result<Upload, Problem> {
        blocking(move || {
            let is_utf8 = is_utf8(&mut self.file).map_err(|error| Problem::internal(&error))?;
            if is_utf8 {
                Ok(self)
            } else {
                Err(Problem::new(Code::BodyInvalid, "the file is not UTF-8"))
            }
        })
        .await
    }
}

/// A place for one more file; refused before it is sent where there is none.
pub(crate) fn slot(context: &Context) -> Result<OwnedSemaphorePermit, Problem> {
    Arc::clone(&context.slots).try_acquire_owned().map_err(|_| {
        Problem::new(
            Code::TooManyImports,
            "as many files as may be are on their way",
        )
    })
}

/// Takes in the body: the file itself, or a form with one file in it.
pub(crate) async fn receive(request: Request, context: &Context) -> Result<Upload, Problem> {
    let slot = slot(context)?;
    let kind = media_type(request.headers());
    if kind.as_deref() == Some("multipart/form-data") {
        return Ok(receive_form(request, context, slot, &[]).await?.0);
    }
    let format = format_of(kind.as_deref())?;
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|bytes| bytes > context.limits.upload_bytes) {
        return Err(too_large(context));
    }
    let stream = Body::from_request(request, &())
        .await
        .map_err(|_| broke_off())?
        .into_data_stream();
    let (file, bytes, hash) = to_disk(stream, context).await?;
    Ok(Upload {
        file,
        bytes,
        hash,
        name: None,
        format,
        _slot: slot,
    })
}

/// The most bytes of a form that may come without any of them being the file's: a boundary that never comes and heads
/// without an end are not waited for.
const MOST_BETWEEN_BYTES: usize = 1 << 20;

/// Takes in a form with one file in it, and with such texts beside it as have these names.
pub(crate) async fn receive_with_texts(
    request: Request,
    context: &Context,
    names: &[&str],
) -> Result<(Upload, HashMap<String, String>), Problem> {
    let slot = slot(context)?;
    receive_form(request, context, slot, names).await
}

async fn receive_form(
    request: Request,
    context: &Context,
    slot: OwnedSemaphorePermit,
    text_names: &[&str],
) -> Result<(Upload, HashMap<String, String>), Problem> {
    let wrong = |detail: String| Problem::new(Code::BodyInvalid, detail);
    let between = Arc::new(AtomicUsize::new(0));
    let mut form = Multipart::from_request(bounded(request, &between), &())
        .await
        .map_err(|rejection| wrong(rejection.body_text()))?;
    let mut upload = None;
    let mut texts = HashMap::new();
    loop {
        let Ok(next) = tokio::time::timeout(context.limits.idle, form.next_field()).await else {
            return Err(stood_still());
        };
        let Some(field) = next.map_err(|error| wrong(error.body_text()))? else {
            break;
        };
        let name = field.name().unwrap_or_default().to_owned();
        if text_names.contains(&name.as_str()) {
            let Ok(text) = tokio::time::timeout(context.limits.idle, field.text()).await else {
                return Err(stood_still());
            };
            texts.insert(name, text.map_err(|error| wrong(error.body_text()))?);
            continue;
        }
        if name != "file" || upload.is_some() {
            return Err(wrong(format!(
                "the form has a part `{name}`, and one part `file` is wanted and nothing else"
            )));
        }
        let format = format_of(field.content_type())?;
        let file_name = field.file_name().map(str::to_owned);
        let pieces = field.inspect_ok(|_| between.store(0, Ordering::Relaxed));
        let (file, bytes, hash) = to_disk(pieces, context).await?;
        upload = Some((file, bytes, hash, file_name, format));
    }
    let (file, bytes, hash, name, format) =
        upload.ok_or_else(|| wrong("the form has no part `file`".to_owned()))?;
    let upload = Upload {
        file,
        bytes,
        hash,
        name,
        format,
        _slot: slot,
    };
    Ok((upload, texts))
}

/// Whether all of a file is UTF-8; it is read from the beginning, and stands there again.
fn is_utf8(file: &mut File) -> std::io::Result<bool> {
    let mut reader = std::io::BufReader::with_capacity(COPIED_BYTES, &mut *file);
    let mut decoder = encoding_rs::UTF_8.new_decoder_without_bom_handling();
    let mut text = vec![0; COPIED_BYTES];
    let mut is_whole = true;
    loop {
        let bytes = reader.fill_buf()?;
        let is_last = bytes.is_empty();
        let (result, read, _) =
            decoder.decode_to_utf8_without_replacement(bytes, &mut text, is_last);
        if matches!(result, DecoderResult::Malformed(..)) {
            is_whole = false;
            break;
        }
        if is_last {
            break;
        }
        reader.consume(read);
    }
    file.rewind()?;
    Ok(is_whole)
}

/// A copy of a file of this machine, as if it had been sent: what becomes of the file meanwhile does not count.
pub(crate) async fn copy_of(file: File, context: &Context) -> Result<Upload, Problem> {
    let slot = slot(context)?;
    let stream = stream::try_unfold(file, |mut file| {
        blocking(move || {
            let mut chunk = vec![0; COPIED_BYTES];
            let read = file
                .read(&mut chunk)
                .map_err(|error| Problem::internal(&error))?;
            chunk.truncate(read);
            Ok((read > 0).then(|| (Bytes::from(chunk), file)))
        })
    });
    let (file, bytes, hash) = to_disk(Box::pin(stream), context).await?;
    Ok(Upload {
        file,
        bytes,
        hash,
        name: None,
        format: None,
        _slot: slot,
    })
}

/// Bytes that are copied at a time.
const COPIED_BYTES: usize = 256 * 1024;

/// The request with a body that breaks off where too much of it is none of the file's.
fn bounded(request: Request, between: &Arc<AtomicUsize>) -> Request {
    let between = Arc::clone(between);
    request.map(|body| {
        Body::from_stream(body.into_data_stream().map(move |piece| {
            let piece = piece?;
            let so_far = between.fetch_add(piece.len(), Ordering::Relaxed);
            if so_far > MOST_BETWEEN_BYTES {
                return Err(axum::Error::new(TooMuchBetween));
            }
            Ok(piece)
        }))
    })
}

#[derive(Debug, thiserror::Error)]
#[error("the form has too much beside its file")]
struct TooMuchBetween;

fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or_default().trim();
    Some(essence.to_ascii_lowercase())
}

/// The format that a media type stands for. Types of bytes in general leave it to the bytes.
fn format_of(media_type: Option<&str>) -> Result<Option<Format>, Problem> {
    let media_type = media_type.map(|text| text.split(';').next().unwrap_or_default().trim());
    Ok(match media_type {
        Some("text/tab-separated-values") => Some(Format::Tsv),
        Some("application/x-ndjson" | "application/jsonl" | "application/x-jsonlines") => {
            Some(Format::JsonLines)
        }
        Some("application/vnd.apache.parquet") => Some(Format::Parquet),
        None
        | Some(
            ""
            | "text/csv"
            | "application/csv"
            | "application/vnd.ms-excel"
            | "text/plain"
            | "application/json"
            | "text/json"
            | "application/octet-stream"
            | "application/gzip"
            | "application/x-gzip"
            | "application/zstd"
            | "application/x-www-form-urlencoded",
        ) => None,
        Some(other) => {
            return Err(Problem::new(
                Code::MediaTypeUnsupported,
                format!(
                    "`{other}` cannot be imported: send `text/csv`, `application/json`, `application/x-ndjson`, \
                     `application/vnd.apache.parquet`, `application/octet-stream` or a form"
                ),
            ));
        }
    })
}

/// Writes a stream to a file that has no name, beside the database: where it is imported to, there must be room anyhow.
async fn to_disk<E: std::error::Error>(
    mut stream: impl Stream<Item = Result<Bytes, E>> + Unpin,
    context: &Context,
) -> Result<(File, u64, blake3::Hash), Problem> {
    let folder = context.database.folder().to_owned();
    let mut file = blocking(move || tempfile::tempfile_in(folder).map_err(not_written)).await?;
    let mut bytes = 0;
    let mut hasher = blake3::Hasher::new();
    let limits = &context.limits;
    let began = Instant::now();
    loop {
        let took = began.elapsed();
        if took > limits.idle && bytes < took.as_secs().saturating_mul(limits.upload_rate) {
            return Err(Problem::new(
                Code::RequestTimedOut,
                format!(
                    "the upload came with less than {} bytes a second",
                    limits.upload_rate
                ),
            ));
        }
        let chunk = match tokio::time::timeout(context.limits.idle, stream.next()).await {
            Err(_) => {
                return Err(stood_still());
            }
            Ok(None) => break,
            Ok(Some(Err(_))) => return Err(broke_off()),
            Ok(Some(Ok(chunk))) => chunk,
        };
        bytes += chunk.len() as u64;
        if bytes > context.limits.upload_bytes {
            return Err(too_large(context));
        }
        hasher.update(&chunk);
        file = blocking(move || {
            file.write_all(&chunk).map_err(not_written)?;
            Ok(file)
        })
        .await?;
    }
    file.rewind().map_err(not_written)?;
    Ok((file, bytes, hasher.finalize()))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that `map_err` calls"
)]
fn not_written(error: std::io::Error) -> Problem {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            Problem::new(Code::DiskFull, "the disk is full")
        }
        _ => Problem::internal(&error),
    }
}

fn too_large(context: &Context) -> Problem {
    Problem::new(
        Code::BodyTooLarge,
        format!(
            "the upload is longer than {} bytes",
            context.limits.upload_bytes
        ),
    )
}

fn stood_still() -> Problem {
    Problem::new(Code::RequestTimedOut, "nothing came for too long")
}

fn broke_off() -> Problem {
    Problem::new(Code::BodyInvalid, "the body broke off")
}
