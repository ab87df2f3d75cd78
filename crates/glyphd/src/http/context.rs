//! What all requests share.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use glyph_core::listing::CELL_BYTES;
use glyph_core::source::Limits as SourceLimits;
use tokio::sync::Semaphore;

use super::answers::Answers;
use super::auth::Tokens;
use super::database::Database;
use super::import_root::ImportRoot;
use super::jobs::Jobs;
use super::metrics::Metrics;
use super::picture::Pictures;
use crate::names::Names;

/// Bounds on what a client may ask for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The most bytes of an upload, as they are sent.
    pub(crate) upload_bytes: u64,
    /// The most bytes that a packed upload may unpack to.
    pub(crate) unpacked_bytes: u64,
    /// The most bytes that a packed upload may unpack to for each of its own, past [`FREE_UNPACKED_BYTES`].
    pub(crate) unpacked_ratio: u64,
    /// The most rows of an import.
    pub(crate) rows: u64,
    /// The most bytes of a cell; a longer one rejects its row.
    pub(crate) cell_bytes: usize,
    /// What a record may be.
    pub(crate) source: SourceLimits,
    /// The most bytes of a request's head; the library that reads it may have read as much again.
    pub(crate) head_bytes: usize,
    /// The most bytes of a JSON body.
    pub(crate) json_bytes: usize,
    /// Files that are being sent, wait or are imported.
    pub(crate) imports: usize,
    /// An upload longer than this is answered before it is imported.
    pub(crate) answer_at_once_bytes: u64,
    /// The longest that an upload may stand still.
    pub(crate) idle: Duration,
    /// The fewest bytes a second that an upload may come with, on the whole, once it takes longer than `idle`.
    pub(crate) upload_rate: u64,
    /// The longest that a request other than an upload may take.
    pub(crate) request: Duration,
    /// How long a page waits for the market to be looked through before it shows what it has.
    pub(crate) picture: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            upload_bytes: 2 << 30,
            unpacked_bytes: 16 << 30,
            unpacked_ratio: 200,
            rows: 100_000_000,
            cell_bytes: CELL_BYTES,
            source: SourceLimits::default(),
            head_bytes: 32 << 10,
            json_bytes: 4 << 20,
            imports: 64,
            answer_at_once_bytes: 8 << 20,
            idle: Duration::from_secs(30),
            upload_rate: 1024,
            request: Duration::from_mins(1),
            picture: Duration::from_millis(60),
        }
    }
}

/// A small file may be packed however tightly.
const FREE_UNPACKED_BYTES: u64 = 16 << 20;

impl Limits {
    /// What an upload of this many bytes may unpack to.
    pub(crate) fn unpacked_bytes_of(&self, bytes: u64) -> u64 {
        let by_ratio = bytes.saturating_mul(self.unpacked_ratio);
        self.unpacked_bytes.min(by_ratio.max(FREE_UNPACKED_BYTES))
    }
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) database: Arc<Database>,
    pub(crate) names: Arc<Names>,
    pub(crate) limits: Limits,
    /// The server listens at a loopback address, so it answers to such names alone.
    pub(crate) only_loopback: bool,
    /// Origins whose pages may use the server, as browsers write them.
    pub(crate) cors_origins: Vec<HeaderValue>,
    /// The folder below which the old interface may be told to import files of this machine.
    pub(crate) import_root: Option<ImportRoot>,
    /// Nobody may ask without a token.
    pub(crate) needs_token: bool,
    pub(crate) tokens: Tokens,
    /// Files that may be on their way at a time: sent, waiting or imported.
    pub(crate) slots: Arc<Semaphore>,
    pub(crate) jobs: Jobs,
    pub(crate) answers: Answers,
    pub(crate) pictures: Pictures,
    pub(crate) metrics: Metrics,
}

pub(crate) type Context = Arc<Shared>;
