//! `glyphd export`: rows for other programs, in row order.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use glyph_store::listing::RowRecord;
use glyph_store::store::Store;

use super::failure::{Status, WrongUsage};
use crate::export::{CsvExport, ExportWriter, JsonLinesExport, ParquetExport};

/// Write rows to a file for other programs, in row order.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  glyphd export --import last --format csv --output rows.csv")]
pub struct Arguments {
    /// One import: its id, its first letters, or `last`. All imports where not given.
    #[arg(long, value_name = "ID")]
    import: Option<String>,
    #[arg(long, value_enum, default_value = "csv")]
    format: ExportFormat,
    /// The file to write; standard output where not given.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only rows with this outcome.
    #[arg(long, value_enum)]
    outcome: Option<WantedOutcome>,
    /// Write cells as they are, also those that a spreadsheet would run as a formula.
    #[arg(long)]
    raw: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    Csv,
    Jsonl,
    Parquet,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum WantedOutcome {
    Scored,
    Unmatched,
    Rejected,
}

impl WantedOutcome {
    fn matches(self, row: &RowRecord) -> bool {
        row.outcome
            == match self {
                WantedOutcome::Scored => "scored",
                WantedOutcome::Unmatched => "unmatched",
                WantedOutcome::Rejected => "rejected",
            }
    }
}

pub(super) fn run(path: &Path, arguments: &Arguments) -> anyhow::Result<Status> {
    let store = super::store::open(path)?;
    let import_id = match &arguments.import {
        Some(wanted) => Some(super::imports::find(&store, wanted)?.import_id),
        None => None,
    };
    let out: Box<dyn Write + Send> = match &arguments.output {
        None if arguments.format == ExportFormat::Parquet
            && io::IsTerminal::is_terminal(&io::stdout()) =>
        {
            return Err(WrongUsage(
                "parquet is not for a terminal: name a file with `--output FILE`".to_owned(),
            )
            .into());
        }
        None => Box::new(io::stdout()),
        Some(file) => Box::new(
            File::create(file).with_context(|| format!("cannot write `{}`", file.display()))?,
        ),
    };
    let out = BufWriter::new(out);
    let mut writer: Box<dyn ExportWriter> = match arguments.format {
        ExportFormat::Csv => Box::new(CsvExport::new(out, !arguments.raw)?),
        ExportFormat::Jsonl => Box::new(JsonLinesExport::new(out)),
        ExportFormat::Parquet => Box::new(ParquetExport::new(out)?),
    };
    let mut failure = None;
    store.list_rows(import_id.as_deref(), &mut |row| {
        if arguments
            .outcome
            .is_some_and(|wanted| !wanted.matches(&row))
        {
            return ControlFlow::Continue(());
        }
        match writer.write(&row) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    if let Some(error) = failure {
        return Err(error);
    }
    writer.finish()?;
    Ok(Status::Done)
}
