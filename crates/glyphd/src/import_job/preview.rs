//! What an import would make of its rows, without a database.

use std::ops::ControlFlow;

use glyph_core::listing::MappedColumn;
use glyph_core::pipeline::{self, Counts, Outcome, RunError, Sink, SinkError, Stages};
use glyph_core::reject::RowError;
use glyph_core::source::Findings;

use super::options::ImportOptions;
use super::tally::explain;
use super::{OpenedSource, open_source, reader_for};
use crate::input::Input;
use crate::names::Names;

/// What would become of a source.
#[derive(Debug)]
pub(crate) struct Preview {
    pub(crate) columns: Vec<MappedColumn>,
    pub(crate) findings: Findings,
    pub(crate) counts: Counts,
    /// Whether rows were left that were not looked at.
    pub(crate) has_more: bool,
    pub(crate) rows: Vec<PreviewRow>,
}

/// What would become of a row.
#[derive(Debug, Clone)]
pub(crate) struct PreviewRow {
    pub(crate) index: u64,
    pub(crate) title: String,
    pub(crate) price: String,
    pub(crate) outcome: PreviewOutcome,
}

#[derive(Debug, Clone)]
pub(crate) enum PreviewOutcome {
    Scored { model: String, score: f64 },
    Unmatched { reason: &'static str },
    Rejected { errors: Vec<RowError> },
}

/// Rows of one outcome that are shown: the first ones.
const ROWS_OF_A_KIND: usize = 8;

/// Bytes of a rejected record that are shown.
const RAW_BYTES: usize = 8 << 10;

/// Rows that are looked at: enough to see how a file is read, soon enough to wait for.
const MOST_ROWS: u64 = 200_000;

/// Looks at the rows of an input. `is_piece` says that its end may be cut off within a row, which is left out then; `None`
/// for a piece of a kind that can only be read whole.
pub(crate) fn preview(
    input: &Input,
    options: &ImportOptions,
    names: &Names,
    is_piece: bool,
) -> anyhow::Result<Option<Preview>> {
    let opened = open_source(input, options);
    if opened.is_err() && is_piece {
        return Ok(None);
    }
    let OpenedSource { mut rows, .. } = opened?;
    let reader = reader_for(rows.as_ref(), options)?;
    let columns = reader.header().describe();
    let mut stages = Stages {
        reader,
        registry: &names.registry,
        matcher: &names.matcher,
        profile: &options.profile,
    };
    let mut gathered = Gathered::default();
    let result = pipeline::run(rows.as_mut(), &mut stages, &mut gathered, &mut |counts| {
        if counts.total() >= MOST_ROWS {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    let was_stopped = matches!(result, Err(RunError::Stopped(_)));
    match result {
        Ok(_) | Err(RunError::Stopped(_)) => {}
        // A piece ends where it ends.
        Err(_) if is_piece && gathered.counts.total() > 0 => {}
        Err(_) if is_piece => return Ok(None),
        Err(error) => return Err(explain(error, None, input)),
    }
    if is_piece {
        gathered.leave_out_last();
    }
    Ok(Some(Preview {
        columns,
        findings: rows.findings(),
        counts: gathered.counts,
        has_more: was_stopped || is_piece,
        rows: gathered.rows(),
    }))
}

#[derive(Default)]
struct Gathered {
    counts: Counts,
    before_last: Counts,
    by_kind: [Vec<PreviewRow>; 3],
    last: u64,
}

impl Gathered {
    fn leave_out_last(&mut self) {
        self.counts = self.before_last;
        for rows in &mut self.by_kind {
            rows.retain(|row| row.index != self.last);
        }
    }

    /// In row order.
    fn rows(&mut self) -> Vec<PreviewRow> {
        let mut rows: Vec<PreviewRow> = self.by_kind.iter_mut().flat_map(std::mem::take).collect();
        rows.sort_by_key(|row| row.index);
        rows
    }
}

impl Sink for Gathered {
    fn take(&mut self, outcome: &Outcome<'_>) -> Result<(), SinkError> {
        self.before_last = self.counts;
        self.counts.add(outcome);
        self.last = outcome.index();
        let kind = match outcome {
            Outcome::Scored(_) => 0,
            Outcome::Unmatched(..) => 1,
            Outcome::Rejected(_) => 2,
        };
        let rows = &mut self.by_kind[kind];
        if rows.len() < ROWS_OF_A_KIND {
            rows.push(row_of(outcome));
        }
        Ok(())
    }
}

fn row_of(outcome: &Outcome<'_>) -> PreviewRow {
    let (title, price, told) = match outcome {
        Outcome::Scored(scored) => (
            scored.offer.listing.title.clone(),
            price_of(&scored.offer),
            PreviewOutcome::Scored {
                model: scored.model.model.clone(),
                score: scored.score,
            },
        ),
        Outcome::Unmatched(offer, reason) => (
            offer.listing.title.clone(),
            price_of(offer),
            PreviewOutcome::Unmatched {
                reason: reason.as_str(),
            },
        ),
        Outcome::Rejected(row) => (
            String::from_utf8_lossy(&row.raw[..row.raw.len().min(RAW_BYTES)]).into_owned(),
            String::new(),
            PreviewOutcome::Rejected {
                errors: row.errors.to_vec(),
            },
        ),
    };
    PreviewRow {
        index: outcome.index(),
        title,
        price,
        outcome: told,
    }
}

fn price_of(offer: &pipeline::Offer<'_>) -> String {
    let listing = offer.listing;
    crate::html::parts::price(listing.price_usd_minor as f64 / 100.0)
}
