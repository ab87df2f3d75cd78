//! `glyphd completions`: a script that completes commands in a shell.

use std::io;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use super::failure::Status;

/// Print a completion script for a shell.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  glyphd completions bash")]
pub struct Arguments {
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "glyphd", &mut script);
    io::Write::write_all(&mut io::stdout().lock(), &script)?;
    Ok(Status::Done)
}
