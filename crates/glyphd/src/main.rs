//! A small front to the `migrate` command.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use glyphd::command::migrate::{self, MigrateArguments};

#[derive(Parser)]
#[command(name = "glyphd")]
struct Arguments {
    #[arg(long, env = "GLYPHD_DB_PATH", default_value = "data/gpu.sqlite")]
    db_path: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Migrate(MigrateArguments),
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock"
)]
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Command::Migrate(migrate) = arguments.command;
    let mut out = std::io::stdout().lock();
    let mut err = std::io::stderr().lock();
    migrate::run(
        &migrate,
        &arguments.db_path,
        jiff::Timestamp::now(),
        &mut migrate::Terminal {
            out: &mut out,
            err: &mut err,
            input: &mut std::io::stdin().lock(),
            asks: std::io::IsTerminal::is_terminal(&std::io::stdin()),
        },
    )
}
