//! `glyphd serve`: the database over HTTP.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use glyph_store::store::Store;

use super::failure::{Hinted, Status};
use super::serve_settings::{Given, Settings};
use crate::http::{Config, ImportRoot, parse_origin, serve};
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

pub(super) fn run(
    path: &Path,
    registry: Option<&Path>,
    arguments: &Arguments,
) -> anyhow::Result<Status> {
    let settings = Settings::load(&arguments.given, arguments.config.as_deref())?;
    if arguments.print_config {
        let text = toml::to_string(&settings).context("cannot write the settings")?;
        output::line(text.trim_end())?;
        return Ok(Status::Done);
    }
    let cors_origins = settings
        .cors_origins
        .iter()
        .map(|origin| parse_origin(origin))
        .collect::<Result<_, _>>()?;
    let import_root = settings.import_root.as_deref().map(ImportRoot::open);
    let import_root = import_root.transpose()?;
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
        cors_origins,
        import_root,
        grace: settings.grace(),
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
