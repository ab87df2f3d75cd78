//! What all requests share.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::answers::Answers;
use super::auth::Tokens;
use super::database::Database;
use super::jobs::Jobs;
use super::metrics::Metrics;
use crate::names::Names;

/// Bounds on what a client may ask for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The most bytes of an upload, as they are sent.
    pub(crate) upload_bytes: u64,
    /// The most bytes that a packed upload may unpack to.
    pub(crate) unpacked_bytes: u64,
    /// The most bytes of a JSON body.
    pub(crate) json_bytes: usize,
    /// Files that are being sent, wait or are imported.
    pub(crate) imports: usize,
    /// An upload longer than this is answered before it is imported.
    pub(crate) answer_at_once_bytes: u64,
    /// The longest that an upload may stand still.
    pub(crate) idle: Duration,
    /// The longest that a request other than an upload may take.
    pub(crate) request: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            upload_bytes: 2 << 30,
            unpacked_bytes: 16 << 30,
            json_bytes: 4 << 20,
            imports: 64,
            answer_at_once_bytes: 8 << 20,
            idle: Duration::from_secs(30),
            request: Duration::from_mins(1),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) database: Arc<Database>,
    pub(crate) names: Arc<Names>,
    pub(crate) limits: Limits,
    /// The server listens at a loopback address, so it answers to such names alone.
    pub(crate) only_loopback: bool,
    /// Nobody may ask without a token.
    pub(crate) needs_token: bool,
    pub(crate) tokens: Tokens,
    /// Files that may be on their way at a time: sent, waiting or imported.
    pub(crate) slots: Arc<Semaphore>,
    pub(crate) jobs: Jobs,
    pub(crate) answers: Answers,
    pub(crate) metrics: Metrics,
}

pub(crate) type Context = Arc<Shared>;
