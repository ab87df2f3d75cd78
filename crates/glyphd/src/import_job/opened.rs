//! Opening the source that an input holds, for imports and repairs.

use std::io::{Cursor, Read};

use anyhow::Context;
use glyph_core::listing::{HeaderMap, ListingReader};
use glyph_core::source::parquet::ParquetSource;
use glyph_core::source::{self, RowSource, SourceError, SourceOptions};

use super::options::ImportOptions;
use crate::command::Hinted;
use crate::input::Input;

/// A source with its first row ahead.
#[derive(Debug)]
pub(crate) struct OpenedSource {
    pub(crate) rows: Box<dyn RowSource>,
    /// The file was read at positions and not as a stream, so that its bytes are still to be hashed.
    pub(crate) by_position: bool,
}

/// Opens the source that `input` holds. Parquet is read from its end: where it comes packed or through a pipe, it is
/// put into a temporary file first.
pub(crate) fn open_source(input: &Input, options: &ImportOptions) -> anyhow::Result<OpenedSource> {
    let source_options = SourceOptions {
        format: options.format,
        delimiter: options.delimiter,
        file_name: Some(input.name.clone()),
        unpacked_bytes: options.unpacked_bytes,
        limits: options.source_limits,
    };
    let failed = |error: SourceError| source_failed(&error, input);
    if let Some(file) = input.parquet_file()? {
        let rows = ParquetSource::open(file, source_options.limits, options.unpacked_bytes)
            .map_err(failed)?;
        return Ok(OpenedSource {
            rows: Box::new(rows),
            by_position: true,
        });
    }
    let mut stream = source::unpack(input.reader()?, options.unpacked_bytes).map_err(failed)?;
    let mut start = Vec::new();
    stream
        .by_ref()
        .take(4)
        .read_to_end(&mut start)
        .map_err(|error| failed(error.into()))?;
    let is_parquet = source::is_parquet(&start);
    let mut stream = Cursor::new(start).chain(stream);
    let rows: Box<dyn RowSource> = if is_parquet {
        let mut file = match &options.scratch_folder {
            Some(folder) => tempfile::tempfile_in(folder),
            None => tempfile::tempfile(),
        }
        .context("cannot make a temporary file")?;
        std::io::copy(&mut stream, &mut file).map_err(|error| failed(error.into()))?;
        Box::new(
            ParquetSource::open(file, source_options.limits, options.unpacked_bytes)
                .map_err(failed)?,
        )
    } else {
        source::open(Box::new(stream), &source_options).map_err(failed)?
    };
    Ok(OpenedSource {
        rows,
        by_position: false,
    })
}

pub(crate) fn reader_for<'a>(
    rows: &dyn RowSource,
    options: &'a ImportOptions,
) -> anyhow::Result<ListingReader<'a>> {
    let header = HeaderMap::resolve(rows.columns(), &options.mapping)
        .map_err(|error| Hinted::new(error.to_string(), error.hint()))?;
    Ok(ListingReader::new(header, options.rates(), options.read))
}

/// A reader of mended rows. A file of rejects may hold none that names a title or a price: its rows are then rejected
/// again, one by one.
pub(crate) fn reader_for_repair<'a>(
    rows: &dyn RowSource,
    options: &'a ImportOptions,
) -> anyhow::Result<ListingReader<'a>> {
    if matches!(rows.findings().format, "csv" | "tsv") {
        return reader_for(rows, options);
    }
    let header = HeaderMap::growing(rows.columns(), &options.mapping);
    Ok(ListingReader::new(header, options.rates(), options.read))
}

pub(crate) fn source_failed(error: &SourceError, input: &Input) -> anyhow::Error {
    let message = format!("`{}`: {error}", input.name);
    if let SourceError::Io(_) = error {
        // It is not what the user gave that is wrong.
        return anyhow::anyhow!(message);
    }
    match error.hint() {
        Some(hint) => Hinted::new(message, hint).into(),
        None => Hinted::without_hint(message).into(),
    }
}
