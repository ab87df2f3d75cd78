//! `glyphd serve`: the database over HTTP.

use std::io::IsTerminal;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use glyph_store::store::Store;
use serde::{Deserialize, Serialize};

use super::failure::{Hinted, Status};
use crate::http::{Config, Limits, serve};
use crate::names::Names;
use crate::{clock, output, token};

/// Answer over HTTP.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  glyphd serve\n  curl --data-binary @examples/listings.csv 'http://localhost:8080/api/v1/imports'"
)]
pub struct Arguments {
    /// A TOML file with settings; what is given as a flag or in the environment goes before it.
    #[arg(long, value_name = "FILE", env = "GLYPHD_CONFIG")]
    config: Option<PathBuf>,
    /// Print the settings as they would be, as TOML, and end.
    #[arg(long)]
    print_config: bool,
    /// Bring an older database up to date first.
    #[arg(long)]
    migrate: bool,
    #[command(flatten)]
    given: Given,
}

/// Settings as one source gives them: flags and environment, or a file.
#[derive(Debug, Default, Args, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    /// The address to listen at; 127.0.0.1 where not given. Any but a loopback one needs a token to be made first.
    #[arg(long, value_name = "ADDRESS", env = "GLYPHD_HOST")]
    host: Option<IpAddr>,
    /// The port; 8080 where not given, 0 takes any that is free.
    #[arg(long, env = "GLYPHD_PORT")]
    port: Option<u16>,
    /// Ask for a token at a loopback address too.
    #[arg(long, value_name = "true|false", num_args = 0..=1, default_missing_value = "true", env = "GLYPHD_REQUIRE_TOKEN")]
    require_token: Option<bool>,
    /// The most bytes of an upload.
    #[arg(long, value_name = "BYTES", env = "GLYPHD_UPLOAD_BYTES")]
    upload_bytes: Option<u64>,
    /// The most bytes that a packed upload may unpack to.
    #[arg(long, value_name = "BYTES", env = "GLYPHD_UNPACKED_BYTES")]
    unpacked_bytes: Option<u64>,
    /// The most bytes of a JSON body.
    #[arg(long, value_name = "BYTES", env = "GLYPHD_JSON_BYTES")]
    json_bytes: Option<usize>,
    /// The most imports that run or wait.
    #[arg(long, value_name = "N", env = "GLYPHD_IMPORTS")]
    imports: Option<usize>,
    /// Longer uploads are answered before they are imported.
    #[arg(long, value_name = "BYTES", env = "GLYPHD_ANSWER_AT_ONCE_BYTES")]
    answer_at_once_bytes: Option<u64>,
    /// The longest that an upload may stand still, in seconds.
    #[arg(long, value_name = "SECONDS", env = "GLYPHD_IDLE_SECONDS")]
    idle_seconds: Option<u64>,
    /// The longest that any other request may take, in seconds.
    #[arg(long, value_name = "SECONDS", env = "GLYPHD_REQUEST_SECONDS")]
    request_seconds: Option<u64>,
    /// How long imports may go on after the server was asked to stop, in seconds; then they are taken back.
    #[arg(long, value_name = "SECONDS", env = "GLYPHD_GRACE_SECONDS")]
    grace_seconds: Option<u64>,
}

/// The settings that hold.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Settings {
    host: IpAddr,
    port: u16,
    require_token: bool,
    upload_bytes: u64,
    unpacked_bytes: u64,
    json_bytes: usize,
    imports: usize,
    answer_at_once_bytes: u64,
    idle_seconds: u64,
    request_seconds: u64,
    grace_seconds: u64,
}

impl Settings {
    /// Flags and environment before the file, the file before what is the default.
    fn of(given: &Given, file: &Given) -> Settings {
        let limits = Limits::default();
        let host = given
            .host
            .or(file.host)
            .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let asked = given.require_token.or(file.require_token).unwrap_or(false);
        Settings {
            host,
            port: given.port.or(file.port).unwrap_or(8080),
            require_token: asked || !host.is_loopback(),
            upload_bytes: given
                .upload_bytes
                .or(file.upload_bytes)
                .unwrap_or(limits.upload_bytes),
            unpacked_bytes: given
                .unpacked_bytes
                .or(file.unpacked_bytes)
                .unwrap_or(limits.unpacked_bytes),
            json_bytes: given
                .json_bytes
                .or(file.json_bytes)
                .unwrap_or(limits.json_bytes),
            imports: given.imports.or(file.imports).unwrap_or(limits.imports),
            answer_at_once_bytes: given
                .answer_at_once_bytes
                .or(file.answer_at_once_bytes)
                .unwrap_or(limits.answer_at_once_bytes),
            idle_seconds: given
                .idle_seconds
                .or(file.idle_seconds)
                .unwrap_or(limits.idle.as_secs()),
            request_seconds: given
                .request_seconds
                .or(file.request_seconds)
                .unwrap_or(limits.request.as_secs()),
            grace_seconds: given.grace_seconds.or(file.grace_seconds).unwrap_or(30),
        }
    }

    fn limits(&self) -> Limits {
        Limits {
            upload_bytes: self.upload_bytes,
            unpacked_bytes: self.unpacked_bytes,
            json_bytes: self.json_bytes,
            imports: self.imports,
            answer_at_once_bytes: self.answer_at_once_bytes,
            idle: Duration::from_secs(self.idle_seconds),
            request: Duration::from_secs(self.request_seconds),
        }
    }
}

fn read_file(path: Option<&Path>) -> anyhow::Result<Given> {
    let Some(path) = path else {
        return Ok(Given::default());
    };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the settings `{}`", path.display()))?;
    toml::from_str(&text).map_err(|error| {
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

pub(super) fn run(
    path: &Path,
    registry: Option<&Path>,
    arguments: &Arguments,
) -> anyhow::Result<Status> {
    let file = read_file(arguments.config.as_deref())?;
    let settings = Settings::of(&arguments.given, &file);
    if arguments.print_config {
        let text = toml::to_string(&settings).context("cannot write the settings")?;
        output::line(text.trim_end())?;
        return Ok(Status::Done);
    }
    let names = Names::load(registry)?;
    // Made or migrated where that is due, and closed again: requests open their own.
    let store = super::store::open_or_create(path, arguments.migrate)?;
    let now = clock::now();
    if settings.require_token
        && !store
            .list_tokens()?
            .iter()
            .any(|record| token::is_in_force(record, now))
    {
        return Err(Hinted::new(
            format!(
                "serving at `{}` needs a token, and there is none in force",
                settings.host
            ),
            "`glyphd token create --scope admin` makes one",
        )
        .into());
    }
    drop(store);
    log_to_stderr();
    serve(Config {
        address: SocketAddr::new(settings.host, settings.port),
        db_path: path.to_owned(),
        names,
        needs_token: settings.require_token,
        limits: settings.limits(),
        grace: Duration::from_secs(settings.grace_seconds),
    })?;
    Ok(Status::Done)
}

/// A line a request: JSON for programs, plain for a person. `RUST_LOG` says how much.
fn log_to_stderr() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    if std::io::stderr().is_terminal() {
        log.compact().init();
    } else {
        log.json().flatten_event(true).init();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_go_before_the_file_and_the_file_before_what_is_the_default() {
        let file: Given = toml::from_str("port = 9000\nimports = 3\nhost = \"::1\"").unwrap();
        let given = Given {
            port: Some(7000),
            ..Given::default()
        };
        let settings = Settings::of(&given, &file);
        assert_eq!(settings.port, 7000);
        assert_eq!(settings.imports, 3);
        assert!(settings.host.is_loopback());
        assert!(!settings.require_token);
        assert_eq!(settings.limits().idle, Limits::default().idle);
        let printed = toml::to_string(&settings).unwrap();
        let again = Settings::of(&Given::default(), &toml::from_str(&printed).unwrap());
        assert_eq!(again, settings);
        toml::from_str::<Given>("prot = 9000").unwrap_err();
    }

    #[test]
    fn an_address_that_others_reach_needs_a_token_whatever_is_asked() {
        let file: Given = toml::from_str("host = \"0.0.0.0\"\nrequire_token = false").unwrap();
        assert!(Settings::of(&Given::default(), &file).require_token);
    }
}
