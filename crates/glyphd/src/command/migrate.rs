//! `glyphd migrate`: looks at a database's schema version, and takes it up and down.
//!
//! The work is `glyph_store::sqlite::migration`'s; here are the arguments and the words.

mod text;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use glyph_store::error::StoreError;
use glyph_store::sqlite::migration::{self, DownOptions, UpOptions, Version};
use serde::Serialize;

use super::failure::{Hinted, Status, WrongUsage};
use crate::{clock, output};

/// Look at the database's schema version, and take it up or down
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  glyphd migrate plan")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
    /// Print one JSON object
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Say what the file is and whether it needs migrating
    #[command(after_help = "Example:\n  glyphd migrate status")]
    Status,
    /// Run the steps up on a copy and say what they change
    #[command(after_help = "Example:\n  glyphd migrate plan")]
    Plan(UpArguments),
    /// Take the database up, after a backup beside it
    #[command(after_help = "Example:\n  glyphd migrate up")]
    Up(UpArguments),
    /// Take the database down, after a backup beside it
    #[command(after_help = "Example:\n  glyphd migrate down --to 1.0.0 --allow-loss --yes")]
    Down {
        /// The version to go to
        #[arg(long, value_name = "VERSION", value_parser = parse_version)]
        to: Version,
        /// Go down though data is lost
        #[arg(long)]
        allow_loss: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Hold the file against what its version promises
    #[command(after_help = "Example:\n  glyphd migrate verify")]
    Verify,
    /// Copy the database to a new file and verify the copy
    #[command(after_help = "Example:\n  glyphd migrate backup gpu.backup.sqlite")]
    Backup {
        /// The file to make
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
struct UpArguments {
    /// The version to go to; the newest where absent
    #[arg(long, value_name = "VERSION", value_parser = parse_version)]
    to: Option<Version>,
    /// Number old rows 0, 1, 2, … by id within each import, instead of leaving them without a number
    #[arg(long)]
    backfill: bool,
    /// Number the rows of imports anew in which two rows share a number
    #[arg(long)]
    resequence: bool,
}

impl UpArguments {
    fn options(&self) -> UpOptions {
        UpOptions {
            to: self.to,
            backfill: self.backfill,
            resequence: self.resequence,
        }
    }
}

fn parse_version(text: &str) -> Result<Version, String> {
    text.parse::<Version>().map_err(|error| match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    })
}

/// Runs the command on a database.
pub(super) fn run(db_path: &Path, arguments: &Arguments) -> anyhow::Result<Status> {
    let now = clock::now();
    let json = arguments.json;
    match &arguments.action {
        Action::Status => {
            let report = migration::status(db_path)?;
            print(json, &report, |report| text::status_text(report, db_path))?;
        }
        Action::Plan(up) => {
            let report = migration::plan(db_path, &up.options(), now)?;
            print(json, &report, |report| text::plan_text(report, db_path))?;
        }
        Action::Up(up) => {
            let report = migration::up(db_path, &up.options(), now)?;
            if report.steps.is_empty() && (up.backfill || up.resequence) {
                output::note(
                    "note: rows are numbered on the way from 1.0.0 to 1.1.0 only; nothing was changed",
                );
            }
            print(json, &report, |report| text::done_text(report, db_path))?;
        }
        Action::Down {
            to,
            allow_loss,
            yes,
        } => {
            confirm_down(db_path, *to, *allow_loss, *yes)?;
            let options = DownOptions {
                to: *to,
                allow_loss: *allow_loss,
            };
            let report = migration::down(db_path, &options, now)?;
            print(json, &report, |report| text::done_text(report, db_path))?;
        }
        Action::Verify => {
            let report = migration::verify(db_path)?;
            print(json, &report, text::verify_text)?;
            if !report.holds {
                return Ok(Status::Failed);
            }
        }
        Action::Backup { file } => {
            let bytes = migration::backup(db_path, file)?;
            let report = BackupReport { file, bytes };
            print(json, &report, |report| {
                format!(
                    "backup `{}`: {} bytes, verified\n",
                    report.file.display(),
                    report.bytes
                )
            })?;
        }
    }
    Ok(Status::Done)
}

#[derive(Serialize)]
struct BackupReport<'a> {
    file: &'a Path,
    bytes: u64,
}

fn print<T: Serialize>(json: bool, report: &T, text: impl FnOnce(&T) -> String) -> io::Result<()> {
    if json {
        output::json_line(report)
    } else {
        output::line(text(report).trim_end())
    }
}

/// Says what goes, and asks; without a terminal, `--yes` is the answer.
fn confirm_down(db_path: &Path, to: Version, allow_loss: bool, yes: bool) -> anyhow::Result<()> {
    let losses = migration::losses(db_path, to)?;
    if !losses.is_empty() && !allow_loss {
        return Err(StoreError::WouldLose { to, losses }.into());
    }
    if !losses.is_empty() {
        output::note(&format!("going back to `{to}` loses data:"));
        for loss in &losses {
            output::note(&format!("  {loss}"));
        }
    }
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        let message =
            "there is no terminal to ask whether to go down; `--yes` answers the question";
        return Err(WrongUsage(message.to_owned()).into());
    }
    output::note(&format!(
        "take `{}` down to `{to}`? [y/N]",
        db_path.display()
    ));
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        return Ok(());
    }
    Err(Hinted::new("not done, as you wish", "nothing was changed").into())
}
