//! `glyphd imports rematch`: stored rows under the registry and matcher of today.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;
use glyph_core::pipeline::Rejudge;
use glyph_core::score::Profile;
use glyph_store::import::{ImportRecord, ImportState};
use glyph_store::rematch::{NewRematch, RematchChange, RematchRecord, RowState};
use glyph_store::store::Store;
use serde::Serialize;

use super::failure::{Hinted, Status};
use super::imports::{Output, find};
use super::store::open;
use crate::clock;
use crate::names::Names;
use crate::output::{self, Format};
use crate::profiles::{find_profile, profile_of_rows};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The import's id, its first letters, or `last`.
    #[arg(value_name = "ID", required_unless_present = "all")]
    id: Option<String>,
    /// Every import that is in force; those of the old program, which kept no titles, stay as they are.
    #[arg(long, conflicts_with = "id")]
    all: bool,
    /// Say what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// The profile of imports that were scored by a TOML file of your own, which each keep it; may be given again.
    #[arg(long, value_name = "FILE")]
    profile: Vec<String>,
    #[command(flatten)]
    output: Output,
}

/// The most kinds of changes that are told to a person; JSON has every row.
const MOST_SHOWN: usize = 40;

/// The most kinds of changes that are told apart: a title that many rows share is one.
const MOST_KEPT: usize = 100_000;

#[derive(Serialize)]
struct Report<'a> {
    dry_run: bool,
    imports: &'a [RematchRecord],
    changes: &'a [RematchChange],
}

pub(super) fn run(
    path: &Path,
    registry: Option<&Path>,
    arguments: &Arguments,
) -> anyhow::Result<Status> {
    let mut store = open(path)?;
    let names = Names::load(registry)?;
    let own = arguments
        .profile
        .iter()
        .map(|wanted| find_profile(wanted))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let records = match &arguments.id {
        Some(wanted) => vec![find(&store, wanted)?],
        None => store
            .list_imports()?
            .into_iter()
            .filter(|record| record.state == ImportState::Done)
            .collect(),
    };
    if records.is_empty() {
        return Err(Hinted::new(
            "there is no import to match again",
            "`glyphd imports list` shows what is there",
        )
        .into());
    }
    check_used(&own, &records)?;
    let imports = records
        .iter()
        .map(|record| Ok((record.import_id.clone(), profile_for(record, &own)?)))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let mut judge = Rejudge::new(&names.registry, &names.matcher);
    let is_table = arguments.output.format() == Format::Table;
    let mut changes = Vec::new();
    let mut kinds: BTreeMap<ChangeKind, Seen> = BTreeMap::new();
    let done = store.rematch_imports(
        &NewRematch {
            imports: &imports,
            rematched_at: &clock::text(clock::now()),
            program_version: env!("CARGO_PKG_VERSION"),
            keep: !arguments.dry_run,
        },
        &mut judge,
        &mut |change| {
            if is_table {
                note(&mut kinds, change);
            } else {
                changes.push(change.clone());
            }
        },
    )?;
    match arguments.output.format() {
        Format::Table => show(&done, kinds, arguments.dry_run)?,
        Format::Json => output::json(&Report {
            dry_run: arguments.dry_run,
            imports: &done,
            changes: &changes,
        })?,
        Format::JsonLines => changes.iter().try_for_each(output::json_line)?,
    }
    Ok(Status::Done)
}

/// A profile that no import was scored by is no help: to score by another one is what `imports rescore` does.
fn check_used(own: &[Profile], records: &[ImportRecord]) -> anyhow::Result<()> {
    let is_used = |profile: &Profile| {
        records
            .iter()
            .any(|record| record.scoring_profile.as_ref() == Some(&profile.name))
    };
    match own.iter().find(|profile| !is_used(profile)) {
        None => Ok(()),
        Some(profile) => Err(Hinted::new(
            format!("no import here was scored by `{}`", profile.name),
            "every import keeps its profile; `glyphd imports rescore ID --profile FILE` scores by another one",
        )
        .into()),
    }
}

/// The import's own profile. Rows of several profiles are brought to the default one.
fn profile_for(record: &ImportRecord, own: &[Profile]) -> anyhow::Result<Profile> {
    let given = own
        .iter()
        .find(|profile| record.scoring_profile.as_ref() == Some(&profile.name));
    let stored = profile_of_rows(record.scoring_profile.as_deref(), given)?;
    Ok(stored.unwrap_or_else(Profile::inference))
}

/// What a row was, what it is, and its title.
type ChangeKind = (String, String, String);

/// How many rows changed alike, and where the first of them is.
struct Seen {
    rows: u64,
    first: (String, u64),
}

fn note(kinds: &mut BTreeMap<ChangeKind, Seen>, change: &RematchChange) {
    let kind = (words(&change.old), words(&change.new), change.title.clone());
    if let Some(seen) = kinds.get_mut(&kind) {
        seen.rows += 1;
    } else if kinds.len() < MOST_KEPT {
        let first = (change.import_id.clone(), change.import_index);
        kinds.insert(kind, Seen { rows: 1, first });
    }
}

fn show(
    records: &[RematchRecord],
    kinds: BTreeMap<ChangeKind, Seen>,
    dry_run: bool,
) -> anyhow::Result<()> {
    let verb = if dry_run { "would change" } else { "changed" };
    for record in records {
        output::line(&format!(
            "import {}: {verb} {} of {} rows, and the score alone of {}",
            record.import_id,
            output::count(record.changed),
            output::count(record.rows),
            output::count(record.rescored),
        ))?;
        output::line(&format!(
            "  registry {} → {}, matcher {} → {}",
            record.old_registry_version.as_deref().unwrap_or("unknown"),
            record.new_registry_version,
            record
                .old_matcher_version
                .map_or("unknown".to_owned(), |version| version.to_string()),
            record.new_matcher_version,
        ))?;
        if record.without_title > 0 {
            output::line(&format!(
                "  {} rows have no title and stay as they are",
                output::count(record.without_title)
            ))?;
        }
    }
    if kinds.is_empty() {
        return Ok(());
    }
    let all = kinds.len();
    let mut kinds: Vec<(ChangeKind, Seen)> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, seen)| std::cmp::Reverse(seen.rows));
    kinds.truncate(MOST_SHOWN);
    let shown = kinds.len();
    let rows = kinds
        .into_iter()
        .map(|((was, is, title), seen)| {
            let (import, index) = seen.first;
            vec![
                output::count(seen.rows),
                was,
                is,
                format!("{import} {index}"),
                title,
            ]
        })
        .collect();
    output::line("")?;
    output::draw(&output::fitted_table(
        &["rows", "was", "is", "first at", "title"],
        &[0],
        rows,
    ))?;
    if all > shown {
        output::line(&format!(
            "… and {} more; `--json` has every row",
            output::count((all - shown) as u64)
        ))?;
    }
    Ok(())
}

/// The model of a scored row, the reason of an unmatched one in parentheses.
fn words(state: &RowState) -> String {
    match (state.score, state.lot_size) {
        (Some(_), Some(cards)) => format!("{} × {cards}", state.detail),
        (Some(_), None) => state.detail.clone(),
        (None, _) => format!("({})", state.detail),
    }
}
