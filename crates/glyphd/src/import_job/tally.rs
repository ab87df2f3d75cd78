//! Stands between the pipeline and the writer, and says why a run ended early.

use std::collections::BTreeMap;

use glyph_core::pipeline::{Counts, Outcome, RunError, Sink, SinkError};

use super::opened::source_failed;
use super::options::{ImportOptions, MostRejects, OnError};
use crate::command::Hinted;
use crate::input::Input;

/// Stands between the pipeline and the writer: counts by code and reason, and stops at the bound on rejects.
pub(super) struct Tally<'a> {
    writer: &'a mut dyn Sink,
    counts: Counts,
    on_error: OnError,
    most_rejects: Option<MostRejects>,
    most_rows: Option<u64>,
    pub(super) errors_by_code: BTreeMap<&'static str, u64>,
    pub(super) unmatched_by_reason: BTreeMap<&'static str, u64>,
    pub(super) first_reject: Option<String>,
    /// The latest of the times that rows have of their own, as far as it has come.
    pub(super) last_seen: Option<String>,
    now: &'a str,
}

impl<'a> Tally<'a> {
    pub(super) fn new(
        writer: &'a mut dyn Sink,
        options: &ImportOptions,
        now: &'a str,
    ) -> Tally<'a> {
        Tally {
            writer,
            counts: Counts::default(),
            on_error: options.on_error,
            most_rejects: options.most_rejects,
            most_rows: options.most_rows,
            errors_by_code: BTreeMap::new(),
            unmatched_by_reason: BTreeMap::new(),
            first_reject: None,
            last_seen: None,
            now,
        }
    }
}

/// The bound on rejects was passed.
#[derive(Debug, thiserror::Error)]
#[error("too many rows were rejected")]
struct TooManyRejects(Counts);

/// The bound on rows was passed.
#[derive(Debug, thiserror::Error)]
#[error("the source has more than the {0} rows that are allowed")]
struct TooManyRows(u64);

impl Sink for Tally<'_> {
    fn take(&mut self, outcome: &Outcome<'_>) -> Result<(), SinkError> {
        self.counts.add(outcome);
        if let Some(most) = self.most_rows
            && self.counts.total() > most
        {
            return Err(TooManyRows(most).into());
        }
        let offer = match outcome {
            Outcome::Scored(scored) => Some(&scored.offer),
            Outcome::Unmatched(offer, _) => Some(offer),
            Outcome::Rejected(_) => None,
        };
        if let Some(own) = offer.and_then(|offer| offer.listing.seen_at.as_ref())
            && own.as_str() <= self.now
            && self.last_seen.as_ref().is_none_or(|last| own > last)
        {
            self.last_seen = Some(own.clone());
        }
        match outcome {
            Outcome::Scored(_) => {}
            Outcome::Unmatched(_, reason) => {
                *self.unmatched_by_reason.entry(reason.as_str()).or_default() += 1;
            }
            Outcome::Rejected(row) => {
                if let Some(error) = row.errors.first() {
                    *self.errors_by_code.entry(error.code.as_str()).or_default() += 1;
                    self.first_reject.get_or_insert_with(|| {
                        format!("line {}: {}", row.span.line_start, error.message)
                    });
                }
                let stop = self.on_error == OnError::Abort
                    || self
                        .most_rejects
                        .is_some_and(|most| most.is_passed(&self.counts, false));
                if stop {
                    return Err(Box::new(TooManyRejects(self.counts)));
                }
            }
        }
        self.writer.take(outcome)
    }
}

/// Why the run ended early, for the person who started it.
pub(super) fn explain(error: RunError, first_reject: Option<&str>, input: &Input) -> anyhow::Error {
    match error {
        RunError::Source(error) => source_failed(&error, input),
        RunError::Sink(error) => match error.downcast::<TooManyRejects>() {
            Ok(stop) => too_many_rejects(&stop.0, first_reject),
            Err(error) => match error.downcast::<TooManyRows>() {
                Ok(stop) => Hinted::new(stop.to_string(), "import it in several files").into(),
                Err(error) => match error.downcast::<glyph_store::StoreError>() {
                    Ok(error) => anyhow::Error::new(*error),
                    Err(error) => anyhow::anyhow!(error),
                },
            },
        },
        RunError::Stopped(_) => error.into(),
    }
}

pub(super) fn too_many_rejects(counts: &Counts, first_reject: Option<&str>) -> anyhow::Error {
    Hinted::new(
        format!(
            "{} of {} rows were rejected, more than allowed: nothing was kept; the first: {}",
            counts.rejected,
            counts.total(),
            first_reject.unwrap_or("none"),
        ),
        "mend the file; or import it without the bound, and `imports rejects` names them all",
    )
    .into()
}
