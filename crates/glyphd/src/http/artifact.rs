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

/// Reads, matches and scores every row, and keeps nothing.
pub(super) async fn dry_run(
    context: &Context,
    mut upload: Upload,
    kind: Kind,
    name: String,
) -> Result<ImportReport, Problem> {
    match kind {
        Kind::Csv => {}
        Kind::Json => upload.format = None,
        Kind::Yaml => {
            let most = context.limits.json_bytes;
            upload = blocking(move || as_json_lines(upload, most)).await?;
        }
    }
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
