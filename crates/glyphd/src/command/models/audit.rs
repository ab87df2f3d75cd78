//! `glyphd models audit`: where the registry wants work.

use clap::Args;
use glyph_core::registry::{AUDITED, Finding, Problem, Registry};
use serde::Serialize;

use crate::command::failure::{Status, WrongUsage};
use crate::command::imports::Output;
use crate::output::{self, Format};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only this field, model by model.
    #[arg(long)]
    field: Option<String>,
    #[command(flatten)]
    output: Output,
}

/// A finding as scripts read it.
#[derive(Serialize)]
struct Told<'a> {
    canonical_model: &'a str,
    field: &'static str,
    problem: Problem,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(skip)]
    source_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other_value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other_source: Option<&'a str>,
    #[serde(skip)]
    other_source_id: Option<&'a str>,
}

pub(super) fn run(registry: &Registry, arguments: &Arguments) -> anyhow::Result<Status> {
    if let Some(field) = &arguments.field
        && !AUDITED.contains(&field.as_str())
    {
        return Err(WrongUsage(format!(
            "`{field}` is not audited: the fields are {}",
            AUDITED.join(", ")
        ))
        .into());
    }
    let mut findings = registry.audit();
    if let Some(field) = &arguments.field {
        findings.retain(|finding| finding.field == field);
    }
    let told: Vec<Told<'_>> = findings.iter().map(tell).collect();
    match arguments.output.format() {
        Format::Table if arguments.field.is_some() => one_by_one(&told)?,
        Format::Table => {
            summary(registry, &findings)?;
            let disputed: Vec<Told<'_>> = findings
                .iter()
                .filter(|finding| finding.problem == Problem::Disputed)
                .map(tell)
                .collect();
            if !disputed.is_empty() {
                output::line("\ndisputed")?;
                one_by_one(&disputed)?;
            }
        }
        Format::Json => output::json(&told)?,
        Format::JsonLines => told.iter().try_for_each(output::json_line)?,
    }
    Ok(Status::Done)
}

fn tell<'a>(finding: &'a Finding<'a>) -> Told<'a> {
    Told {
        canonical_model: &finding.model.canonical_model,
        field: finding.field,
        problem: finding.problem,
        value: finding.value.as_deref(),
        source: finding.source.map(|source| source.title.as_str()),
        source_id: finding.source.map(|source| source.id.as_str()),
        other_value: finding.other.map(|(value, _)| value),
        other_source: finding
            .other
            .and_then(|(_, source)| source.map(|source| source.title.as_str())),
        other_source_id: finding
            .other
            .and_then(|(_, source)| source.map(|source| source.id.as_str())),
    }
}

fn summary(registry: &Registry, findings: &[Finding<'_>]) -> anyhow::Result<()> {
    output::line(&format!(
        "registry {}, {} models",
        registry.version(),
        output::count(registry.models().len() as u64)
    ))?;
    output::line("")?;
    let mut table = output::table(
        &["field", "known", "of", "missing", "unverified", "disputed"],
        &[1, 2, 3, 4, 5],
    );
    for field in AUDITED {
        let (known, could) = registry.coverage_of(field);
        let count = |problem| {
            let of_it = findings
                .iter()
                .filter(|finding| finding.field == field && finding.problem == problem);
            output::count(of_it.count() as u64)
        };
        table.add_row(vec![
            field.to_owned(),
            output::count(known as u64),
            output::count(could as u64),
            count(Problem::Missing),
            count(Problem::Unverified),
            count(Problem::Disputed),
        ]);
    }
    output::draw(&table)?;
    Ok(output::line(
        "\n`glyphd models audit --field NAME` lists the models of a field",
    )?)
}

fn one_by_one(told: &[Told<'_>]) -> anyhow::Result<()> {
    let mut table = output::table(&["model", "field", "problem", "value", "other value"], &[]);
    for finding in told {
        let with_source = |value: Option<&str>, source: Option<&str>| match (value, source) {
            (Some(value), Some(source)) => format!("{value} ({source})"),
            (Some(value), None) => value.to_owned(),
            (None, _) => "–".to_owned(),
        };
        let problem = match finding.problem {
            Problem::Missing => "missing",
            Problem::Unverified => "unverified",
            Problem::Disputed => "disputed",
        };
        table.add_row(vec![
            finding.canonical_model.to_owned(),
            finding.field.to_owned(),
            problem.to_owned(),
            with_source(finding.value, finding.source_id),
            with_source(finding.other_value, finding.other_source_id),
        ]);
    }
    Ok(output::draw(&table)?)
}
