//! Files that another program made, looked at and not imported: CSV, JSON, and lists in YAML.

use std::io::{Read, Seek, Write};

use glyph_core::source::Format;
use serde_json::Value;

use super::context::Context;
use super::database::blocking;
use super::problem::{Code, Problem};
use super::v1::imports::import_now;
use super::v1::shapes::ImportReport;
use super::v1::upload::Upload;
use crate::{clock, identity};

/// What a file is, by the end of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Csv,
    Json,
    Yaml,
}

impl Kind {
    pub(super) fn of_name(name: &str) -> Option<Kind> {
        let (_, ending) = name.rsplit_once('.')?;
        Some(match ending.to_ascii_lowercase().as_str() {
            "csv" => Kind::Csv,
            "json" => Kind::Json,
            "yaml" | "yml" => Kind::Yaml,
            _ => return None,
        })
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Kind::Csv => "csv",
            Kind::Json => "json",
            Kind::Yaml => "yaml",
        }
    }
}

/// What a file would be as an import.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) rows: u64,
    /// Rows that name no one card, by reason.
    pub(super) warnings: Vec<String>,
    /// Rows that cannot be read, by code; or why nothing can.
    pub(super) errors: Vec<String>,
    /// Where the file was kept, below the import root.
    pub(super) kept_as: Option<String>,
}

/// Reads, matches and scores every row, and keeps nothing; the file itself only where that is asked for and there is an
/// import root.
pub(super) async fn look_at(
    context: &Context,
    mut upload: Upload,
    name: &str,
    keep: bool,
) -> Result<Found, Problem> {
    let kind = Kind::of_name(name).ok_or_else(|| {
        Problem::new(
            Code::BodyInvalid,
            "the name of the file must end with `.csv`, `.json`, `.yaml` or `.yml`",
        )
    })?;
    let mut found = Found {
        kind,
        rows: 0,
        warnings: Vec::new(),
        errors: Vec::new(),
        kept_as: None,
    };
    match &context.import_root {
        Some(root) if keep => {
            let root = root.clone();
            let kept_as = format!(
                "{}.{}",
                identity::new_import_id(clock::now()),
                kind.as_str()
            );
            let (returned, kept_as) = blocking(move || {
                let failed = |error: std::io::Error| Problem::internal(&error);
                let kept_as = root.keep(&kept_as, &mut upload.file).map_err(failed)?;
                upload.file.rewind().map_err(failed)?;
                Ok((upload, kept_as))
            })
            .await?;
            upload = returned;
            found.kept_as = Some(kept_as);
        }
        None if keep => found
            .warnings
            .push("the server keeps no files: it has no import root".to_owned()),
        _ => {}
    }
    match dry_run(context, upload, kind, name).await {
        Ok(report) => {
            found.rows = report.total_rows;
            found
                .warnings
                .extend(report.unmatched_by_reason.iter().map(told));
            found.errors.extend(report.errors_by_code.iter().map(told));
        }
        Err(problem) if problem.code.status().is_client_error() => {
            found.errors.push(problem.detail);
        }
        Err(problem) => return Err(problem),
    }
    Ok(found)
}

fn told((what, rows): (impl std::fmt::Display, &u64)) -> String {
    format!("{what}: {rows} rows")
}

async fn dry_run(
    context: &Context,
    mut upload: Upload,
    kind: Kind,
    name: &str,
) -> Result<ImportReport, Problem> {
    match kind {
        Kind::Csv => {}
        Kind::Json => upload.format = None,
        Kind::Yaml => {
            let most = context.limits.json_bytes;
            upload = blocking(move || as_json_lines(upload, most)).await?;
        }
    }
    let name = name.to_owned();
    import_now(context, upload, name, |options| options.dry_run = true).await
}

/// A list in YAML as JSON Lines. It is held whole, so it is bounded as JSON bodies are.
fn as_json_lines(upload: Upload, most_bytes: usize) -> Result<Upload, Problem> {
    let refused = |detail: String| Problem::new(Code::SourceRefused, detail);
    if upload.bytes > most_bytes as u64 {
        return Err(refused(format!(
            "the YAML file is longer than {most_bytes} bytes"
        )));
    }
    let mut text = String::new();
    let mut given = upload.file;
    given
        .read_to_string(&mut text)
        .map_err(|error| refused(format!("the YAML file cannot be read: {error}")))?;
    let rows: Value = serde_saphyr::from_str(&text)
        .map_err(|error| refused(format!("the file is not valid YAML: {error}")))?;
    let Value::Array(rows) = rows else {
        return Err(refused("the YAML file is no list".to_owned()));
    };
    let mut lines = Vec::new();
    for row in &rows {
        serde_json::to_writer(&mut lines, row).map_err(|error| Problem::internal(&error))?;
        lines.push(b'\n');
    }
    let failed = |error: std::io::Error| Problem::internal(&error);
    given.set_len(0).map_err(failed)?;
    given.rewind().map_err(failed)?;
    given.write_all(&lines).map_err(failed)?;
    given.rewind().map_err(failed)?;
    Ok(Upload {
        file: given,
        bytes: lines.len() as u64,
        format: Some(Format::JsonLines),
        ..upload
    })
}
