//! The command line: which commands there are, and how each ends.

mod check;
mod completions;
mod deltas;
mod explain;
mod export;
mod failure;
mod fit;
mod history;
mod import;
mod imports;
mod listings;
mod market;
mod match_title;
mod migrate;
mod models;
mod openapi;
mod rematch;
mod report;
mod serve;
mod serve_settings;
mod store;
mod token;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
pub use failure::Status;
pub(crate) use failure::{Hinted, WrongUsage};

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
    /// Models of your own: a CSV file that adds to the built-in registry, or overrides what it says of a model. Its columns
    /// are those of `crates/glyph-core/registry`, and `part_numbers`.
    #[arg(long, global = true, value_name = "FILE")]
    pub registry: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Take in listings files: every row is scored, unmatched or rejected, and none is lost.
    Import(import::Arguments),
    /// List, show, undo, compare, repair, rescore and rematch imports.
    Imports(imports::Arguments),
    /// Find scored listings.
    Listings(listings::Arguments),
    /// Tell what each model costs as the market stands, and which offers are deals.
    Market(market::Arguments),
    /// Find the cheapest sets of cards on offer that hold a language model.
    Fit(fit::Arguments),
    /// Tell what changed from each import to the next of the same source: prices, what appeared, what is gone.
    Deltas(deltas::Arguments),
    /// Show what an offer cost each time that it was seen, or a model in each import.
    History(history::Arguments),
    /// Show the GPU models that the program knows, and what they cost.
    Models(models::Arguments),
    /// Say which card a title names, and why.
    Match(match_title::Arguments),
    /// What the database as a whole says.
    Report(report::Arguments),
    /// Verify that the database keeps the batch contract.
    Check(check::Arguments),
    /// Write rows to a file for other programs, in row order.
    Export(export::Arguments),
    /// Bring a database of an older version up to date, or back.
    Migrate(migrate::Arguments),
    /// Answer over HTTP.
    Serve(serve::Arguments),
    /// Say who may use the HTTP interface.
    Token(token::Arguments),
    /// Print the description of the HTTP interface.
    #[command(after_help = "Example:\n  glyphd openapi")]
    Openapi,
    /// Print a completion script for a shell.
    Completions(completions::Arguments),
}

/// Runs the command and prints what went wrong.
pub fn run(cli: Cli) -> ExitCode {
    let path = cli.db_path.as_path();
    let registry = cli.registry.as_deref();
    let result = match cli.command {
        Command::Import(arguments) => import::run(path, registry, &arguments),
        Command::Imports(arguments) => imports::run(path, registry, &arguments),
        Command::Listings(arguments) => listings::run(path, registry, &arguments),
        Command::Market(arguments) => market::run(path, registry, &arguments),
        Command::Fit(arguments) => fit::run(path, registry, &arguments),
        Command::Deltas(arguments) => deltas::run(path, &arguments),
        Command::History(arguments) => history::run(path, &arguments),
        Command::Models(arguments) => models::run(path, registry, &arguments),
        Command::Match(arguments) => match_title::run(registry, &arguments),
        Command::Report(arguments) => report::run(path, registry, &arguments),
        Command::Check(arguments) => check::run(path, &arguments),
        Command::Export(arguments) => export::run(path, &arguments),
        Command::Migrate(arguments) => migrate::run(path, &arguments),
        Command::Serve(arguments) => serve::run(path, registry, &arguments),
        Command::Token(arguments) => token::run(path, &arguments),
        Command::Openapi => openapi::run(),
        Command::Completions(arguments) => completions::run(&arguments),
    };
    failure::end(result)
}
