//! `glyphd deltas`: what changed from each import to the next of the same source.

use std::ops::ControlFlow;
use std::path::Path;

use clap::{Args, ValueEnum};
use comfy_table::Table;
use glyph_store::history::{ChangeFilter, ChangeKind, FoundChange};
use glyph_store::listing::ListingRecord;
use glyph_store::store::Store;
use jiff::Timestamp;
use serde::Serialize;

use super::failure::Status;
use super::imports::{Output, find};
use super::store::open_for_reading;
use crate::{clock, output};

/// Tell what changed from each import to the next of the same source: prices, what appeared, what is gone.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  glyphd deltas --kind price --min-percent 10")]
pub struct Arguments {
    /// Only changes of this kind.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// The canonical name of a model, as `glyphd models` shows it.
    #[arg(long)]
    model: Option<String>,
    /// A region, as `US` or `EU`.
    #[arg(long)]
    region: Option<String>,
    /// What the imported files are called.
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Prices that went up or down by at least so many per cent.
    #[arg(long, value_name = "PERCENT")]
    min_percent: Option<f64>,
    /// Found by imports that were seen later: a date, or a time such as 2026-11-22T10:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = super::import::time)]
    after: Option<Timestamp>,
    /// Found by imports that were seen no later: a date, which means its end, or a time.
    #[arg(long, value_name = "TIME", value_parser = clock::last_second_of)]
    until: Option<i64>,
    /// Found by one import: its id, its first letters, or `last`.
    #[arg(long, value_name = "ID")]
    import: Option<String>,
    /// The most changes to show.
    #[arg(long, default_value_t = 20, value_name = "N")]
    limit: usize,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// It costs more or less than before.
    Price,
    /// The import before did not have it.
    Appeared,
    /// It was in the import before.
    Gone,
}

/// A change as `--json` prints it.
#[derive(Debug, Serialize)]
struct Delta {
    /// When the import that found it was seen.
    found_at: String,
    old_import: String,
    new_import: String,
    kind: ChangeKind,
    /// US dollars, of the whole lot.
    price_change: Option<f64>,
    price_change_percent: Option<f64>,
    score_change: Option<f64>,
    old: Option<ListingRecord>,
    new: Option<ListingRecord>,
}

impl From<FoundChange> for Delta {
    fn from(found: FoundChange) -> Delta {
        let (kind, percent) = (found.change.kind(), found.change.price_percent());
        let price_change = found.change.price_change();
        let score_change = found.change.score_change();
        let (old, new) = found.change.into_sides();
        Delta {
            found_at: found.found_at,
            old_import: found.old_import,
            new_import: found.new_import,
            kind,
            price_change,
            price_change_percent: percent,
            score_change,
            old,
            new,
        }
    }
}

pub(super) fn run(path: &Path, arguments: &Arguments) -> anyhow::Result<Status> {
    let store = open_for_reading(path)?;
    let new_import = match &arguments.import {
        Some(wanted) => Some(find(&store, wanted)?.import_id),
        None => None,
    };
    let filter = ChangeFilter {
        kind: arguments.kind.map(|kind| match kind {
            Kind::Price => ChangeKind::Price,
            Kind::Appeared => ChangeKind::Appeared,
            Kind::Gone => ChangeKind::Gone,
        }),
        models: arguments.model.iter().cloned().collect(),
        region: arguments.region.clone(),
        source_name: arguments.source.clone(),
        min_percent: arguments.min_percent,
        after: arguments.after.map(clock::text),
        until: arguments.until.map(clock::text_of_second),
        largest_first: false,
        last_imports: None,
        new_import,
        place: None,
    };
    let mut deltas: Vec<Delta> = Vec::new();
    let mut has_more = false;
    store.visit_changes(&filter, &mut |found| {
        if deltas.len() == arguments.limit {
            has_more = true;
            return ControlFlow::Break(());
        }
        deltas.push(found.into());
        ControlFlow::Continue(())
    })?;
    output::rows(&deltas, arguments.output.format(), table)?;
    if has_more {
        output::note("there are more: `--limit N` shows them");
    } else if deltas.is_empty() {
        output::note("nothing changed, as far as two imports of one source name tell");
    }
    Ok(Status::Done)
}

fn table(deltas: &[Delta]) -> Table {
    let dollars = |listing: &Option<ListingRecord>| {
        listing
            .as_ref()
            .map_or("–".to_owned(), |listing| output::dollars(listing.price))
    };
    let rows = deltas
        .iter()
        .filter_map(|delta| {
            let listing = delta.new.as_ref().or(delta.old.as_ref())?;
            Some(vec![
                delta.found_at.chars().take(10).collect(),
                listing.id.to_string(),
                listing.canonical_model.clone(),
                dollars(&delta.old),
                dollars(&delta.new),
                match (delta.kind, delta.price_change_percent) {
                    (ChangeKind::Price, Some(percent)) => format!("{percent:+.1} %"),
                    (ChangeKind::Price, None) => "changed".to_owned(),
                    (ChangeKind::Appeared, _) => "new".to_owned(),
                    (ChangeKind::Gone, _) => "gone".to_owned(),
                },
                listing.title.clone().unwrap_or_default(),
            ])
        })
        .collect();
    output::fitted_table(
        &["found", "id", "model", "was", "is", "change", "title"],
        &[1, 3, 4, 5],
        rows,
    )
}
