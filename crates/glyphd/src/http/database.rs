//! The one way from the server's threads to the database, which blocks.
//!
//! Readers have connections of their own and never wait for an import. Whatever changes the database comes one after the
//! other, in the order it was asked for.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use glyph_store::sqlite::SqliteStore;
use glyph_store::store::Store;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard, Semaphore};

use super::problem::{Code, Problem};

/// Readers at a time: more would only take the processor from each other.
const READERS: usize = 8;

#[derive(Debug)]
pub(crate) struct Database {
    path: PathBuf,
    idle: Mutex<Vec<SqliteStore>>,
    readers: Arc<Semaphore>,
    turn: Arc<Turn<()>>,
    /// Looks whether the database has changed; no other question is asked of it.
    watcher: Mutex<SqliteStore>,
}

impl Database {
    pub(crate) fn new(path: &Path) -> Result<Database, glyph_store::StoreError> {
        Ok(Database {
            path: path.to_owned(),
            idle: Mutex::default(),
            readers: Arc::new(Semaphore::new(READERS)),
            turn: Arc::default(),
            watcher: Mutex::new(SqliteStore::open_for_reading(path)?),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of the database, where there must be room anyhow.
    pub(crate) fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    /// A number that changes with every commit to the database. It reads a few bytes of shared memory, so it is asked
    /// without a thread of its own.
    pub(crate) fn version(&self) -> Result<u64, Problem> {
        let watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(watcher.version()?)
    }

    /// Asks the database.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        ask: impl FnOnce(&SqliteStore) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let database = Arc::clone(self);
        let permit = Arc::clone(&self.readers)
            .acquire_owned()
            .await
            .map_err(closed)?;
        blocking(move || {
            // With the question and not with who asked it: they may go away before it is answered.
            let _permit = permit;
            let idle = database.idle().pop();
            let store = match idle {
                Some(store) => store,
                None => SqliteStore::open_for_reading(&database.path)?,
            };
            let answer = ask(&store);
            database.idle().push(store);
            answer
        })
        .await
    }

    /// Waits until nothing else changes the database.
    pub(crate) async fn turn(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.turn).lock_owned().await
    }

    /// Changes the database, when it is this one's turn.
    pub(crate) async fn change<T: Send + 'static>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut SqliteStore) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = self.turn().await;
        self.change_in_turn(turn, change).await
    }

    /// As [`Database::change`], by one that has the turn. It ends with the change, also where nobody waits for it any
    /// more.
    pub(crate) async fn change_in_turn<T: Send + 'static>(
        self: &Arc<Self>,
        turn: OwnedMutexGuard<()>,
        change: impl FnOnce(&mut SqliteStore) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let database = Arc::clone(self);
        blocking(move || {
            let _turn = turn;
            change(&mut SqliteStore::open(&database.path)?)
        })
        .await
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<SqliteStore>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs what blocks on a thread that may block.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => Err(closed(error)),
        },
    }
}

fn closed(_: impl std::error::Error) -> Problem {
    Problem::new(Code::ServerStopping, "the server is stopping")
}
