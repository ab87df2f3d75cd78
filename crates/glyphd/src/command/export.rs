//! `glyphd export`: rows for other programs, in row order.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use glyph_store::listing::RowRecord;
use glyph_store::store::Store;
use tempfile::NamedTempFile;

use super::failure::{Status, WrongUsage};
use crate::export::{self, FileFormat, empty_row, row_columns};

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
    let store = super::store::open_for_reading(path)?;
    let import_id = match &arguments.import {
        Some(wanted) => Some(super::imports::find(&store, wanted)?.import_id),
        None => None,
    };
    let mut target = None;
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
        // A device or a pipe has no place to take.
        Some(file) if file.exists() && !file.is_file() => Box::new(
            File::create(file).with_context(|| format!("cannot write `{}`", file.display()))?,
        ),
        Some(file) => {
            refuse_database(file, path)?;
            let whole = temporary_beside(file)
                .with_context(|| format!("cannot write `{}`", file.display()))?;
            let out = whole.reopen()?;
            target = Some((whole, file));
            Box::new(out)
        }
    };
    let out = BufWriter::new(out);
    let format = match arguments.format {
        ExportFormat::Csv => FileFormat::Csv {
            harmless: !arguments.raw,
        },
        ExportFormat::Jsonl => FileFormat::JsonLines,
        ExportFormat::Parquet => FileFormat::Parquet,
    };
    let mut writer = export::writer(format, &row_columns(&empty_row()), out)?;
    let mut failure = None;
    store.list_rows(import_id.as_deref(), &mut |row| {
        if arguments
            .outcome
            .is_some_and(|wanted| !wanted.matches(&row))
        {
            return ControlFlow::Continue(());
        }
        match writer.write(&row_columns(&row)) {
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
    if let Some((whole, file)) = target {
        whole
            .persist(file)
            .with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    Ok(Status::Done)
}

/// A file beside the target, which takes the target's place in one step when it is whole.
fn temporary_beside(file: &Path) -> io::Result<NamedTempFile> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    // As any new file: what the user's mask leaves of it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder.unwrap_or(Path::new(".")))
}

/// An export must not take the place of the database, nor of the files that belong to it.
fn refuse_database(file: &Path, database: &Path) -> anyhow::Result<()> {
    let database = database.canonicalize()?;
    let belongs = ["", "-wal", "-shm", "-journal"].iter().any(|ending| {
        let mut name = database.as_os_str().to_owned();
        name.push(ending);
        file.canonicalize()
            .is_ok_and(|file| file.as_os_str() == name)
    });
    if belongs {
        return Err(WrongUsage(format!(
            "`{}` is the database itself: name another file",
            file.display()
        ))
        .into());
    }
    Ok(())
}
