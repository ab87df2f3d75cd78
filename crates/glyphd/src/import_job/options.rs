//! The options of an import, checked once.

use std::sync::Arc;

use glyph_core::listing::{Field, Rates, ReaderOptions};
use glyph_core::pipeline::Counts;
use glyph_core::score::Profile;
use glyph_core::source::{Delimiter, Format};
use jiff::Timestamp;

use crate::clock;
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
    /// The time given for the whole file.
    pub(crate) seen_at: Option<Timestamp>,
    pub(crate) profile: Profile,
    pub(crate) on_error: OnError,
    pub(crate) most_rejects: Option<MostRejects>,
    pub(crate) dry_run: bool,
    pub(crate) force: bool,
}

impl ImportOptions {
    pub(super) fn rates(&self) -> &Rates {
        self.rates.as_deref().unwrap_or_else(|| Rates::embedded())
    }
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

/// Names the bytes and every option that can change what becomes of a row.
pub(super) fn options_key(digested: &Digested, options: &ImportOptions) -> String {
    let mapping = options
        .mapping
        .iter()
        .map(|(header, field)| format!("{header}={}", field.as_str()))
        .collect::<Vec<_>>()
        .join("\n");
    digest_of(&[
        &digested.sha256,
        &options.seen_at.map(clock::text).unwrap_or_default(),
        &format!("{:?}", options.format),
        &format!("{:?}", options.delimiter),
        &mapping,
        &format!("{:?}", options.read),
        &options.rates_key,
        &options.profile.name,
    ])
}
