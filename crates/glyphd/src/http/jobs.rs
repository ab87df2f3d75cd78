//! Imports that run or wait, and what became of those that ended.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use glyph_core::pipeline::Counts;
use glyph_store::service::JobRecord;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch;
use utoipa::ToSchema;

use super::problem::{Code, Problem, ProblemBody};
use super::v1::shapes::ImportReport;
use crate::{clock, identity};

/// Ended jobs that are still at hand; the database has them all.
const MOST_ENDED: usize = 1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobState {
    Waiting,
    Running,
    Done,
    Failed,
    Cancelled,
}

impl JobState {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            JobState::Waiting => "waiting",
            JobState::Running => "running",
            JobState::Done => "done",
            JobState::Failed => "failed",
            JobState::Cancelled => "cancelled",
        }
    }

    pub(crate) fn has_ended(self) -> bool {
        matches!(
            self,
            JobState::Done | JobState::Failed | JobState::Cancelled
        )
    }
}

/// What a job is at.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    pub(crate) state: JobState,
    pub(crate) started_at: Option<String>,
    began: Option<Instant>,
    pub(crate) ended_at: Option<String>,
    pub(crate) counts: Counts,
    pub(crate) bytes_read: u64,
    pub(crate) outcome: Option<Result<ImportReport, Problem>>,
}

impl Progress {
    fn rows_per_second(&self) -> Option<u64> {
        let seconds = self.began.filter(|_| !self.state.has_ended())?.elapsed();
        let seconds = seconds.as_secs_f64();
        (seconds > 0.0).then(|| (self.counts.total() as f64 / seconds) as u64)
    }
}

/// One import on its way.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) created_at: String,
    pub(crate) source_name: String,
    pub(crate) source_bytes: u64,
    /// The client's key for this request, and what names the request.
    pub(crate) once: Option<Once>,
    progress: watch::Sender<Progress>,
    cancelled: AtomicBool,
}

/// A request that is to be answered once: RFC draft `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Once {
    pub(crate) key: String,
    /// BLAKE3 over the parameters and the body.
    pub(crate) request_hash: [u8; 32],
}

/// A job as it is told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub(crate) struct JobBody {
    pub(crate) id: String,
    /// `waiting`, `running`, `done`, `failed` or `cancelled`.
    pub(crate) state: String,
    pub(crate) source_name: String,
    pub(crate) source_bytes: u64,
    /// Bytes of the source that were read so far; absent where that is no longer known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bytes_read: Option<u64>,
    pub(crate) rows: u64,
    pub(crate) scored_rows: u64,
    pub(crate) unmatched_rows: u64,
    pub(crate) rejected_rows: u64,
    /// While it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rows_per_second: Option<u64>,
    pub(crate) created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) started_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended_at: Option<String>,
    /// Of a job that is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ImportReport>)]
    pub(crate) report: Option<Value>,
    /// Of a job that failed or was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProblemBody>)]
    pub(crate) problem: Option<Value>,
}

impl From<JobRecord> for JobBody {
    fn from(record: JobRecord) -> JobBody {
        let outcome = record
            .outcome
            .as_deref()
            .and_then(|text| serde_json::from_str::<Value>(text).ok());
        let is_done = record.state == JobState::Done.as_str();
        let (report, problem) = if is_done {
            (outcome, None)
        } else {
            (None, outcome)
        };
        JobBody {
            id: record.id,
            state: record.state,
            source_name: record.source_name,
            source_bytes: record.source_bytes,
            bytes_read: is_done.then_some(record.source_bytes),
            rows: record.total_rows.unwrap_or(0),
            scored_rows: record.scored_rows.unwrap_or(0),
            unmatched_rows: record.unmatched_rows.unwrap_or(0),
            rejected_rows: record.rejected_rows.unwrap_or(0),
            rows_per_second: None,
            created_at: record.created_at,
            started_at: record.started_at,
            ended_at: record.ended_at,
            report,
            problem,
        }
    }
}

impl Job {
    fn new(source_name: String, source_bytes: u64, once: Option<Once>) -> Job {
        let now = clock::now();
        Job {
            id: identity::new_import_id(now),
            created_at: clock::text(now),
            source_name,
            source_bytes,
            once,
            progress: watch::Sender::new(Progress {
                state: JobState::Waiting,
                started_at: None,
                began: None,
                ended_at: None,
                counts: Counts::default(),
                bytes_read: 0,
                outcome: None,
            }),
            cancelled: AtomicBool::new(false),
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.progress.borrow().state.has_ended()
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// It ends at the next look, with nothing kept.
    pub(crate) fn ask_to_end(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    pub(crate) fn start(&self) {
        self.progress.send_modify(|progress| {
            progress.state = JobState::Running;
            progress.started_at = Some(clock::text(clock::now()));
            progress.began = Some(Instant::now());
        });
    }

    pub(crate) fn note(&self, counts: &Counts, bytes_read: u64) {
        self.progress.send_modify(|progress| {
            progress.counts = *counts;
            progress.bytes_read = bytes_read;
        });
    }

    pub(crate) fn end(&self, outcome: Result<ImportReport, Problem>) {
        let ended = self.ended_with(outcome);
        self.progress.send_replace(ended);
    }

    /// Ends the job once its end is kept, so that whoever is answered finds it there.
    pub(crate) fn end_after<E>(
        &self,
        outcome: Result<ImportReport, Problem>,
        keep: impl FnOnce(&JobRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        let ended = self.ended_with(outcome);
        let kept = keep(&self.record_of(&ended));
        self.progress.send_replace(ended);
        kept
    }

    /// The job as it will be kept once its import is: the two go into the database together.
    pub(crate) fn record_when_done(&self, report: ImportReport) -> JobRecord {
        self.record_of(&self.ended_with(Ok(report)))
    }

    fn ended_with(&self, outcome: Result<ImportReport, Problem>) -> Progress {
        let mut progress = self.progress.borrow().clone();
        progress.state = match &outcome {
            Ok(_) => JobState::Done,
            Err(problem) if problem.code == Code::JobCancelled => JobState::Cancelled,
            Err(_) => JobState::Failed,
        };
        if let Ok(report) = &outcome {
            progress.counts = report.counts();
            progress.bytes_read = self.source_bytes;
        }
        progress.ended_at = Some(clock::text(clock::now()));
        progress.outcome = Some(outcome);
        progress
    }

    /// What became of the job, once it has ended.
    pub(crate) async fn ended(&self) -> Result<ImportReport, Problem> {
        let mut watch = self.watch();
        let ended = watch
            .wait_for(|progress| progress.outcome.is_some())
            .await
            .map_err(|error| Problem::internal(&error))?;
        match &ended.outcome {
            Some(outcome) => outcome.clone(),
            None => Err(Problem::internal(&"a job ended without an outcome")),
        }
    }

    /// The job as the database keeps it.
    pub(crate) fn record(&self) -> JobRecord {
        self.record_of(&self.progress.borrow().clone())
    }

    fn record_of(&self, progress: &Progress) -> JobRecord {
        let outcome = match &progress.outcome {
            Some(Ok(report)) => serde_json::to_string(report).ok(),
            Some(Err(problem)) => serde_json::to_string(&problem.body(None)).ok(),
            None => None,
        };
        let report = progress
            .outcome
            .as_ref()
            .and_then(|outcome| outcome.as_ref().ok());
        // What was the server's fault may be tried again with the same key.
        let is_final = match &progress.outcome {
            Some(Err(problem)) => !problem.code.status().is_server_error(),
            _ => true,
        };
        let once = self.once.as_ref().filter(|_| is_final);
        let counts = &progress.counts;
        let counted = progress.outcome.is_some();
        JobRecord {
            id: self.id.clone(),
            state: progress.state.as_str().to_owned(),
            created_at: self.created_at.clone(),
            started_at: progress.started_at.clone(),
            ended_at: progress.ended_at.clone(),
            source_name: self.source_name.clone(),
            source_bytes: self.source_bytes,
            total_rows: counted.then_some(counts.total()),
            scored_rows: counted.then_some(counts.scored),
            unmatched_rows: counted.then_some(counts.unmatched),
            rejected_rows: counted.then_some(counts.rejected),
            import_id: report
                .filter(|report| report.state != "dry_run")
                .map(|report| report.import_id.clone()),
            idempotency_key: once.map(|once| once.key.clone()),
            request_hash: once.map(|once| once.request_hash),
            outcome,
        }
    }

    pub(crate) fn body(&self) -> JobBody {
        let progress = self.progress.borrow().clone();
        JobBody {
            bytes_read: Some(progress.bytes_read),
            rows: progress.counts.total(),
            scored_rows: progress.counts.scored,
            unmatched_rows: progress.counts.unmatched,
            rejected_rows: progress.counts.rejected,
            rows_per_second: progress.rows_per_second(),
            ..self.record().into()
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Jobs(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    by_id: HashMap<String, Arc<Job>>,
    /// Ids, oldest first.
    order: VecDeque<String>,
    is_stopping: bool,
}

impl Jobs {
    /// A new job, unless its request is running already.
    pub(crate) fn add(
        &self,
        source_name: String,
        source_bytes: u64,
        once: Option<Once>,
    ) -> Result<Arc<Job>, Problem> {
        let mut known = self.known();
        if known.is_stopping {
            return Err(Problem::new(Code::ServerStopping, "the server is stopping"));
        }
        if let Some(once) = &once {
            known.refuse_running(once)?;
        }
        let job = Arc::new(Job::new(source_name, source_bytes, once));
        known.by_id.insert(job.id.clone(), Arc::clone(&job));
        known.order.push_back(job.id.clone());
        known.forget_oldest();
        Ok(job)
    }

    /// A job of this server.
    pub(crate) fn find(&self, id: &str) -> Option<Arc<Job>> {
        self.known().by_id.get(id).cloned()
    }

    /// Jobs that have not ended.
    pub(crate) fn running(&self) -> Vec<Arc<Job>> {
        let known = self.known();
        let running = known.by_id.values().filter(|job| !job.has_ended());
        running.cloned().collect()
    }

    /// Takes no more jobs, and gives those that have not ended.
    pub(crate) fn stop(&self) -> Vec<Arc<Job>> {
        self.known().is_stopping = true;
        self.running()
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn refuse_running(&self, once: &Once) -> Result<(), Problem> {
        let same_key = self.by_id.values().find(|job| {
            !job.has_ended()
                && job
                    .once
                    .as_ref()
                    .is_some_and(|running| running.key == once.key)
        });
        match same_key {
            Some(job) if job.once.as_ref() == Some(once) => Err(Problem::new(
                Code::RequestRunning,
                format!("a request with this key is running as job `{}`", job.id),
            )),
            Some(_) => Err(Problem::new(
                Code::KeyReused,
                "the key came with another request before",
            )),
            None => Ok(()),
        }
    }

    fn forget_oldest(&mut self) {
        let mut place = 0;
        while self.order.len() > MOST_ENDED && place < self.order.len() {
            let has_ended = self
                .order
                .get(place)
                .and_then(|id| self.by_id.get(id))
                .is_none_or(|job| job.has_ended());
            if has_ended {
                if let Some(id) = self.order.remove(place) {
                    self.by_id.remove(&id);
                }
            } else {
                place += 1;
            }
        }
    }
}
