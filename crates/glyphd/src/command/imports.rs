//! `glyphd imports`: list, show, rejects, repair, undo, diff, rescore, rematch.

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::Context;
use clap::{Args, Subcommand};
use comfy_table::Table;
use glyph_core::source::{Format, write_rejects};
use glyph_store::import::{ImportDiff, ImportRecord, ImportSummary, ReasonCount, RepairRecord};
use glyph_store::reject::RejectRecord;
use glyph_store::store::Store;

use super::failure::{Hinted, Status};
use super::import::ReadingArguments;
use super::store::{open, open_for_reading};
use crate::input::Input;
use crate::names::{Names, load_registry};
use crate::output::{self, Format as OutputFormat};
use crate::profiles::find_profile;
use crate::{clock, repair_job, rescore};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  glyphd imports list")]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// All imports, oldest first.
    #[command(after_help = "Example:\n  glyphd imports list --json")]
    List(Output),
    /// One import: how it was read, its best offers, what was not matched and what was rejected.
    #[command(after_help = "Example:\n  glyphd imports show last")]
    Show {
        #[command(flatten)]
        import: Wanted,
        #[command(flatten)]
        output: Output,
    },
    /// The rejected rows of an import, each with its place and errors; or as a file to mend.
    #[command(after_help = "Example:\n  glyphd imports rejects last --csv")]
    Rejects {
        #[command(flatten)]
        import: Wanted,
        /// The rejected records as they came, with the header: a file of the source's own format, to mend and repair with.
        #[arg(long, conflicts_with_all = ["json", "jsonl"])]
        csv: bool,
        #[command(flatten)]
        output: Output,
    },
    /// Take the mended rejects back: row by row, into the places that they left.
    #[command(after_help = "Example:\n  glyphd imports repair last rejects.csv")]
    Repair {
        #[command(flatten)]
        import: Wanted,
        /// What `imports rejects --csv` gave, mended: the same rows in the same order.
        #[arg(value_name = "FILE")]
        file: String,
        #[command(flatten)]
        reading: ReadingArguments,
        /// The profile that the import was scored by, where it is a TOML file of your own.
        #[arg(long, value_name = "NAME|FILE")]
        profile: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// Take an import out again: its rows go, its record stays.
    #[command(after_help = "Example:\n  glyphd imports undo last")]
    Undo {
        #[command(flatten)]
        import: Wanted,
        #[command(flatten)]
        output: Output,
    },
    /// What changed from one import to another.
    #[command(after_help = "Example:\n  glyphd imports diff last last")]
    Diff {
        /// The older import.
        #[arg(value_name = "A")]
        old: String,
        /// The newer import.
        #[arg(value_name = "B")]
        new: String,
        #[command(flatten)]
        output: Output,
    },
    /// Score an import's rows again, with the specs that the program has now.
    #[command(after_help = "Example:\n  glyphd imports rescore last --profile workstation")]
    Rescore {
        #[command(flatten)]
        import: Wanted,
        /// The scoring profile: `inference`, `fine-tuning`, `workstation`, `legacy`, or a TOML file of your own.
        #[arg(long, value_name = "NAME|FILE", default_value = "inference")]
        profile: String,
        #[command(flatten)]
        output: Output,
    },
    /// Match an import's rows again, with the registry and matcher that the program has now, and score them.
    #[command(after_help = "Example:\n  glyphd imports rematch last --dry-run")]
    Rematch(super::rematch::Arguments),
}

/// Which import.
#[derive(Debug, Args)]
struct Wanted {
    /// The import's id, its first letters, or `last`.
    #[arg(value_name = "ID")]
    id: String,
}

/// How a command shows what it found: shared by all commands that print tables.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Output {
    /// Print JSON.
    #[arg(long, conflicts_with = "jsonl")]
    pub(super) json: bool,
    /// Print a JSON object a line.
    #[arg(long)]
    pub(super) jsonl: bool,
}

impl Output {
    pub(super) fn format(self) -> OutputFormat {
        match (self.json, self.jsonl) {
            (true, _) => OutputFormat::Json,
            (_, true) => OutputFormat::JsonLines,
            _ => OutputFormat::Table,
        }
    }
}

pub(super) fn run(
    path: &Path,
    registry: Option<&Path>,
    arguments: &Arguments,
) -> anyhow::Result<Status> {
    if let Command::Rematch(arguments) = &arguments.command {
        return super::rematch::run(path, registry, arguments);
    }
    let changes = matches!(
        arguments.command,
        Command::Repair { .. } | Command::Undo { .. } | Command::Rescore { .. }
    );
    let mut store = if changes {
        open(path)?
    } else {
        open_for_reading(path)?
    };
    match &arguments.command {
        Command::List(output) => {
            output::rows(&store.list_imports()?, output.format(), import_table)?;
        }
        Command::Show { import, output } => {
            show(&store, &find(&store, &import.id)?, output.format())?;
        }
        Command::Rejects {
            import,
            csv,
            output,
        } => {
            let record = find(&store, &import.id)?;
            if *csv {
                write_reject_file(&store, &record)?;
            } else {
                show_rejects(&store, &record, output.format())?;
            }
        }
        Command::Repair {
            import,
            file,
            reading,
            profile,
            output,
        } => {
            let record = find(&store, &import.id)?;
            let names = Names::load(registry)?;
            let profile = profile.as_deref().map(find_profile).transpose()?;
            let input = Input::open(file)?;
            let options = reading
                .options()?
                .or_those_of(record.reading_options.as_deref())?;
            let repaired = repair_job::repair_import(
                &mut store,
                &names,
                &record,
                &input,
                &options,
                profile.as_ref(),
            )?;
            return show_repair(&repaired, output.format());
        }
        Command::Undo { import, output } => {
            let record = find(&store, &import.id)?;
            let undone = store.undo_import(&record.import_id, &clock::text(clock::now()))?;
            match output.format() {
                OutputFormat::Table => output::line(&format!(
                    "undid import {}: {} rows are gone, its record stays",
                    undone.import_id,
                    output::count(undone.total_rows.or(undone.record_count).unwrap_or(0)),
                ))?,
                _ => output::json_line(&undone)?,
            }
        }
        Command::Diff { old, new, output } => {
            let (old, new) = (find(&store, old)?, find(&store, new)?);
            show_diff(
                &store.diff_imports(&old.import_id, &new.import_id, usize::MAX)?,
                output.format(),
            )?;
        }
        Command::Rescore {
            import,
            profile,
            output,
        } => {
            let record = find(&store, &import.id)?;
            rescore(&mut store, &record, registry, profile, output.format())?;
        }
        Command::Rematch(_) => unreachable!("it was answered above"),
    }
    Ok(Status::Done)
}

pub(super) fn find(store: &dyn Store, wanted: &str) -> anyhow::Result<ImportRecord> {
    store.find_import(wanted)?.ok_or_else(|| {
        Hinted::new(
            format!("there is no import `{wanted}`"),
            "`glyphd imports list` names them all",
        )
        .into()
    })
}

fn import_table(records: &[ImportRecord]) -> Table {
    let number = |rows: Option<u64>| rows.map_or("–".to_owned(), output::count);
    let rows = records
        .iter()
        .map(|record| {
            let source = record.source_name.as_deref().unwrap_or("");
            vec![
                record.import_id.clone(),
                record.state.as_str().to_owned(),
                record.imported_at.chars().take(10).collect(),
                number(record.total_rows.or(record.record_count)),
                number(record.scored_rows),
                number(record.unmatched_rows),
                number(record.rejected_rows),
                source.rsplit('/').next().unwrap_or(source).to_owned(),
            ]
        })
        .collect();
    output::fitted_table(
        &[
            "import",
            "state",
            "day",
            "rows",
            "scored",
            "unmatched",
            "rejected",
            "source",
        ],
        &[3, 4, 5, 6],
        rows,
    )
}

#[derive(serde::Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    record: &'a ImportRecord,
    #[serde(flatten)]
    summary: &'a ImportSummary,
}

fn show(store: &dyn Store, record: &ImportRecord, format: OutputFormat) -> anyhow::Result<()> {
    let summary = store.summarise_import(&record.import_id)?;
    if format != OutputFormat::Table {
        let shown = Shown {
            record,
            summary: &summary,
        };
        return Ok(if format == OutputFormat::Json {
            output::json(&shown)
        } else {
            output::json_line(&shown)
        }?);
    }
    output::line(&format!(
        "import {} ({})",
        record.import_id,
        record.state.as_str()
    ))?;
    let lines = [
        ("source", record.source_name.clone()),
        ("format", record.source_format.clone()),
        ("sha256", record.source_sha256.clone()),
        ("imported at", Some(record.imported_at.clone())),
        ("undone at", record.undone_at.clone()),
        ("seen at", record.seen_at.clone()),
        (
            "rows",
            record.total_rows.or(record.record_count).map(output::count),
        ),
        ("scored", record.scored_rows.map(output::count)),
        ("unmatched", record.unmatched_rows.map(output::count)),
        ("rejected", record.rejected_rows.map(output::count)),
        ("registry", record.registry_version.clone()),
        ("profile", record.scoring_profile.clone()),
    ];
    for (name, value) in lines {
        if let Some(value) = value {
            output::line(&format!("  {name:<12} {value}"))?;
        }
    }
    if let Some(mapping) = &record.header_mapping {
        let columns = super::import::column_words(&serde_json::from_str(mapping)?);
        output::list("  columns     ", &columns)?;
    }
    for rate in &summary.rates {
        output::line(&format!(
            "  {:<12} 1 {} = {} USD on {} ({})",
            "rate", rate.currency, rate.usd_per_unit, rate.rate_date, rate.source
        ))?;
    }
    show_summary(&summary)
}

/// Best offers, unmatched by reason and rejects by code.
pub(super) fn show_summary(summary: &ImportSummary) -> anyhow::Result<()> {
    if !summary.best_offers.is_empty() {
        output::line("\nbest offers by score")?;
        output::draw(&super::listings::listing_table(&summary.best_offers))?;
    }
    show_reasons("unmatched, by reason", &summary.unmatched)?;
    show_reasons("rejected, by code", &summary.rejects)
}

fn show_reasons(heading: &str, reasons: &[ReasonCount]) -> anyhow::Result<()> {
    if reasons.is_empty() {
        return Ok(());
    }
    output::line(&format!("\n{heading}"))?;
    let mut table = output::table(&["", "rows", "for example row", ""], &[1, 2]);
    for reason in reasons {
        table.add_row(vec![
            reason.reason.clone(),
            output::count(reason.rows),
            reason.example_index.to_string(),
            output::shortened(&reason.example, 120),
        ]);
    }
    Ok(output::draw(&table)?)
}

fn rejects_of(store: &dyn Store, record: &ImportRecord) -> anyhow::Result<Vec<RejectRecord>> {
    let mut rejects = Vec::new();
    store.list_rejects(&record.import_id, 0, &mut |reject| {
        rejects.push(reject);
        ControlFlow::Continue(())
    })?;
    Ok(rejects)
}

/// Prints the rejects one by one: there may be more than fit in memory.
fn stream_rejects(store: &dyn Store, record: &ImportRecord) -> anyhow::Result<()> {
    let mut printed = Ok(());
    store.list_rejects(&record.import_id, 0, &mut |reject| {
        printed = output::json_line(&reject);
        if printed.is_ok() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    Ok(printed?)
}

fn show_rejects(
    store: &dyn Store,
    record: &ImportRecord,
    format: OutputFormat,
) -> anyhow::Result<()> {
    if format == OutputFormat::JsonLines {
        return stream_rejects(store, record);
    }
    let rejects = rejects_of(store, record)?;
    if format == OutputFormat::Table && rejects.is_empty() {
        return Ok(output::line(&format!(
            "import {} has no rejected rows",
            record.import_id
        ))?);
    }
    Ok(output::rows(&rejects, format, |rejects| {
        let mut table = output::table(&["row", "line", "code", "what is wrong", "record"], &[0, 1]);
        for reject in rejects {
            let messages: Vec<String> =
                serde_json::from_str::<Vec<serde_json::Value>>(&reject.errors)
                    .unwrap_or_default()
                    .iter()
                    .filter_map(|error| error.get("message")?.as_str().map(str::to_owned))
                    .collect();
            table.add_row(vec![
                reject.import_index.to_string(),
                reject.line_start.to_string(),
                reject.code.clone(),
                messages.join("; "),
                output::shortened(&String::from_utf8_lossy(&reject.raw), 60),
            ]);
        }
        table
    })?)
}

fn write_reject_file(store: &dyn Store, record: &ImportRecord) -> anyhow::Result<()> {
    let format = record
        .source_format
        .as_deref()
        .and_then(Format::from_name)
        .with_context(|| format!("import {} has no source to give back", record.import_id))?;
    let rejects = rejects_of(store, record)?;
    let mut stdout = BufWriter::new(io::stdout().lock());
    let header = record.source_header.as_deref().unwrap_or_default();
    write_rejects(
        format,
        header,
        rejects.iter().map(RejectRecord::repair_bytes),
        &mut stdout,
    )?;
    Ok(stdout.flush()?)
}

fn show_repair(repaired: &RepairRecord, format: OutputFormat) -> anyhow::Result<Status> {
    match format {
        OutputFormat::Table => output::line(&format!(
            "repaired import {}: of {} rejected rows {} are scored now, {} unmatched, {} still rejected",
            repaired.import_id,
            repaired.rows,
            repaired.scored,
            repaired.unmatched,
            repaired.still_rejected,
        ))?,
        _ => output::json_line(repaired)?,
    }
    Ok(if repaired.still_rejected > 0 {
        Status::SomeRejected
    } else {
        Status::Done
    })
}

fn show_diff(diff: &ImportDiff, format: OutputFormat) -> anyhow::Result<()> {
    match format {
        OutputFormat::Json => return Ok(output::json(diff)?),
        OutputFormat::JsonLines => return Ok(output::json_line(diff)?),
        OutputFormat::Table => {}
    }
    output::line(&format!(
        "from {} to {}: {} unchanged, {} changed in price, {} new, {} gone",
        diff.old_import,
        diff.new_import,
        output::count(diff.unchanged),
        output::count(diff.price_changes.len() as u64),
        output::count(diff.appeared.len() as u64),
        output::count(diff.gone.len() as u64),
    ))?;
    if !diff.price_changes.is_empty() {
        output::line("\nprice changes")?;
        let mut table = output::table(
            &["row", "model", "was", "is", "change", "title"],
            &[0, 2, 3, 4],
        );
        for change in &diff.price_changes {
            table.add_row(vec![
                change
                    .new_index
                    .map_or("–".to_owned(), |index| index.to_string()),
                change.canonical_model.clone(),
                output::dollars(change.old_price),
                output::dollars(change.new_price),
                format!(
                    "{:+.1} %",
                    (change.new_price / change.old_price - 1.0) * 100.0
                ),
                output::shortened(change.title.as_deref().unwrap_or(""), 50),
            ]);
        }
        output::draw(&table)?;
    }
    for (heading, listings) in [("new", &diff.appeared), ("gone", &diff.gone)] {
        if !listings.is_empty() {
            output::line(&format!("\n{heading}"))?;
            output::draw(&super::listings::listing_table(listings))?;
        }
    }
    Ok(())
}

fn rescore(
    store: &mut dyn Store,
    record: &ImportRecord,
    registry: Option<&Path>,
    profile: &str,
    format: OutputFormat,
) -> anyhow::Result<()> {
    let profile = find_profile(profile)?;
    let (registry, _) = load_registry(registry)?;
    let rescored = rescore::rescore(store, record, &registry, &profile)?;
    match format {
        OutputFormat::Table => output::line(&format!(
            "rescored import {} with `{}`: {} of {} scores changed, {} could not be scored and stay",
            record.import_id, profile.name, rescored.changed, rescored.rows, rescored.unscorable,
        ))?,
        _ => output::json_line(&rescored)?,
    }
    if let Some(matched_by) = &record.registry_version
        && matched_by != registry.version()
    {
        output::note(&format!(
            "the scores are from the specs of registry {}, and the rows were matched by {matched_by}: `glyphd imports rematch {}` brings them to one",
            registry.version(),
            record.import_id,
        ));
    }
    Ok(())
}
