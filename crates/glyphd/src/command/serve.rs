//! `glyphd serve`: the database over HTTP.

use std::io::IsTerminal;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use clap::Args;
use glyph_store::store::Store;

use super::failure::{Hinted, Status};
use crate::http::{Config, Limits, serve};
use crate::names::Names;
use crate::{clock, token};

/// Answer over HTTP.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  glyphd serve\n  curl --data-binary @examples/listings.csv 'http://localhost:8080/api/v1/imports'"
)]
pub struct Arguments {
    /// The address to listen at. Any but a loopback one needs a token to be made first.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "ADDRESS", env = "GLYPHD_HOST")]
    host: IpAddr,
    /// The port; 0 takes any that is free.
    #[arg(long, default_value_t = 8080, env = "GLYPHD_PORT")]
    port: u16,
    /// Ask for a token at a loopback address too.
    #[arg(long, env = "GLYPHD_REQUIRE_TOKEN")]
    require_token: bool,
    /// Bring an older database up to date first.
    #[arg(long)]
    migrate: bool,
    /// The most bytes of an upload.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().upload_bytes, env = "GLYPHD_UPLOAD_BYTES")]
    upload_bytes: u64,
    /// The most bytes that a packed upload may unpack to.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().unpacked_bytes, env = "GLYPHD_UNPACKED_BYTES")]
    unpacked_bytes: u64,
    /// The most bytes of a JSON body.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().json_bytes, env = "GLYPHD_JSON_BYTES")]
    json_bytes: usize,
    /// The most imports that run or wait.
    #[arg(long, value_name = "N", default_value_t = Limits::default().imports, env = "GLYPHD_IMPORTS")]
    imports: usize,
    /// Longer uploads are answered before they are imported.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().answer_at_once_bytes, env = "GLYPHD_ANSWER_AT_ONCE_BYTES")]
    answer_at_once_bytes: u64,
    /// The longest that an upload may stand still, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().idle.as_secs(), env = "GLYPHD_IDLE_SECONDS")]
    idle_seconds: u64,
    /// The longest that any other request may take, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().request.as_secs(), env = "GLYPHD_REQUEST_SECONDS")]
    request_seconds: u64,
    /// How long imports may go on after the server was asked to stop, in seconds; then they are taken back.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 30,
        env = "GLYPHD_GRACE_SECONDS"
    )]
    grace_seconds: u64,
}

pub(super) fn run(
    path: &Path,
    registry: Option<&Path>,
    arguments: &Arguments,
) -> anyhow::Result<Status> {
    let needs_token = arguments.require_token || !arguments.host.is_loopback();
    let names = Names::load(registry)?;
    // Made or migrated where that is due, and closed again: requests open their own.
    let store = super::store::open_or_create(path, arguments.migrate)?;
    let now = clock::now();
    if needs_token
        && !store
            .list_tokens()?
            .iter()
            .any(|record| token::is_in_force(record, now))
    {
        return Err(Hinted::new(
            format!(
                "serving at `{}` needs a token, and there is none in force",
                arguments.host
            ),
            "`glyphd token create --scope admin` makes one",
        )
        .into());
    }
    drop(store);
    log_to_stderr();
    serve(Config {
        address: SocketAddr::new(arguments.host, arguments.port),
        db_path: path.to_owned(),
        names,
        needs_token,
        limits: Limits {
            upload_bytes: arguments.upload_bytes,
            unpacked_bytes: arguments.unpacked_bytes,
            json_bytes: arguments.json_bytes,
            imports: arguments.imports,
            answer_at_once_bytes: arguments.answer_at_once_bytes,
            idle: Duration::from_secs(arguments.idle_seconds),
            request: Duration::from_secs(arguments.request_seconds),
        },
        grace: Duration::from_secs(arguments.grace_seconds),
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
