//! The settings of `glyphd serve`: flags and environment before a TOML file, the file before what is the default.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use glyph_core::source::Limits as SourceLimits;
use serde::{Deserialize, Serialize};

use super::failure::Hinted;
use crate::http::Limits;

/// Settings as flags and the environment give them: those of [`Settings`], each where it is given.
#[derive(Debug, Default, Args, Serialize)]
pub(super) struct Given {
    /// The address to listen at; 127.0.0.1 where not given. Any but a loopback one needs a token to be made first.
    #[arg(long, value_name = "ADDRESS", env = "GLYPHD_HOST")]
    host: Option<IpAddr>,
    /// The port; 8080 where not given, 0 takes any that is free.
    #[arg(long, env = "GLYPHD_PORT")]
    port: Option<u16>,
    /// Ask for a token at a loopback address too.
    #[arg(long, value_name = "true|false", num_args = 0..=1, default_missing_value = "true", env = "GLYPHD_REQUIRE_TOKEN")]
    require_token: Option<bool>,
    /// An origin whose pages may use the server, as `https://market.example`; may come several times, or with commas.
    #[arg(
        long = "cors-origin",
        value_name = "ORIGIN",
        value_delimiter = ',',
        env = "GLYPHD_CORS_ORIGINS"
    )]
    cors_origins: Option<Vec<String>>,
    /// The folder below which the old interface may be told to import files of this machine; none where not given.
    #[arg(long, value_name = "FOLDER", env = "GLYPHD_IMPORT_ROOT")]
    import_root: Option<PathBuf>,
    /// The most bytes of an upload.
    #[arg(long, value_name = "BYTES", env = "GLYPHD_UPLOAD_BYTES")]
    upload_bytes: Option<u64>,
    /// The most bytes that a packed upload may unpack to.
    #[arg(long, value_name = "BYTES", env = "GLYPHD_UNPACKED_BYTES")]
    unpacked_bytes: Option<u64>,
    /// The most bytes that a packed upload may unpack to for each of its own; the first 16 MiB are free.
    #[arg(long, value_name = "N", env = "GLYPHD_UNPACKED_RATIO")]
    unpacked_ratio: Option<u64>,
    /// The most rows of an import.
    #[arg(long, value_name = "N", env = "GLYPHD_ROWS")]
    rows: Option<u64>,
    /// The most bytes of a field of a source; a longer one rejects its row.
    #[arg(long, value_name = "BYTES", env = "GLYPHD_FIELD_BYTES")]
    field_bytes: Option<usize>,
    /// The most bytes of a record of a source.
    #[arg(long, value_name = "BYTES", env = "GLYPHD_RECORD_BYTES")]
    record_bytes: Option<usize>,
    /// The most columns of a source.
    #[arg(long, value_name = "N", env = "GLYPHD_COLUMNS")]
    columns: Option<usize>,
    /// How deep objects and arrays may stand in each other in a JSON source.
    #[arg(long, value_name = "N", env = "GLYPHD_JSON_DEPTH")]
    json_depth: Option<usize>,
    /// The most bytes that are unpacked of a Parquet source at a time.
    #[arg(long, value_name = "BYTES", env = "GLYPHD_PAGE_BYTES")]
    page_bytes: Option<u64>,
    /// The most bytes of a JSON body.
    #[arg(long, value_name = "BYTES", env = "GLYPHD_JSON_BYTES")]
    json_bytes: Option<usize>,
    /// The most bytes of a request's head.
    #[arg(long, value_name = "BYTES", env = "GLYPHD_HEAD_BYTES")]
    head_bytes: Option<usize>,
    /// The most imports that run or wait.
    #[arg(long, value_name = "N", env = "GLYPHD_IMPORTS")]
    imports: Option<usize>,
    /// Longer uploads are answered before they are imported.
    #[arg(long, value_name = "BYTES", env = "GLYPHD_ANSWER_AT_ONCE_BYTES")]
    answer_at_once_bytes: Option<u64>,
    /// The longest that an upload may stand still, in seconds.
    #[arg(long, value_name = "SECONDS", env = "GLYPHD_IDLE_SECONDS")]
    idle_seconds: Option<u64>,
    /// The fewest bytes a second that an upload may come with, on the whole; the first idle time is free.
    #[arg(long, value_name = "BYTES", env = "GLYPHD_UPLOAD_RATE")]
    upload_rate: Option<u64>,
    /// The longest that any other request may take, in seconds.
    #[arg(long, value_name = "SECONDS", env = "GLYPHD_REQUEST_SECONDS")]
    request_seconds: Option<u64>,
    /// How long imports may go on after the server was asked to stop, in seconds; then they are taken back.
    #[arg(long, value_name = "SECONDS", env = "GLYPHD_GRACE_SECONDS")]
    grace_seconds: Option<u64>,
}

/// The settings that hold.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Settings {
    pub(super) host: IpAddr,
    pub(super) port: u16,
    pub(super) require_token: bool,
    pub(super) cors_origins: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) import_root: Option<PathBuf>,
    upload_bytes: u64,
    unpacked_bytes: u64,
    unpacked_ratio: u64,
    rows: u64,
    field_bytes: usize,
    record_bytes: usize,
    columns: usize,
    json_depth: usize,
    page_bytes: u64,
    json_bytes: usize,
    head_bytes: usize,
    imports: usize,
    answer_at_once_bytes: u64,
    idle_seconds: u64,
    upload_rate: u64,
    request_seconds: u64,
    grace_seconds: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        let limits = Limits::default();
        Settings {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 8080,
            require_token: false,
            cors_origins: Vec::new(),
            import_root: None,
            upload_bytes: limits.upload_bytes,
            unpacked_bytes: limits.unpacked_bytes,
            unpacked_ratio: limits.unpacked_ratio,
            rows: limits.rows,
            field_bytes: limits.cell_bytes,
            record_bytes: limits.source.record_bytes,
            columns: limits.source.columns,
            json_depth: limits.source.json_depth,
            page_bytes: limits.source.page_bytes,
            json_bytes: limits.json_bytes,
            head_bytes: limits.head_bytes,
            imports: limits.imports,
            answer_at_once_bytes: limits.answer_at_once_bytes,
            idle_seconds: limits.idle.as_secs(),
            upload_rate: limits.upload_rate,
            request_seconds: limits.request.as_secs(),
            grace_seconds: 30,
        }
    }
}

/// The shortest head that a browser's request fits in, and the least that the library which reads it takes.
const LEAST_HEAD_BYTES: usize = 8 << 10;

/// Seconds: a day.
const LONGEST_GRACE: u64 = 86_400;

impl Settings {
    pub(super) fn load(given: &Given, file: Option<&Path>) -> anyhow::Result<Settings> {
        let Some(path) = file else {
            return Settings::merge(given, "");
        };
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the settings `{}`", path.display()))?;
        Settings::merge(given, &text).map_err(|error| {
            Hinted::new(
                format!(
                    "cannot use the settings `{}`: {}",
                    path.display(),
                    error.to_string().trim_end()
                ),
                "`glyphd serve --print-config` prints all of them",
            )
            .into()
        })
    }

    fn merge(given: &Given, file: &str) -> anyhow::Result<Settings> {
        // As a whole first: its errors name the line.
        toml::from_str::<Settings>(file)?;
        let mut table: toml::Table = toml::from_str(file)?;
        table.extend(toml::Table::try_from(given).context("a setting is out of range")?);
        let mut settings: Settings = table.try_into()?;
        settings.require_token |= !settings.host.is_loopback();
        settings.head_bytes = settings.head_bytes.max(LEAST_HEAD_BYTES);
        Ok(settings)
    }

    pub(super) fn limits(&self) -> Limits {
        Limits {
            upload_bytes: self.upload_bytes,
            unpacked_bytes: self.unpacked_bytes,
            unpacked_ratio: self.unpacked_ratio,
            rows: self.rows,
            cell_bytes: self.field_bytes,
            source: SourceLimits {
                record_bytes: self.record_bytes,
                columns: self.columns,
                json_depth: self.json_depth,
                page_bytes: self.page_bytes,
            },
            json_bytes: self.json_bytes,
            head_bytes: self.head_bytes,
            imports: self.imports,
            answer_at_once_bytes: self.answer_at_once_bytes,
            idle: Duration::from_secs(self.idle_seconds),
            upload_rate: self.upload_rate,
            request: Duration::from_secs(self.request_seconds),
            picture: Limits::default().picture,
        }
    }

    pub(super) fn grace(&self) -> Duration {
        Duration::from_secs(self.grace_seconds.min(LONGEST_GRACE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_go_before_the_file_and_the_file_before_what_is_the_default() {
        let given = Given {
            port: Some(7000),
            ..Given::default()
        };
        let file =
            "port = 9000\nimports = 3\nhost = \"::1\"\ncors_origins = [\"https://a.example\"]";
        let settings = Settings::merge(&given, file).unwrap();
        assert_eq!(settings.port, 7000);
        assert_eq!(settings.imports, 3);
        assert!(settings.host.is_loopback());
        assert!(!settings.require_token);
        assert_eq!(settings.cors_origins, ["https://a.example"]);
        assert_eq!(settings.limits().idle, Limits::default().idle);
        let printed = toml::to_string(&settings).unwrap();
        let again = Settings::merge(&Given::default(), &printed).unwrap();
        assert_eq!(again, settings);
        Settings::merge(&given, "prot = 9000").unwrap_err();
        Settings::merge(&given, "port = 90000").unwrap_err();
    }

    #[test]
    fn an_address_that_others_reach_needs_a_token_whatever_is_asked() {
        let file = "host = \"0.0.0.0\"\nrequire_token = false";
        let settings = Settings::merge(&Given::default(), file).unwrap();
        assert!(settings.require_token);
    }
}
