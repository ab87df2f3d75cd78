//! `glyphd match`: which card a title names, and why.

use std::io::{self, BufRead, BufWriter, Write};

use clap::Args;
use glyph_core::matching::{Clues, Match, UnmatchedReason};
use glyph_core::registry::{Registry, Vendor};
use serde::Serialize;

use super::failure::Status;
use crate::import_job::Names;
use crate::output;

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

/// A match as scripts read it.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    title: &'a str,
    kind: &'static str,
    vendor: Option<Vendor>,
    model: Option<&'a str>,
    canonical_model: Option<&'a str>,
    memory_gb: Option<f64>,
    form: Option<glyph_core::registry::Form>,
    lot_size: u32,
    confidence: f64,
    reason: Option<&'static str>,
    evidence: &'a [glyph_core::matching::Evidence],
    candidates: &'a [glyph_core::matching::Candidate],
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    let names = Names::embedded();
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
    let found = names.matcher.match_listing(&Clues {
        title,
        ..Clues::default()
    });
    if !json {
        return draw(names, title, &found, out);
    }
    let record = found.model.map(|id| names.registry.model(id));
    serde_json::to_writer(
        &mut *out,
        &Answer {
            title,
            kind: found.kind.as_str(),
            vendor: vendor_of(names.registry, &found),
            model: found.product.as_deref(),
            canonical_model: record.map(|record| record.canonical_model.as_str()),
            memory_gb: found.memory_gb,
            form: found.form,
            lot_size: found.lot_size,
            confidence: found.confidence,
            reason: found.unmatched_reason().map(UnmatchedReason::as_str),
            evidence: &found.evidence,
            candidates: &found.candidates,
        },
    )?;
    Ok(writeln!(out)?)
}

/// The vendor of the model, or of the product where the record is open.
fn vendor_of(registry: &Registry, found: &Match) -> Option<Vendor> {
    let variant = found.model.or_else(|| {
        registry
            .variants(found.product.as_deref()?)
            .first()
            .copied()
    });
    variant.map(|id| registry.model(id).vendor)
}

/// The title, the words that decided under it, and what lost.
fn draw(names: &Names, title: &str, found: &Match, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "{}", output::shortened(title, usize::MAX))?;
    for evidence in &found.evidence {
        let before = title.get(..evidence.start).unwrap_or("").chars().count();
        let width = evidence.text.chars().count().max(1);
        writeln!(
            out,
            "{}{} {}",
            " ".repeat(before),
            "^".repeat(width),
            evidence.says
        )?;
    }
    let name = match (found.model, &found.product) {
        (Some(id), _) => names.registry.model(id).canonical_model.clone(),
        (None, Some(product)) => format!("{product}, which one is open"),
        (None, None) => "no model".to_owned(),
    };
    let lot = if found.lot_size > 1 {
        format!(", a lot of {}", found.lot_size)
    } else {
        String::new()
    };
    let reason = found
        .unmatched_reason()
        .map(|reason| format!(", unmatched: {}", reason.as_str()));
    writeln!(
        out,
        "→ {name} ({}{lot}, confidence {:.2}{})",
        found.kind.as_str(),
        found.confidence,
        reason.unwrap_or_default(),
    )?;
    for candidate in &found.candidates {
        writeln!(
            out,
            "  not {}: {}",
            candidate.canonical_model, candidate.lost_because
        )?;
    }
    Ok(writeln!(out)?)
}
