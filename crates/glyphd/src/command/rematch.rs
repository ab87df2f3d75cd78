//! `glyphd imports rematch`: stored rows under the registry and matcher of today.

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
    /// Score by this profile instead of the one that each import was scored by: a name, or a TOML file of your own.
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,
    #[command(flatten)]
    output: Output,
}

/// The most changes that are told one by one to a person; JSON has them all.
const MOST_SHOWN: usize = 50;

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
    let given = arguments.profile.as_deref().map(find_profile).transpose()?;
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
    let imports = records
        .iter()
        .map(|record| {
            Ok((
                record.import_id.clone(),
                profile_for(record, given.as_ref())?,
            ))
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    let mut judge = Rejudge::new(&names.registry, &names.matcher);
    let keep_all = arguments.output.format() != Format::Table;
    let mut changes = Vec::new();
    let done = store.rematch_imports(
        &NewRematch {
            imports: &imports,
            rematched_at: &clock::text(clock::now()),
            program_version: env!("CARGO_PKG_VERSION"),
            keep: !arguments.dry_run,
        },
        &mut judge,
        &mut |change| {
            if keep_all || changes.len() < MOST_SHOWN {
                changes.push(change.clone());
            }
        },
    )?;
    match arguments.output.format() {
        Format::Table => show(&done, &changes, arguments.dry_run)?,
        Format::Json => output::json(&Report {
            dry_run: arguments.dry_run,
            imports: &done,
            changes: &changes,
        })?,
        Format::JsonLines => changes.iter().try_for_each(output::json_line)?,
    }
    Ok(Status::Done)
}

/// Rows of several profiles are brought to the default one.
fn profile_for(record: &ImportRecord, given: Option<&Profile>) -> anyhow::Result<Profile> {
    if let Some(given) = given {
        return Ok(given.clone());
    }
    let stored = profile_of_rows(record.scoring_profile.as_deref(), None)?;
    Ok(stored.unwrap_or_else(Profile::inference))
}

fn show(records: &[RematchRecord], changes: &[RematchChange], dry_run: bool) -> anyhow::Result<()> {
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
    let all: u64 = records.iter().map(|record| record.changed).sum();
    if changes.is_empty() {
        return Ok(());
    }
    output::line("")?;
    let rows = changes
        .iter()
        .map(|change| {
            vec![
                change.import_id.clone(),
                change.import_index.to_string(),
                words(&change.old),
                words(&change.new),
                change.title.clone(),
            ]
        })
        .collect();
    output::draw(&output::fitted_table(
        &["import", "row", "was", "is", "title"],
        &[1],
        rows,
    ))?;
    if all > changes.len() as u64 {
        output::line(&format!(
            "… and {} more; `--json` has them all",
            output::count(all - changes.len() as u64)
        ))?;
    }
    Ok(())
}

fn words(state: &RowState) -> String {
    match state.score {
        Some(score) => format!("{} {score:.1}", state.detail),
        None => format!("({})", state.detail),
    }
}
