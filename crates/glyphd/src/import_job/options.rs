//! The options of an import, checked once.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use glyph_core::listing::{DecimalMark, Field, Rates, ReaderOptions};
use glyph_core::money::Currency;
use glyph_core::pipeline::Counts;
use glyph_core::score::Profile;
use glyph_core::source::{Delimiter, Format, Limits as SourceLimits};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::command::Hinted;
use crate::input::{Digested, digest_of};

/// How sources are read and rows are judged: the options of `import`, checked once.
#[derive(Debug, Clone)]
pub(crate) struct ImportOptions {
    pub(crate) format: Option<Format>,
    pub(crate) delimiter: Option<Delimiter>,
    pub(crate) mapping: Vec<(String, Field)>,
    pub(crate) read: ReaderOptions,
    /// The rates that the user gave; the built-in ones where absent.
    pub(crate) rates: Option<Arc<Rates>>,
    /// Names the rates given by the user: part of what makes an import the same.
    pub(crate) rates_key: String,
    /// Names the models that the user added to the registry; empty where there are none.
    pub(crate) registry_key: String,
    /// The time given for the whole file.
    pub(crate) seen_at: Option<Timestamp>,
    pub(crate) profile: Profile,
    pub(crate) on_error: OnError,
    pub(crate) most_rejects: Option<MostRejects>,
    pub(crate) dry_run: bool,
    pub(crate) force: bool,
    /// What the source is called instead of the name of its file.
    pub(crate) source_name: Option<String>,
    /// What the sender says of the import.
    pub(crate) description: Option<String>,
    /// The most bytes that a packed source may unpack to; any number where absent.
    pub(crate) unpacked_bytes: Option<u64>,
    /// The most rows of a source; any number where absent.
    pub(crate) most_rows: Option<u64>,
    /// Bounds on what a row may be.
    pub(crate) source_limits: SourceLimits,
    /// Where a source is put that cannot be read as it comes; the system's folder for that where absent.
    pub(crate) scratch_folder: Option<PathBuf>,
}

impl ImportOptions {
    pub(super) fn rates(&self) -> &Rates {
        self.rates.as_deref().unwrap_or_else(|| Rates::embedded())
    }
}

/// A column and the field that it is to be read as: `HEADER=FIELD`.
pub(crate) fn parse_mapping(text: &str) -> Result<(String, Field), String> {
    let (header, field) = text
        .rsplit_once('=')
        .ok_or_else(|| format!("`{text}` is not of the form HEADER=FIELD"))?;
    let field = Field::parse(field.trim()).ok_or_else(|| {
        let known: Vec<&str> = Field::ALL.iter().map(|field| field.as_str()).collect();
        format!("`{field}` is no field: the fields are {}", known.join(", "))
    })?;
    Ok((header.to_owned(), field))
}

/// What a rejected row does to its import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum OnError {
    /// The row is kept as rejected and the import goes on.
    Skip,
    /// The first rejected row ends the import and nothing is kept.
    Abort,
}

/// The bound past which nothing of an import is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum MostRejects {
    Rows(u64),
    /// Of all rows, judged at the end.
    Percent(f64),
}

impl std::str::FromStr for MostRejects {
    type Err = String;

    fn from_str(text: &str) -> Result<MostRejects, String> {
        let wrong =
            || format!("`{text}` is neither a number of rows nor a percentage such as `5%`");
        match text.strip_suffix('%') {
            Some(percent) => percent
                .trim()
                .parse()
                .ok()
                .filter(|percent| (0.0..=100.0).contains(percent))
                .map(MostRejects::Percent)
                .ok_or_else(wrong),
            None => text.parse().map(MostRejects::Rows).map_err(|_| wrong()),
        }
    }
}

impl MostRejects {
    pub(super) fn is_passed(self, counts: &Counts, at_end: bool) -> bool {
        match self {
            MostRejects::Rows(most) => counts.rejected > most,
            MostRejects::Percent(percent) => {
                at_end && counts.rejected as f64 * 100.0 > percent * counts.total() as f64
            }
        }
    }
}

/// How a source was read, as its import keeps it: a repair reads with the same options.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct ReadingOptions {
    format: Option<String>,
    delimiter: Option<char>,
    /// Header, in lower case, and field; sorted, since their order means nothing.
    mapping: Vec<(String, String)>,
    currency: Option<String>,
    decimal_mark: Option<String>,
    /// The rates came from the user and not from the built-in table.
    own_rates: bool,
}

impl ImportOptions {
    fn reading(&self) -> ReadingOptions {
        let mut mapping: Vec<(String, String)> = self
            .mapping
            .iter()
            .map(|(header, field)| (header.trim().to_lowercase(), field.as_str().to_owned()))
            .collect();
        mapping.sort();
        mapping.dedup();
        ReadingOptions {
            format: self.format.map(|format| format.as_str().to_owned()),
            delimiter: self.delimiter.map(Delimiter::as_char),
            mapping,
            currency: self
                .read
                .currency
                .map(|currency| currency.code().to_owned()),
            decimal_mark: self.read.decimal_mark.map(|mark| mark.as_str().to_owned()),
            own_rates: self.rates.is_some(),
        }
    }

    /// The options as JSON, for the import's record.
    pub(super) fn reading_json(&self) -> serde_json::Result<String> {
        serde_json::to_string(&self.reading())
    }

    /// These options, and for what they do not say those that the import was read with.
    pub(crate) fn or_those_of(mut self, stored: Option<&str>) -> anyhow::Result<ImportOptions> {
        let stored: ReadingOptions = match stored {
            Some(json) => serde_json::from_str(json).context("the import's reading options")?,
            None => return Ok(self),
        };
        if stored.own_rates && self.rates.is_none() {
            return Err(Hinted::new(
                "the import was converted by rates of its own",
                "give the same with `--rates FILE`",
            )
            .into());
        }
        // The format is that of the file of rejects: CSV for CSV, JSON Lines for Parquet, and shown by the file itself.
        self.delimiter = self
            .delimiter
            .or_else(|| stored.delimiter.and_then(|mark| mark.try_into().ok()));
        self.read.currency = self
            .read
            .currency
            .or_else(|| stored.currency.as_deref().and_then(Currency::parse));
        self.read.decimal_mark = self
            .read
            .decimal_mark
            .or_else(|| stored.decimal_mark.as_deref().and_then(DecimalMark::parse));
        if self.mapping.is_empty() {
            self.mapping = stored
                .mapping
                .into_iter()
                .filter_map(|(header, field)| Some((header, Field::parse(&field)?)))
                .collect();
        }
        Ok(self)
    }
}

/// Names the bytes and every option that can change what becomes of a row.
pub(super) fn options_key(
    digested: &Digested,
    options: &ImportOptions,
) -> serde_json::Result<String> {
    let seen_at = options.seen_at.map(clock::text).unwrap_or_default();
    let reading = options.reading_json()?;
    let mut parts = vec![
        digested.sha256.as_str(),
        &seen_at,
        &reading,
        &options.rates_key,
        &options.profile.name,
    ];
    // Only where it says something, so that the keys of imports without it stay what they were.
    if !options.registry_key.is_empty() {
        parts.push(&options.registry_key);
    }
    Ok(digest_of(&parts))
}
