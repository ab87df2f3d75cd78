//! `glyphd migrate`: looks at a database's schema version, and takes it up and down.
//!
//! The work is `glyph_store::sqlite::migration`'s; here are the arguments, the words and the exit status.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use glyph_store::error::StoreError;
use glyph_store::sqlite::migration::{self, DownOptions, UpOptions, Version};
use jiff::Timestamp;
use serde::Serialize;

mod text;

/// Look at the database's schema version, and take it up or down
#[derive(Debug, Args)]
#[command(after_help = "Example: glyphd --db-path old.sqlite migrate plan")]
pub struct MigrateArguments {
    #[command(subcommand)]
    action: Action,
    /// Print one JSON object
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Say what the file is and whether it needs migrating
    #[command(after_help = "Example: glyphd --db-path gpu.sqlite migrate status")]
    Status,
    /// Run the steps up on a copy and say what they change
    #[command(after_help = "Example: glyphd --db-path gpu.sqlite migrate plan")]
    Plan(UpArguments),
    /// Take the database up, after a backup beside it
    #[command(after_help = "Example: glyphd --db-path gpu.sqlite migrate up")]
    Up(UpArguments),
    /// Take the database down, after a backup beside it
    #[command(
        after_help = "Example: glyphd --db-path gpu.sqlite migrate down --to 1.0.0 --allow-loss --yes"
    )]
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
    #[command(after_help = "Example: glyphd --db-path gpu.sqlite migrate verify")]
    Verify,
    /// Copy the database to a new file and verify the copy
    #[command(after_help = "Example: glyphd --db-path gpu.sqlite migrate backup gpu.backup.sqlite")]
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

/// Where the command reads and writes.
pub struct Terminal<'a> {
    pub out: &'a mut dyn Write,
    pub err: &'a mut dyn Write,
    pub input: &'a mut dyn BufRead,
    /// Whether a person can be asked.
    pub asks: bool,
}

impl fmt::Debug for Terminal<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Terminal")
            .field("asks", &self.asks)
            .finish_non_exhaustive()
    }
}

/// Done; also where there was nothing to do.
const DONE: u8 = 0;
/// Failed, and nothing changed.
const FAILED: u8 = 1;
/// Wrong usage.
const USAGE: u8 = 2;

enum Failure {
    Store(StoreError),
    Usage {
        message: String,
        hint: &'static str,
    },
    /// The user said no.
    Declined,
    /// A check did not hold, and was told.
    Told,
    Output(io::Error),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Store(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Output(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Failure {
        Failure::Output(error.into())
    }
}

/// Runs the command on the process's own terminal.
pub(super) fn start(arguments: &MigrateArguments, db_path: &Path) -> ExitCode {
    let mut terminal = Terminal {
        out: &mut io::stdout().lock(),
        err: &mut io::stderr().lock(),
        input: &mut io::stdin().lock(),
        asks: io::IsTerminal::is_terminal(&io::stdin()),
    };
    run(arguments, db_path, crate::clock::now(), &mut terminal)
}

/// Runs the command on a database. `now` is written into the history and into the backup's name.
pub fn run(
    arguments: &MigrateArguments,
    db_path: &Path,
    now: Timestamp,
    terminal: &mut Terminal<'_>,
) -> ExitCode {
    let status = match act(arguments, db_path, now, terminal) {
        Ok(()) => DONE,
        Err(failure) => tell(failure, terminal.err),
    };
    ExitCode::from(status)
}

/// Says what went wrong, in the words of the whole program. Where standard error is gone, nobody reads it.
fn tell(failure: Failure, err: &mut dyn Write) -> u8 {
    let (text, status) = match failure {
        Failure::Store(error) => (error_text(&error), FAILED),
        Failure::Usage { message, hint } => (format!("error: {message}\nhint: {hint}\n"), USAGE),
        Failure::Declined => ("error: not done, as you wish\n".to_owned(), FAILED),
        Failure::Told => return FAILED,
        // A reader that has enough, such as `head`, is no failure.
        Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return DONE,
        Failure::Output(error) => (format!("error: cannot write: {error}\n"), FAILED),
    };
    drop(err.write_all(text.as_bytes()));
    status
}

fn error_text(error: &StoreError) -> String {
    let mut text = format!("error: {error}");
    if let Some(cause) = error.source() {
        let _ = write!(text, ": {cause}");
    }
    text.push('\n');
    if let Some(hint) = error.hint() {
        let _ = writeln!(text, "hint: {hint}");
    }
    text
}

fn act(
    arguments: &MigrateArguments,
    db_path: &Path,
    now: Timestamp,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let json = arguments.json;
    match &arguments.action {
        Action::Status => {
            let report = migration::status(db_path)?;
            print(terminal, json, &report, |report| {
                text::status_text(report, db_path)
            })
        }
        Action::Plan(up) => {
            let report = migration::plan(db_path, &up.options(), now)?;
            print(terminal, json, &report, |report| {
                text::plan_text(report, db_path)
            })
        }
        Action::Up(up) => {
            let report = migration::up(db_path, &up.options(), now)?;
            if report.steps.is_empty() && (up.backfill || up.resequence) {
                writeln!(
                    terminal.err,
                    "note: rows are numbered on the way from 1.0.0 to 1.1.0 only; nothing was changed"
                )?;
            }
            print(terminal, json, &report, |report| {
                text::done_text(report, db_path)
            })
        }
        Action::Down {
            to,
            allow_loss,
            yes,
        } => {
            confirm_down(db_path, *to, *allow_loss, *yes, terminal)?;
            let options = DownOptions {
                to: *to,
                allow_loss: *allow_loss,
            };
            let report = migration::down(db_path, &options, now)?;
            print(terminal, json, &report, |report| {
                text::done_text(report, db_path)
            })
        }
        Action::Verify => {
            let report = migration::verify(db_path)?;
            print(terminal, json, &report, text::verify_text)?;
            if report.holds {
                Ok(())
            } else {
                Err(Failure::Told)
            }
        }
        Action::Backup { file } => {
            let bytes = migration::backup(db_path, file)?;
            let report = BackupReport { file, bytes };
            print(terminal, json, &report, |report| {
                format!(
                    "backup `{}`: {} bytes, verified\n",
                    report.file.display(),
                    report.bytes
                )
            })
        }
    }
}

#[derive(Serialize)]
struct BackupReport<'a> {
    file: &'a Path,
    bytes: u64,
}

fn print<T: Serialize>(
    terminal: &mut Terminal<'_>,
    json: bool,
    report: &T,
    text: impl FnOnce(&T) -> String,
) -> Result<(), Failure> {
    let text = if json {
        serde_json::to_string(report)? + "\n"
    } else {
        text(report)
    };
    terminal.out.write_all(text.as_bytes())?;
    terminal.out.flush()?;
    Ok(())
}

/// Says what goes, and asks; without a terminal, `--yes` is the answer.
fn confirm_down(
    db_path: &Path,
    to: Version,
    allow_loss: bool,
    yes: bool,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let losses = migration::losses(db_path, to)?;
    if !losses.is_empty() && !allow_loss {
        return Err(StoreError::WouldLose { to, losses }.into());
    }
    if !losses.is_empty() {
        writeln!(terminal.err, "going back to `{to}` loses data:")?;
        for loss in &losses {
            writeln!(terminal.err, "  {loss}")?;
        }
    }
    if yes {
        return Ok(());
    }
    if !terminal.asks {
        return Err(Failure::Usage {
            message: "there is no terminal to ask whether to go down".to_owned(),
            hint: "`--yes` answers the question",
        });
    }
    write!(
        terminal.err,
        "take `{}` down to `{to}`? [y/N] ",
        db_path.display()
    )?;
    terminal.err.flush()?;
    let mut answer = String::new();
    terminal.input.read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(Failure::Declined)
    }
}
