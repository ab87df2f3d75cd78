//! The command line: which commands there are, and how each ends.

mod check;
mod completions;
mod export;
mod failure;
mod import;
mod imports;
mod listings;
mod match_title;
mod migrate;
mod models;
mod store;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
pub(crate) use failure::Hinted;
pub use failure::Status;

/// GPU market listings, row by row: names the card, scores the offer, keeps every import.
#[derive(Debug, Parser)]
#[command(
    name = "glyphd",
    version,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub struct Cli {
    /// The database file; made when absent.
    #[arg(
        long,
        global = true,
        env = "GLYPHD_DB_PATH",
        default_value = "data/gpu.sqlite",
        value_name = "FILE"
    )]
    pub db_path: PathBuf,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Take in listings files: every row is scored, unmatched or rejected, and none is lost.
    Import(import::Arguments),
    /// List, show, undo, compare, repair and rescore imports.
    Imports(imports::Arguments),
    /// Find scored listings.
    Listings(listings::Arguments),
    /// Show the GPU models that the program knows, and what they cost.
    Models(models::Arguments),
    /// Say which card a title names, and why.
    Match(match_title::Arguments),
    /// Verify that the database keeps the batch contract.
    Check(check::Arguments),
    /// Write rows to a file for other programs, in row order.
    Export(export::Arguments),
    /// Bring a database of an older version up to date, or back.
    Migrate(migrate::Arguments),
    /// Print a completion script for a shell.
    Completions(completions::Arguments),
}

/// Runs the command and prints what went wrong.
pub fn run(cli: Cli) -> ExitCode {
    let path = cli.db_path.as_path();
    let result = match cli.command {
        Command::Import(arguments) => import::run(path, &arguments),
        Command::Imports(arguments) => imports::run(path, &arguments),
        Command::Listings(arguments) => listings::run(path, &arguments),
        Command::Models(arguments) => models::run(path, &arguments),
        Command::Match(arguments) => match_title::run(&arguments),
        Command::Check(arguments) => check::run(path, &arguments),
        Command::Export(arguments) => export::run(path, &arguments),
        Command::Migrate(arguments) => migrate::run(path, &arguments),
        Command::Completions(arguments) => completions::run(&arguments),
    };
    failure::end(result)
}
