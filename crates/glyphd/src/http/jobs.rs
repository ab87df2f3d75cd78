//! Imports that run or wait, and what became of those that ended.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use glyph_core::pipeline::Counts;
use serde::Serialize;
use tokio::sync::watch;
use utoipa::ToSchema;

use super::problem::{Code, Problem, ProblemBody};
use super::v1::shapes::ImportReport;
use crate::{clock, identity};

/// Ended jobs that are still told of.
const MOST_ENDED: usize = 1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum JobState {
    Waiting,
    Running,
    Done,
    Failed,
    Cancelled,
}

impl JobState {
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
    pub(crate) ended_at: Option<String>,
    pub(crate) counts: Counts,
    pub(crate) bytes_read: u64,
    pub(crate) outcome: Option<Result<ImportReport, Problem>>,
}

/// One import on its way.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) created_at: String,
    pub(crate) source_name: String,
    pub(crate) source_bytes: u64,
    progress: watch::Sender<Progress>,
    cancelled: AtomicBool,
}

/// A job as it is told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub(crate) struct JobBody {
    pub(crate) id: String,
    pub(crate) state: JobState,
    pub(crate) source_name: String,
    pub(crate) source_bytes: u64,
    /// Bytes of the source that were read so far.
    pub(crate) bytes_read: u64,
    pub(crate) rows: u64,
    pub(crate) scored_rows: u64,
    pub(crate) unmatched_rows: u64,
    pub(crate) rejected_rows: u64,
    pub(crate) created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) started_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended_at: Option<String>,
    /// Of a job that is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) report: Option<ImportReport>,
    /// Of a job that failed or was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<ProblemBody>,
}

impl Job {
    fn new(source_name: String, source_bytes: u64) -> Job {
        let now = clock::now();
        Job {
            id: identity::new_import_id(now),
            created_at: clock::text(now),
            source_name,
            source_bytes,
            progress: watch::Sender::new(Progress {
                state: JobState::Waiting,
                started_at: None,
                ended_at: None,
                counts: Counts::default(),
                bytes_read: 0,
                outcome: None,
            }),
            cancelled: AtomicBool::new(false),
        }
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
        });
    }

    pub(crate) fn note(&self, counts: &Counts, bytes_read: u64) {
        self.progress.send_modify(|progress| {
            progress.counts = *counts;
            progress.bytes_read = bytes_read;
        });
    }

    pub(crate) fn end(&self, outcome: Result<ImportReport, Problem>) {
        self.progress.send_modify(|progress| {
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
        });
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

    pub(crate) fn body(&self) -> JobBody {
        let progress = self.progress.borrow().clone();
        let (report, problem) = match progress.outcome {
            Some(Ok(report)) => (Some(report), None),
            Some(Err(problem)) => (None, Some(problem.body(None))),
            None => (None, None),
        };
        JobBody {
            id: self.id.clone(),
            state: progress.state,
            source_name: self.source_name.clone(),
            source_bytes: self.source_bytes,
            bytes_read: progress.bytes_read,
            rows: progress.counts.total(),
            scored_rows: progress.counts.scored,
            unmatched_rows: progress.counts.unmatched,
            rejected_rows: progress.counts.rejected,
            created_at: self.created_at.clone(),
            started_at: progress.started_at,
            ended_at: progress.ended_at,
            report,
            problem,
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
    /// A new job, unless too many run or wait.
    pub(crate) fn add(
        &self,
        source_name: String,
        source_bytes: u64,
        most: usize,
    ) -> Result<Arc<Job>, Problem> {
        let mut known = self.known();
        if known.is_stopping {
            return Err(Problem::new(Code::ServerStopping, "the server is stopping"));
        }
        let running = known
            .by_id
            .values()
            .filter(|job| !job.progress.borrow().state.has_ended())
            .count();
        if running >= most {
            return Err(Problem::new(
                Code::TooManyImports,
                format!("{running} imports are running or waiting"),
            ));
        }
        let job = Arc::new(Job::new(source_name, source_bytes));
        known.by_id.insert(job.id.clone(), Arc::clone(&job));
        known.order.push_back(job.id.clone());
        known.forget_oldest();
        Ok(job)
    }

    pub(crate) fn find(&self, id: &str) -> Result<Arc<Job>, Problem> {
        self.known()
            .by_id
            .get(id)
            .cloned()
            .ok_or_else(|| Problem::new(Code::JobUnknown, format!("there is no job `{id}`")))
    }

    /// The newest first.
    pub(crate) fn list(&self) -> Vec<Arc<Job>> {
        let known = self.known();
        known
            .order
            .iter()
            .rev()
            .filter_map(|id| known.by_id.get(id).cloned())
            .collect()
    }

    /// Asks a job to end with nothing kept; refuses one that has ended.
    pub(crate) fn cancel(&self, id: &str) -> Result<Arc<Job>, Problem> {
        let job = self.find(id)?;
        if job.progress.borrow().state.has_ended() {
            return Err(Problem::new(
                Code::JobEnded,
                format!("the job `{id}` has ended already"),
            ));
        }
        job.ask_to_end();
        Ok(job)
    }

    /// Takes no more jobs, and gives those that have not ended.
    pub(crate) fn stop(&self) -> Vec<Arc<Job>> {
        let mut known = self.known();
        known.is_stopping = true;
        known
            .by_id
            .values()
            .filter(|job| !job.progress.borrow().state.has_ended())
            .cloned()
            .collect()
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn forget_oldest(&mut self) {
        let mut place = 0;
        while self.order.len() > MOST_ENDED && place < self.order.len() {
            let has_ended = self
                .order
                .get(place)
                .and_then(|id| self.by_id.get(id))
                .is_none_or(|job| job.progress.borrow().state.has_ended());
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
