//! `glyphd match`: which card a title names, and why.

use std::io::{self, BufRead, BufWriter, Write};
use std::path::Path;

use clap::Args;
use glyph_core::matching::{Evidence, Kind, Match};
use unicode_width::UnicodeWidthStr;

use super::failure::Status;
use crate::names::Names;
use crate::output;
use crate::title_answer::TitleAnswer;

/// Say which card a title names, and why.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  glyphd match \"5pcs NVIDIA A100 40GB SXM4\"")]
pub struct Arguments {
    /// Titles; `-` reads one a line from standard input.
    #[arg(required = true, value_name = "TITLE")]
    titles: Vec<String>,
    /// Print a JSON object a title.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(registry: Option<&Path>, arguments: &Arguments) -> anyhow::Result<Status> {
    let names = Names::load(registry)?;
    let mut stdout = BufWriter::new(io::stdout().lock());
    for title in &arguments.titles {
        if title != "-" {
            answer(&names, title, arguments.json, &mut stdout)?;
            continue;
        }
        let mut stdin = io::stdin().lock();
        let mut line = Vec::new();
        while stdin.read_until(b'\n', &mut line)? > 0 {
            let text = String::from_utf8_lossy(&line);
            answer(
                &names,
                text.trim_end_matches(['\n', '\r']),
                arguments.json,
                &mut stdout,
            )?;
            line.clear();
        }
    }
    stdout.flush()?;
    Ok(Status::Done)
}

fn answer(names: &Names, title: &str, json: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let found = names.match_title(title);
    if !json {
        return draw(names, title, &found, out);
    }
    serde_json::to_writer(&mut *out, &TitleAnswer::of(names, title, &found))?;
    Ok(writeln!(out)?)
}

/// The title with the words that decided marked under it, the answer in a line, and beneath it what else there is to
/// know: cautions, what would settle an open name, and the cards that lost.
fn draw(names: &Names, title: &str, found: &Match, out: &mut dyn Write) -> anyhow::Result<()> {
    let shown = output::shortened(title, usize::MAX);
    writeln!(out, "{shown}")?;
    mark(title, &found.evidence, out)?;
    let name = match (found.model, &found.product) {
        (Some(id), _) => {
            let model = names.registry.model(id);
            format!("{} ({})", model.canonical_model, model.model)
        }
        (None, Some(product)) => format!("{product}, which one is open"),
        (None, None) => "no model".to_owned(),
    };
    let kind = match found.kind {
        Kind::GpuCard => "a card".to_owned(),
        Kind::GpuLot => format!("a lot of {} cards", found.lot_size),
        Kind::System => "a machine with a card inside".to_owned(),
        Kind::Accessory => "an accessory of cards".to_owned(),
        Kind::NotGpu => "something else than a graphics card".to_owned(),
        Kind::NotOffer => "no offer: wanted, for rent or a picture".to_owned(),
        Kind::Unclear => "unclear what is offered".to_owned(),
    };
    writeln!(out, "→ {name}")?;
    let mut facts = vec![kind];
    facts.extend(found.memory_gb.map(|memory| format!("{memory} GB")));
    facts.extend(found.form.map(|form| form.as_str().to_owned()));
    facts.push(format!("confidence {:.2}", found.confidence));
    facts.push(match found.unmatched_reason() {
        Some(reason) => format!("unmatched: {}", reason.as_str()),
        None => "scored".to_owned(),
    });
    writeln!(out, "  {}", facts.join(" · "))?;
    if !found.flags.is_empty() {
        let flags: Vec<&str> = found.flags.iter().map(|flag| flag.as_str()).collect();
        writeln!(out, "  caution: {}", flags.join(", "))?;
    }
    for settles in &found.would_settle {
        writeln!(out, "  would settle it: {settles}")?;
    }
    for candidate in &found.candidates {
        writeln!(
            out,
            "  not {}: {}",
            candidate.canonical_model, candidate.lost_because
        )?;
    }
    Ok(writeln!(out)?)
}

/// Marks under the title: one line of marks, and under it each mark's meaning, in as few lines as they fit.
///
/// What another column or the whole title said has no place of its own and gets a line.
fn mark(title: &str, evidence: &[Evidence], out: &mut dyn Write) -> anyhow::Result<()> {
    let (placed, whole): (Vec<&Evidence>, Vec<&Evidence>) = evidence
        .iter()
        .partition(|found| title.get(found.start..found.end) == Some(found.text.as_str()));
    let mut placed: Vec<(usize, usize, &str)> = placed
        .iter()
        .map(|found| {
            let column = width_of(title.get(..found.start).unwrap_or_default());
            (column, width_of(&found.text).max(1), found.says)
        })
        .collect();
    placed.sort_unstable();
    placed.dedup();
    let mut marks = String::new();
    for (column, width, _) in &placed {
        let at = width_of(&marks);
        marks.push_str(&" ".repeat(column.saturating_sub(at)));
        let left = (column + width).saturating_sub(width_of(&marks));
        marks.push_str(&"~".repeat(left));
    }
    if !marks.is_empty() {
        writeln!(out, "{marks}")?;
    }
    let mut lines: Vec<String> = Vec::new();
    for (column, _, says) in &placed {
        let free = lines
            .iter()
            .position(|line| line.is_empty() || line.len() < *column)
            .unwrap_or(lines.len());
        if free == lines.len() {
            lines.push(String::new());
        }
        let line = &mut lines[free];
        let gap = column.saturating_sub(line.len());
        line.push_str(&" ".repeat(gap));
        line.push_str(says);
    }
    for line in lines {
        writeln!(out, "{line}")?;
    }
    for found in whole {
        writeln!(
            out,
            "  by the {}: {}",
            found.says.replace('_', " "),
            output::shortened(&found.text, 120)
        )?;
    }
    Ok(())
}

/// Columns of a terminal that a text takes: two for a Chinese character, none for what is not seen.
fn width_of(text: &str) -> usize {
    output::shortened(text, usize::MAX).width()
}
