//! The path of a row, and the only loop over rows: raw row → listing → match → specs → score → sink.
//!
//! A bad row is an outcome, never an early return: `Err` means that the source or the sink broke, or that the caller
//! stopped the run. An outcome depends on the row, the registry, the rates and the profile alone; the caches here
//! remember pure functions and may be emptied at any time without changing an answer.

mod hand_over;
mod outcome;
mod remembered;

use std::ops::ControlFlow;

use hand_over::{Giver, Slot, Taker};
pub use outcome::{Counts, Offer, Outcome, RejectedRow, ScoredOffer, counted_condition};
use remembered::{Remembered, RememberedMatches};

use crate::listing::{Listing, ListingReader};
use crate::matching::{Matcher, UnmatchedReason};
use crate::registry::{Model, Registry};
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
/// A thread of its own reads and judges the rows while this one keeps them. `watch` is called every few thousand rows
/// and may stop the run.
pub fn run(
    source: &mut dyn RowSource,
    stages: &mut Stages<'_>,
    sink: &mut dyn Sink,
    watch: &mut dyn FnMut(&Counts) -> ControlFlow<()>,
) -> Result<Counts, RunError> {
    std::thread::scope(|scope| {
        let (giver, taker) = hand_over::pair();
        let reading = scope.spawn(move || read(source, stages, &giver));
        let counts = keep(&taker, sink, watch);
        // The reader ends at the end of its source, or when it finds that nobody takes its rows.
        drop(taker);
        let read = reading
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let counts = counts?;
        read?;
        Ok(counts)
    })
}

/// Fills batches with judged rows until the source ends.
fn read<'a>(
    source: &mut dyn RowSource,
    stages: &mut Stages<'a>,
    giver: &Giver<'a>,
) -> Result<(), SourceError> {
    let mut remembered = RememberedMatches::default();
    let mut ended = false;
    while !ended {
        let Ok(mut batch) = giver.empty() else { break };
        let mut failed = None;
        while !batch.is_full() {
            let slot = batch.next_slot();
            match source.next_row(&mut slot.row) {
                Ok(true) => {}
                Ok(false) => {
                    ended = true;
                    break;
                }
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
            let columns = source.columns();
            let listing = &mut slot.listing;
            slot.judged = Some(process(
                columns,
                &slot.row,
                stages,
                listing,
                &mut remembered,
            ));
            batch.accept();
        }
        // The rows before a failure are kept like any others: the sink may have a word on them first.
        let sent = giver.give(batch);
        if let Some(error) = failed {
            return Err(error);
        }
        if sent.is_err() {
            break;
        }
    }
    Ok(())
}

/// Gives every row to the sink, in their order.
fn keep(
    taker: &Taker<'_>,
    sink: &mut dyn Sink,
    watch: &mut dyn FnMut(&Counts) -> ControlFlow<()>,
) -> Result<Counts, RunError> {
    let mut counts = Counts::default();
    while let Some(batch) = taker.take() {
        for outcome in batch.slots().iter().filter_map(Slot::outcome) {
            counts.add(&outcome);
            sink.take(&outcome).map_err(RunError::Sink)?;
            if counts.total() % ROWS_BETWEEN_WATCHES == 0 && watch(&counts).is_break() {
                return Err(RunError::Stopped(counts.total()));
            }
        }
        taker.give_back(batch);
    }
    Ok(counts)
}

/// One row through all the stages; every error of one that is no listing.
fn process<'a>(
    columns: &[String],
    row: &RawRow,
    stages: &mut Stages<'a>,
    listing: &mut Listing,
    remembered: &mut RememberedMatches,
) -> Result<Judged<'a>, Vec<RowError>> {
    stages.reader.read(columns, row, listing)?;
    Ok(judge(
        listing,
        stages.registry,
        stages.matcher,
        stages.profile,
        remembered,
    ))
}

fn rejected<'a>(row: &'a RawRow, errors: &'a [RowError]) -> Outcome<'a> {
    Outcome::Rejected(RejectedRow {
        index: row.index,
        span: row.span,
        raw: &row.raw,
        repair: &row.repair,
        errors,
    })
}

/// What a listing turned out to be, apart from the listing.
#[derive(Debug)]
struct Judged<'a> {
    found: Remembered,
    /// The model and the score of the offer, or why it has none.
    card: Result<(&'a Model, f64), UnmatchedReason>,
}

impl Judged<'_> {
    fn outcome<'b>(&'b self, index: u64, listing: &'b Listing) -> Outcome<'b> {
        let offer = self.found.offer(index, listing);
        match self.card {
            Ok((model, score)) => Outcome::Scored(ScoredOffer {
                offer,
                model,
                score,
            }),
            Err(reason) => Outcome::Unmatched(offer, reason),
        }
    }
}

fn judge<'a>(
    listing: &Listing,
    registry: &'a Registry,
    matcher: &Matcher,
    profile: &Profile,
    remembered: &mut RememberedMatches,
) -> Judged<'a> {
    let found = remembered.match_listing(matcher, registry, listing);
    let card = match (found.answer.unmatched_reason(), found.answer.model) {
        (Some(reason), _) => Err(reason),
        (None, None) => Err(UnmatchedReason::UnknownModel),
        (None, Some(id)) => {
            let model = registry.model(id);
            score_value(model, found.offer(0, listing).asked(), profile)
                .map(|score| (model, score))
                .ok_or(UnmatchedReason::UnknownModel)
        }
    };
    Judged { found, card }
}

/// Judges stored listings again: the same functions, without a source.
#[derive(Debug)]
pub struct Rejudge<'a> {
    registry: &'a Registry,
    matcher: &'a Matcher,
    remembered: RememberedMatches,
    last: Option<Judged<'a>>,
}

impl<'a> Rejudge<'a> {
    /// `matcher` is the one made from `registry`.
    pub fn new(registry: &'a Registry, matcher: &'a Matcher) -> Rejudge<'a> {
        Rejudge {
            registry,
            matcher,
            remembered: RememberedMatches::default(),
            last: None,
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
        let judged = judge(
            listing,
            self.registry,
            self.matcher,
            profile,
            &mut self.remembered,
        );
        self.last.insert(judged).outcome(index, listing)
    }
}
