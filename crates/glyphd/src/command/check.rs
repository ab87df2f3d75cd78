//! `glyphd check`: is every promise of the batch contract kept?

use std::path::Path;

use clap::Args;
use glyph_store::store::Store;

use super::failure::Status;
use crate::output;

/// Verify that the database keeps the batch contract.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  glyphd check")]
pub struct Arguments {
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(path: &Path, arguments: &Arguments) -> anyhow::Result<Status> {
    let report = super::store::open_for_reading(path)?.check()?;
    if arguments.json {
        output::json(&report)?;
    } else {
        for violation in &report.violations {
            let import = violation
                .import_id
                .as_deref()
                .map(|id| format!("import {id}: "))
                .unwrap_or_default();
            output::line(&format!(
                "broken: {import}{} (promise {})",
                violation.message, violation.promise
            ))?;
        }
        output::line(&format!(
            "{} imports and {} rows checked, {} promises broken",
            output::count(report.imports_checked),
            output::count(report.rows_checked),
            report.violations.len(),
        ))?;
    }
    Ok(if report.violations.is_empty() {
        Status::Done
    } else {
        Status::Failed
    })
}
