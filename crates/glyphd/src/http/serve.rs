//! The server from its first connection to its last.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::http::HeaderValue;
use glyph_store::store::Store;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::answers::Answers;
use super::auth::Tokens;
use super::context::{Context, Limits, Shared};
use super::database::Database;
use super::import_root::ImportRoot;
use super::jobs::Jobs;
use super::metrics::Metrics;
use super::picture::{Pictures, picture};
use super::problem::{Code, Problem};
use super::router::router;
use crate::names::Names;
use crate::{clock, output};

/// Connections at a time.
const MOST_CONNECTIONS: usize = 1024;

/// The longest that the head of a request may take to come.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);

/// How long an import that is asked to end may take.
const TAKING_BACK: Duration = Duration::from_secs(20);

/// After a connection was refused by the system: time for others to be given back.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Where to serve, and what.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) address: SocketAddr,
    pub(crate) db_path: PathBuf,
    pub(crate) names: Names,
    pub(crate) limits: Limits,
    /// Nobody may ask without a token. So it must be where the address is no loopback one.
    pub(crate) needs_token: bool,
    /// Origins whose pages may use the server.
    pub(crate) cors_origins: Vec<HeaderValue>,
    pub(crate) import_root: Option<ImportRoot>,
    /// How long a running import may go on after the server was asked to stop.
    pub(crate) grace: Duration,
}

/// Serves until the process is asked to stop. The database is there and current.
pub(crate) fn serve(config: Config) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the server's threads")?;
    runtime.block_on(run(config))
}

async fn run(config: Config) -> anyhow::Result<()> {
    let database = Arc::new(Database::new(&config.db_path)?);
    end_cut_off_jobs(&database).await?;
    let context: Context = Arc::new(Shared {
        database,
        names: Arc::new(config.names),
        limits: config.limits,
        only_loopback: config.address.ip().is_loopback(),
        cors_origins: config.cors_origins,
        import_root: config.import_root,
        needs_token: config.needs_token,
        tokens: Tokens::default(),
        slots: Arc::new(tokio::sync::Semaphore::new(config.limits.imports)),
        jobs: Jobs::default(),
        answers: Answers::default(),
        pictures: Pictures::default(),
        metrics: Metrics::new(),
    });
    let listener = TcpListener::bind(config.address)
        .await
        .with_context(|| format!("cannot listen at `{}`", config.address))?;
    let address = listener.local_addr().context("cannot tell the address")?;
    output::note(&format!("listening at http://{address}"));
    // Ahead of whoever opens the page first.
    let ahead = Arc::clone(&context);
    tokio::spawn(async move { picture(&ahead).await });
    let connections = GracefulShutdown::new();
    let head_bytes = context.limits.head_bytes;
    accept(&listener, &router(&context), &connections, head_bytes).await?;
    drop(listener);
    output::note("stopping: running requests are answered first");
    stop(&context, connections, config.grace).await;
    Ok(())
}

/// Jobs that the server before this one left have failed.
async fn end_cut_off_jobs(database: &Arc<Database>) -> anyhow::Result<()> {
    let problem = Problem::new(
        Code::JobCutOff,
        "the server ended before the import did, and nothing of it is kept",
    );
    let outcome = serde_json::to_string(&problem.body(None))?;
    let ended = database
        .change(move |store| Ok(store.end_cut_off_jobs(&clock::text(clock::now()), &outcome)?))
        .await?;
    if ended > 0 {
        output::note(&format!(
            "{ended} imports were cut off when the server ended; nothing of them is kept"
        ));
    }
    Ok(())
}

/// Takes connections until the process is asked to stop.
async fn accept(
    listener: &TcpListener,
    router: &Router,
    connections: &GracefulShutdown,
    head_bytes: usize,
) -> anyhow::Result<()> {
    let mut asked_to_stop = std::pin::pin!(asked_to_stop()?);
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .max_buf_size(head_bytes);
    loop {
        let accepted = tokio::select! {
            permit = Arc::clone(&room).acquire_owned() => {
                let permit = permit.context("the server is stopping")?;
                tokio::select! {
                    accepted = listener.accept() => accepted.map(|(stream, _)| (stream, permit)),
                    () = &mut asked_to_stop => return Ok(()),
                }
            }
            () = &mut asked_to_stop => return Ok(()),
        };
        let (stream, permit) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection was not taken");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
        let service = TowerToHyperService::new(router.clone());
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke off");
            }
            drop(permit);
        });
    }
}

/// Ends when the process is told to: by Ctrl-C, or as service managers do it.
fn asked_to_stop() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for signals")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for signals")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Lets requests and imports end; what goes on for longer than `grace` is taken back.
async fn stop(context: &Context, connections: GracefulShutdown, grace: Duration) {
    let jobs = context.jobs.stop();
    let deadline = tokio::time::Instant::now() + grace;
    let ended = async {
        for job in &jobs {
            // Its outcome is for those who wait for it.
            let _outcome = job.ended().await;
        }
    };
    if tokio::time::timeout_at(deadline, ended).await.is_err() {
        for job in &jobs {
            job.ask_to_end();
        }
        let taken_back = async {
            for job in &jobs {
                let _outcome = job.ended().await;
            }
        };
        if tokio::time::timeout(TAKING_BACK, taken_back).await.is_err() {
            output::note("an import takes long to be taken back; the server ends with it");
        }
    }
    let least = tokio::time::Instant::now() + Duration::from_secs(1);
    if tokio::time::timeout_at(deadline.max(least), connections.shutdown())
        .await
        .is_err()
    {
        output::note("some connections did not end in time");
    }
}
