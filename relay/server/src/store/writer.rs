//! The task that writes: in batches, without anybody waiting for it, and without losing what cannot be written yet.

use super::record::Record;
use super::write::write;
use sqlx::AnyPool;
use sqlx::error::ErrorKind;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// How fast things go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// How many records may wait: some hours of a large contact centre, in some tens of megabytes.
    pub(super) queue: usize,
    /// How long to wait after the first failure; each further one doubles it.
    pub(super) retry: Duration,
    /// How long to wait at most.
    pub(super) longest_retry: Duration,
    /// How long the database may take for a batch.
    pub(super) write_timeout: Duration,
    /// How long whoever reads waits for what is yet to be written, and how long the last may take when the relay stops.
    pub(super) flush_timeout: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            queue: 131_072,
            retry: Duration::from_millis(250),
            longest_retry: Duration::from_secs(10),
            write_timeout: Duration::from_secs(15),
            flush_timeout: Duration::from_secs(3),
        }
    }
}

/// How many records are written at once: what one transaction costs is shared by them.
const BATCH: usize = 256;

/// How the writing goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records that wait to be written.
    pub waiting: u64,
    /// Records that were written since the start.
    pub written: u64,
    /// Records that are lost: there was no room to keep them, or the database does not take them.
    pub lost: u64,
    /// Whether the last attempt to write has failed.
    pub failing: bool,
}

/// The way to the task.
#[derive(Clone)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
    shared: Arc<Shared>,
    flush_timeout: Duration,
}

enum Job {
    Write(Record),
    /// Answer when everything that came before is written.
    Flush(oneshot::Sender<()>),
    /// The same, and end.
    Close(oneshot::Sender<()>),
}

#[derive(Default)]
struct Shared {
    waiting: AtomicU64,
    written: AtomicU64,
    lost: AtomicU64,
    failing: AtomicBool,
    /// Whether it was said that records are lost.
    said_lost: AtomicBool,
}

impl Writer {
    pub(super) fn start(pool: AnyPool, pace: Pace) -> Self {
        let (jobs, inbox) = mpsc::channel(pace.queue);
        let shared = Arc::new(Shared::default());
        let task = Task { pool, inbox, pace, shared: Arc::clone(&shared), batch: VecDeque::new() };
        tokio::spawn(task.run());
        Self { jobs, shared, flush_timeout: pace.flush_timeout }
    }

    pub(super) fn record(&self, record: Record) {
        self.shared.waiting.fetch_add(1, Ordering::Relaxed);
        match self.jobs.try_send(Job::Write(record)) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Closed(_)) => {
                self.shared.lose(1, "there is no room to keep what the store cannot take");
            }
        }
    }

    pub(super) fn counts(&self) -> Counts {
        Counts {
            waiting: self.shared.waiting.load(Ordering::Relaxed),
            written: self.shared.written.load(Ordering::Relaxed),
            lost: self.shared.lost.load(Ordering::Relaxed),
            failing: self.shared.failing.load(Ordering::Relaxed),
        }
    }

    pub(super) async fn flush(&self) {
        self.ask(Job::Flush).await;
    }

    pub(super) async fn close(&self) {
        self.ask(Job::Close).await;
        let left = self.shared.waiting.load(Ordering::Relaxed);
        if left > 0 {
            self.shared.lose(left, "the store could not take everything before the relay stopped");
        }
    }

    async fn ask(&self, job: fn(oneshot::Sender<()>) -> Job) {
        let (done, wait) = oneshot::channel();
        let asked = async {
            // Whoever is told nothing reads what is written so far.
            if self.jobs.send(job(done)).await.is_ok() {
                let _ = wait.await;
            }
        };
        let _ = timeout(self.flush_timeout, asked).await;
    }
}

impl Shared {
    fn lose(&self, records: u64, why: &str) {
        self.waiting.fetch_sub(records, Ordering::Relaxed);
        self.lost.fetch_add(records, Ordering::Relaxed);
        if !self.said_lost.swap(true, Ordering::Relaxed) {
            tracing::error!(records, "records of calls and agents are lost: {why}");
        }
    }
}

struct Task {
    pool: AnyPool,
    inbox: mpsc::Receiver<Job>,
    pace: Pace,
    shared: Arc<Shared>,
    /// What is being written: it leaves when the database has it.
    batch: VecDeque<Record>,
}

impl Task {
    async fn run(mut self) {
        while let Some(first) = self.inbox.recv().await {
            let mut asked = self.take(first);
            while asked.is_none() && self.batch.len() < BATCH {
                let Ok(job) = self.inbox.try_recv() else { break };
                asked = self.take(job);
            }
            if !self.write_batch().await {
                return;
            }
            let Some((done, end)) = asked else { continue };
            // Whoever asked may have given up.
            let _ = done.send(());
            if end {
                return;
            }
        }
    }

    fn take(&mut self, job: Job) -> Option<(oneshot::Sender<()>, bool)> {
        match job {
            Job::Write(record) => {
                self.batch.push_back(record);
                None
            }
            Job::Flush(done) => Some((done, false)),
            Job::Close(done) => Some((done, true)),
        }
    }

    /// Writes the batch, however long that takes, and says whether the store is still open.
    async fn write_batch(&mut self) -> bool {
        let mut retry = self.pace.retry;
        while !self.batch.is_empty() {
            let written = timeout(self.pace.write_timeout, self.try_batch()).await;
            let error = match written {
                Ok(Ok(())) => {
                    self.done(self.batch.len());
                    self.batch.clear();
                    break;
                }
                Ok(Err(error)) if is_refused(&error) => {
                    self.write_one_by_one().await;
                    continue;
                }
                // Whoever closed it has counted what was left.
                Ok(Err(sqlx::Error::PoolClosed)) => return false,
                Ok(Err(error)) => error.to_string(),
                Err(_) => "the database takes too long".to_owned(),
            };
            self.failed(&error);
            tokio::time::sleep(retry).await;
            retry = (retry * 2).min(self.pace.longest_retry);
        }
        true
    }

    async fn try_batch(&self) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        for record in &self.batch {
            write(&mut transaction, record).await?;
        }
        transaction.commit().await
    }

    /// One of the batch is not taken: the others are not held up by it.
    async fn write_one_by_one(&mut self) {
        while let Some(record) = self.batch.front() {
            let attempt = async {
                let mut connection = self.pool.acquire().await?;
                write(&mut connection, record).await
            };
            match timeout(self.pace.write_timeout, attempt).await {
                Ok(Ok(())) => self.done(1),
                Ok(Err(error)) if is_refused(&error) => {
                    self.shared.lose(1, &format!("the database does not take one: {error}"));
                }
                // The batch is tried again, from here on.
                Ok(Err(_)) | Err(_) => return,
            }
            self.batch.pop_front();
        }
    }

    fn done(&self, records: usize) {
        let records = u64::try_from(records).unwrap_or_default();
        self.shared.waiting.fetch_sub(records, Ordering::Relaxed);
        self.shared.written.fetch_add(records, Ordering::Relaxed);
        if self.shared.failing.swap(false, Ordering::Relaxed) {
            tracing::info!("the store can be written to again; nothing of what waited is lost");
        }
    }

    fn failed(&self, error: &str) {
        if !self.shared.failing.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "the store cannot be written to: calls and agents' events wait until it can");
        }
    }
}

/// Whether the database will never take it: what is wrong is the record, and not the database or the way to it.
fn is_refused(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => match error.kind() {
            ErrorKind::UniqueViolation
            | ErrorKind::ForeignKeyViolation
            | ErrorKind::NotNullViolation
            | ErrorKind::CheckViolation => true,
            // "Data exception" and "program limit exceeded" of PostgreSQL.
            _ => error
                .code()
                .is_some_and(|code| code.len() == 5 && (code.starts_with("22") || code.starts_with("54"))),
        },
        sqlx::Error::Encode(_) => true,
        // Theirs, and open-ended.
        _ => false,
    }
}
