//! A context's log, opened for writing.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use kernel::{StreamId, time::SharedClock};
use sqlx::{AssertSqlSafe, PgPool};
use tokio::{
    sync::{Notify, mpsc, oneshot},
    task::JoinHandle,
    time::Instant,
};

use crate::{
    Append, AppendError, Appended, LogReader, OpenError, ReadError, Recorded, Wakeups,
    appender::{self, Appender, Pending},
    schema::{commits_durably, is_word},
};

/// How much a log takes on at once, and for how long it tries.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many commands may wait; beyond that they are turned away.
    pub queue: usize,
    /// How long one append is tried, through lost connections and restarts, before it is given up. Less than the two
    /// seconds that a changing rpc has, so that its caller hears what became of it and not only that time is over.
    pub deadline: Duration,
    /// How long one statement may take before the server gives it up.
    pub statement: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            queue: 2_048,
            deadline: Duration::from_millis(1_500),
            statement: Duration::from_secs(5),
        }
    }
}

/// One context's log, opened for writing: one per context and process. Cheap to clone.
///
/// It owns a connection of its own, which no cancelled caller can leave inside a transaction.
#[derive(Clone)]
pub struct Log {
    inner: Arc<Inner>,
}

struct Inner {
    context: &'static str,
    pool: PgPool,
    reader: LogReader,
    clock: SharedClock,
    deadline: Duration,
    queue: mpsc::Sender<Pending>,
    closing: Arc<Notify>,
    appender: Mutex<Option<JoinHandle<()>>>,
}

impl Log {
    /// Opens the log of `context` in the database behind `pool`. Needs a Tokio runtime, and [`crate::install`] before.
    ///
    /// # Errors
    /// When the log is not installed, the database commits asynchronously, or it fails.
    pub async fn open(
        pool: PgPool,
        context: &'static str,
        clock: SharedClock,
    ) -> Result<Self, OpenError> {
        Self::open_with(pool, context, clock, Options::default()).await
    }

    /// Opens the log with other bounds.
    ///
    /// # Errors
    /// As [`Log::open`].
    pub async fn open_with(
        pool: PgPool,
        context: &'static str,
        clock: SharedClock,
        options: Options,
    ) -> Result<Self, OpenError> {
        if !is_word(context) {
            return Err(OpenError::Name(context));
        }
        let installed = sqlx::query_scalar::<_, bool>("select to_regclass($1) is not null")
            .bind(format!("{context}.head"))
            .fetch_one(&pool)
            .await?;
        if !installed {
            return Err(OpenError::NotInstalled(context));
        }
        if !commits_durably(&pool).await? {
            return Err(OpenError::SynchronousCommitOff);
        }
        let wakeups = Wakeups::of(&pool);
        let reader = LogReader::of(pool.clone(), context, &wakeups);
        let (queue, waiting) = mpsc::channel(options.queue);
        let closing = Arc::new(Notify::new());
        let deadline = options.deadline;
        let appender = Appender::new(context, &pool.connect_options(), wakeups, options.statement);
        #[expect(
            clippy::disallowed_methods,
            reason = "below the chassis; `close` reports how it ended"
        )]
        let task = tokio::spawn(appender::run(appender, waiting, closing.clone()));
        let appender = Mutex::new(Some(task));
        let inner = Inner { context, pool, reader, clock, deadline, queue, closing, appender };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Whose log it is.
    #[must_use]
    pub fn context(&self) -> &'static str {
        self.inner.context
    }

    /// The clock by which commands are decided.
    #[must_use]
    pub fn clock(&self) -> &SharedClock {
        &self.inner.clock
    }

    /// A reader that learns of this log's appends at once.
    #[must_use]
    pub fn reader(&self) -> LogReader {
        self.inner.reader.clone()
    }

    /// A stream's events with their private parts; none when the stream does not exist.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(&self, stream: StreamId) -> Result<Vec<Recorded>, ReadError> {
        self.inner.reader.load(stream).await
    }

    /// The events of several streams with their private parts, each in order; of a stream that does not exist, nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load_all(
        &self,
        streams: &[StreamId],
    ) -> Result<HashMap<StreamId, Vec<Recorded>>, ReadError> {
        self.inner.reader.load_all(streams).await
    }

    /// Stores a command's events, all or none. Dropping the future does not take the append back.
    ///
    /// A connection that breaks in between is opened again and the append repeated under its command id, so
    /// that the answer is definite. Only when that does not succeed in time is it
    /// [`AppendError::OutcomeUnknown`]. A repetition of what this very append stored is not called a duplicate.
    ///
    /// # Errors
    /// By what the caller can do: see [`AppendError`].
    pub async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        append.check()?;
        let (reply, answer) = oneshot::channel();
        let deadline = Instant::now() + self.inner.deadline;
        let pending = Pending::new(append, deadline, reply);
        self.inner.queue.try_send(pending).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => AppendError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => AppendError::Closed,
        })?;
        // The appender answers everything it has taken; only its death leaves an append unanswered.
        answer.await.unwrap_or(Err(AppendError::OutcomeUnknown))
    }

    /// Takes nothing more, stores what waits, and gives the connection back.
    pub async fn close(&self) {
        self.inner.closing.notify_one();
        let task = self.inner.appender.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task
            && let Err(failure) = task.await
        {
            tracing::error!(error = %failure, context = self.inner.context, "the appender failed");
        }
    }

    /// The digest of the request that a command id was used for, while it is kept.
    pub(crate) async fn request_hash(
        &self,
        command: kernel::CommandId,
    ) -> Result<Option<Vec<u8>>, ReadError> {
        let sql = format!("select request_hash from {}.command where id = $1", self.inner.context);
        let hash = sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(command.0)
            .fetch_optional(&self.inner.pool)
            .await?;
        Ok(hash)
    }
}
