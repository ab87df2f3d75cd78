//! The reports of `glyphd migrate` in words, to be read at 80 columns.

use std::fmt::Write as _;
use std::path::Path;

use comfy_table::{CellAlignment, Table, presets};
use glyph_store::error::Loss;
use glyph_store::sqlite::migration::{
    Direction, MigrationReport, PlanReport, State, StatusReport, StepReport, VerifyReport,
};

pub(super) fn status_text(report: &StatusReport, db_path: &Path) -> String {
    let mut text = String::new();
    let path = db_path.display();
    let _ = match (report.state, report.version) {
        (State::Current, Some(version)) => {
            writeln!(text, "`{path}`: schema version {version}, current")
        }
        (_, Some(version)) => writeln!(
            text,
            "`{path}`: schema version {version}, this program works with {}",
            report.program_version
        ),
        (_, None) => writeln!(
            text,
            "`{path}`: no database yet; `glyphd migrate up` or the first import makes it"
        ),
    };
    if report.version.is_none() {
        return text;
    }
    let mut tables = plain_table(&["table", "rows"], &[1]);
    for (table, rows) in &report.tables {
        tables.add_row(vec![table.clone(), rows.to_string()]);
    }
    let _ = writeln!(text, "\n{tables}");
    let mut history = plain_table(&["version", "applied at", "what"], &[]);
    for applied in &report.history {
        history.add_row(vec![
            applied.version.clone(),
            applied.applied_at.clone().unwrap_or_default(),
            applied.description.clone().unwrap_or_default(),
        ]);
    }
    let _ = writeln!(text, "\n{history}");
    if report.unnumbered_rows > 0 && report.state != State::Current {
        let _ = writeln!(
            text,
            "\n{} rows of imports have no import_index; they stay without, unless `migrate up --backfill` numbers them",
            report.unnumbered_rows
        );
    }
    if let Some(collisions) = &report.collisions {
        let _ = writeln!(
            text,
            "\n{collisions}\nhint: `migrate up --resequence` numbers the rows of these imports anew"
        );
    }
    push_notes(&mut text, &report.notes);
    if report.state == State::NeedsMigration {
        let _ = writeln!(text, "\nnext: glyphd --db-path {path} migrate plan");
    }
    text
}

pub(super) fn plan_text(report: &PlanReport, db_path: &Path) -> String {
    let mut text = String::new();
    let Some(from) = report.from else {
        let _ = writeln!(
            text,
            "`{}`: a new database of version {} would be made",
            db_path.display(),
            report.to
        );
        return text;
    };
    if report.steps.is_empty() {
        let _ = writeln!(text, "schema version {from}: nothing to do");
        return text;
    }
    let _ = writeln!(
        text,
        "from {from} to {}: {} steps, run on a copy; the database itself is unchanged",
        report.to,
        report.steps.len()
    );
    for step in &report.steps {
        push_step(&mut text, step);
        let _ = writeln!(text, "\n  statements:");
        for statement in &step.statements {
            let _ = writeln!(text, "    {statement};");
        }
    }
    let _ = writeln!(
        text,
        "\na backup of {} bytes is written first; {} bytes must be free",
        report.bytes, report.bytes_needed
    );
    push_notes(&mut text, &report.notes);
    let _ = writeln!(
        text,
        "\nnext: glyphd --db-path {} migrate up",
        db_path.display()
    );
    text
}

pub(super) fn done_text(report: &MigrationReport, db_path: &Path) -> String {
    let mut text = String::new();
    match report.from {
        None => {
            let _ = writeln!(
                text,
                "made `{}`, schema version {}",
                db_path.display(),
                report.to
            );
        }
        Some(_) if report.steps.is_empty() => {
            let _ = writeln!(text, "schema version {}: nothing to do", report.to);
        }
        Some(from) => {
            let _ = writeln!(text, "`{}`: {from} → {}", db_path.display(), report.to);
            for step in &report.steps {
                push_step(&mut text, step);
            }
        }
    }
    if let Some(backup) = &report.backup {
        let _ = writeln!(text, "\nbackup: {}", backup.display());
    }
    push_losses(&mut text, &report.losses);
    text
}

fn push_losses(text: &mut String, losses: &[Loss]) {
    if losses.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nlost, and in the backup only:");
    for loss in losses {
        let _ = writeln!(text, "  {loss}");
    }
}

fn push_step(text: &mut String, step: &StepReport) {
    let direction = match step.direction {
        Direction::Up => "up to",
        Direction::Down => "down from",
    };
    let _ = writeln!(
        text,
        "\n{direction} {}: {} ({} ms, {} → {} bytes)",
        step.version, step.description, step.duration_ms, step.bytes_before, step.bytes_after
    );
    let mut table = plain_table(&["table", "rows before", "rows after"], &[1, 2]);
    let rows = |count: Option<u64>| count.map_or_else(|| "–".to_owned(), |rows| rows.to_string());
    for change in &step.tables {
        table.add_row(vec![
            change.table.clone(),
            rows(change.rows_before),
            rows(change.rows_after),
        ]);
    }
    let _ = writeln!(text, "{table}");
    push_notes(text, &step.findings);
}

fn push_notes(text: &mut String, notes: &[String]) {
    for note in notes {
        let _ = writeln!(text, "note: {note}");
    }
}

pub(super) fn verify_text(report: &VerifyReport) -> String {
    let mut text = String::new();
    for check in &report.checks {
        let word = if check.holds { "ok" } else { "broken" };
        let _ = writeln!(text, "{word}: {}", check.name);
        for detail in &check.details {
            let _ = writeln!(text, "  {}", detail.replace('\n', "\n  "));
        }
    }
    let verdict = if report.holds { "sound" } else { "broken" };
    let _ = writeln!(text, "schema version {}: {verdict}", report.version);
    text
}

/// A table without lines, its numbers to the right.
fn plain_table(header: &[&str], numbers: &[usize]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(header.to_vec());
    for column in numbers {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
