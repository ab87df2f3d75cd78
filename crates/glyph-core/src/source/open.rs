//! Opens a source: unpacks it, finds its encoding and its format, and refuses what holds no listings.

use std::io::Read;

use super::compression::unpack;
use super::csv::CsvSource;
use super::delimiter::Delimiter;
use super::detect::{Format, refuse_foreign};
use super::json_array::JsonArraySource;
use super::json_elements::{Elements, is_blank};
use super::json_layout::{Layout, detect_layout};
use super::json_lines::JsonLinesSource;
use super::json_scan::skip_whitespace;
use super::read_ahead::ReadAhead;
use super::shopify::ShopifySource;
use super::window::Window;
use super::{Limits, RowSource, SourceError};

/// What the user says of a source. The default is to find everything out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceOptions {
    pub format: Option<Format>,
    pub delimiter: Option<Delimiter>,
    /// The name of the file, which tells a format where its bytes do not.
    pub file_name: Option<String>,
    pub limits: Limits,
    /// The most bytes that a compressed source may unpack to.
    pub unpacked_bytes: Option<u64>,
}

/// Opens the source that `reader` gives: CSV, TSV, JSON Lines, JSON or Shopify JSON, each plain, gzip or zstd. Its columns
/// are known at once; JSON sources may find more later.
///
/// Parquet is read from its end and not from a stream: see [`super::is_parquet`] and [`super::parquet::ParquetSource`].
///
/// # Errors
/// [`SourceError::Empty`] for a source with nothing in it, [`SourceError::Unsupported`] for one that is something else, and
/// what reading its start brings.
pub fn open(
    reader: Box<dyn Read + Send>,
    options: &SourceOptions,
) -> Result<Box<dyn RowSource>, SourceError> {
    let mut window = Window::open(unpack(reader, options.unpacked_bytes)?)?;
    skip_blank_start(&mut window, &options.limits)?;
    refuse_foreign(window.text(), options.format)?;
    let hinted = options
        .file_name
        .as_deref()
        .and_then(Format::from_file_name);
    let format = options
        .format
        .unwrap_or_else(|| detect_format(window.text(), hinted, options.delimiter.is_some()));
    let limits = options.limits;
    match format {
        Format::Csv | Format::Tsv => {
            let delimiter = match (options.delimiter, options.format) {
                (Some(delimiter), _) => Some(delimiter),
                (None, Some(Format::Tsv)) => Some(Delimiter::TAB),
                (None, _) => None,
            };
            Ok(Box::new(CsvSource::open(window, delimiter, limits)?))
        }
        Format::JsonLines | Format::Json | Format::Shopify => {
            let (layout, format) = detect_layout(&mut window, options.format, hinted, &limits)?;
            open_json(window, layout, format, limits)
        }
        Format::Parquet => Err(SourceError::Malformed {
            format: "parquet",
            message: "it does not start with `PAR1`".to_owned(),
            byte: 0,
        }),
    }
}

fn open_json(
    window: Window,
    layout: Layout,
    format: Format,
    limits: Limits,
) -> Result<Box<dyn RowSource>, SourceError> {
    if layout == Layout::Lines {
        let source = JsonLinesSource::new(window, limits);
        return Ok(Box::new(ReadAhead::new(source)?));
    }
    let elements = Elements::new(window, layout, format.as_str(), limits);
    if format == Format::Shopify {
        Ok(Box::new(ReadAhead::new(ShopifySource::new(elements))?))
    } else {
        Ok(Box::new(ReadAhead::new(JsonArraySource::new(elements))?))
    }
}

/// Makes sure that the window shows something, or the source is empty.
fn skip_blank_start(window: &mut Window, limits: &Limits) -> Result<(), SourceError> {
    while is_blank(window.text()) {
        if window.is_finished() {
            return Err(SourceError::Empty);
        }
        window.fill_within(limits)?;
    }
    Ok(())
}

/// JSON by its first two tokens, which no header of a CSV file has; else what the name tells; else CSV.
fn detect_format(start: &[u8], hinted: Option<Format>, has_delimiter: bool) -> Format {
    let first = skip_whitespace(start, 0);
    let second = skip_whitespace(start, first + 1);
    match (start.get(first), start.get(second)) {
        _ if has_delimiter => Format::Csv,
        (Some(b'{'), Some(b'"' | b'}')) | (Some(b'['), Some(b'{' | b']')) => Format::Json,
        _ => match hinted {
            Some(Format::Parquet) | None => Format::Csv,
            Some(format) => format,
        },
    }
}

#[cfg(test)]
#[path = "open_tests.rs"]
mod tests;
