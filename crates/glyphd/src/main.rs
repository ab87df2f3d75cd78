//! The binary: reads the command line, runs one command, ends with its status.

use std::process::ExitCode;

use clap::Parser;
use glyphd::command::Cli;

fn main() -> ExitCode {
    glyphd::command::run(Cli::parse())
}
