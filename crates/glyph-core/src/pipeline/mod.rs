//! The path of a row, and the only loop over rows: raw row → listing → match → specs → score → sink.
//!
//! A bad row is an outcome, never an early return: `Err` means that the source or the sink broke, or that the caller
//! stopped the run. An outcome depends on the row, the registry, the rates and the profile alone; the caches here
//! remember pure functions and may be emptied at any time without changing an answer.

mod outcome;
mod remembered;

use std::ops::ControlFlow;

pub use outcome::{Counts, Offer, Outcome, RejectedRow, ScoredOffer, counted_condition};
use remembered::RememberedMatches;

use crate::listing::{Listing, ListingReader};
use crate::matching::{Matcher, UnmatchedReason};
use crate::registry::Registry;
use crate::reject::RowError;
use crate::score::{Profile, score_value};
use crate::source::{RawRow, RowSource, SourceError};

/// Where outcomes go: a store, a count, a test.
pub trait Sink {
    /// Takes the outcome of one row. Rows come in row order, each exactly once.
    fn take(&mut self, outcome: &Outcome<'_>) -> Result<(), SinkError>;
}

/// What a sink may fail with; the caller knows its sink and can downcast.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// Why a run ended before the end of its source.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("{0}")]
    Sink(#[source] SinkError),
    /// The watcher broke off.
    #[error("stopped after {0} rows")]
    Stopped(u64),
}

/// The stages that a row passes, each a pure function with its data.
#[derive(Debug)]
pub struct Stages<'a> {
    pub reader: ListingReader<'a>,
    /// The registry that the matcher was made from.
    pub registry: &'a Registry,
    pub matcher: &'a Matcher,
    pub profile: &'a Profile,
}

/// How many rows pass between two calls of the watcher.
const ROWS_BETWEEN_WATCHES: u64 = 4096;

/// Takes every row of `source` through the stages into `sink`, and says how many became what.
///
/// `watch` is called every few thousand rows and may stop the run.
pub fn run(
    source: &mut dyn RowSource,
    stages: &mut Stages<'_>,
    sink: &mut dyn Sink,
    watch: &mut dyn FnMut(&Counts) -> ControlFlow<()>,
) -> Result<Counts, RunError> {
    let mut counts = Counts::default();
    let mut row = RawRow::default();
    let mut listing = Listing::default();
    let mut errors = Vec::new();
    let mut remembered = RememberedMatches::default();
    while source.next_row(&mut row)? {
        let columns = source.columns();
        let outcome = process(
            columns,
            &row,
            stages,
            &mut listing,
            &mut errors,
            &mut remembered,
        );
        counts.add(&outcome);
        sink.take(&outcome).map_err(RunError::Sink)?;
        if counts.total() % ROWS_BETWEEN_WATCHES == 0 && watch(&counts).is_break() {
            return Err(RunError::Stopped(counts.total()));
        }
    }
    Ok(counts)
}

/// One row through all the stages.
fn process<'a, 'stages: 'a>(
    columns: &[String],
    row: &'a RawRow,
    stages: &mut Stages<'stages>,
    listing: &'a mut Listing,
    errors: &'a mut Vec<RowError>,
    remembered: &'a mut RememberedMatches,
) -> Outcome<'a> {
    if let Err(found) = stages.reader.read(columns, row, listing) {
        *errors = found;
        return Outcome::Rejected(RejectedRow {
            index: row.index,
            span: row.span,
            raw: &row.raw,
            repair: &row.repair,
            errors,
        });
    }
    judge(
        row.index,
        listing,
        stages.registry,
        stages.matcher,
        stages.profile,
        remembered,
    )
}

/// A listing that was read → what became of it.
fn judge<'a>(
    index: u64,
    listing: &'a Listing,
    registry: &'a Registry,
    matcher: &Matcher,
    profile: &Profile,
    remembered: &'a mut RememberedMatches,
) -> Outcome<'a> {
    let (fingerprint, answer) = remembered.match_listing(matcher, registry, listing);
    let offer = Offer {
        index,
        fingerprint,
        listing,
        matched: answer,
    };
    if let Some(reason) = answer.unmatched_reason() {
        return Outcome::Unmatched(offer, reason);
    }
    let model = answer.model.map(|id| registry.model(id));
    match model
        .and_then(|model| score_value(model, offer.asked(), profile).map(|score| (model, score)))
    {
        Some((model, score)) => Outcome::Scored(ScoredOffer {
            offer,
            model,
            score,
        }),
        None => Outcome::Unmatched(offer, UnmatchedReason::UnknownModel),
    }
}

/// Judges stored listings again: the same functions, without a source.
#[derive(Debug)]
pub struct Rejudge<'a> {
    registry: &'a Registry,
    matcher: &'a Matcher,
    remembered: RememberedMatches,
}

impl<'a> Rejudge<'a> {
    /// `matcher` is the one made from `registry`.
    pub fn new(registry: &'a Registry, matcher: &'a Matcher) -> Rejudge<'a> {
        Rejudge {
            registry,
            matcher,
            remembered: RememberedMatches::default(),
        }
    }

    pub fn registry(&self) -> &'a Registry {
        self.registry
    }

    /// What becomes of `listing` at `index` under this registry, this matcher and `profile`.
    pub fn outcome<'b>(
        &'b mut self,
        index: u64,
        listing: &'b Listing,
        profile: &Profile,
    ) -> Outcome<'b> {
        judge(
            index,
            listing,
            self.registry,
            self.matcher,
            profile,
            &mut self.remembered,
        )
    }
}
