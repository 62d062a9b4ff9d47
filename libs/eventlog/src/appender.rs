//! The task behind a log: takes waiting commands, stores them in batches, and does not give up lightly.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection, SqlSafeStr, SqlStr,
    postgres::PgConnectOptions,
};
use tokio::{
    sync::{Notify, mpsc, oneshot},
    time::{Instant, sleep_until, timeout, timeout_at},
};

use crate::{
    Append, AppendError, Wakeups, batch,
    batch::{Judged, Verdict},
    tail::Tail,
};

/// The most commands in one statement.
const MAX_COMMANDS: usize = 256;
/// The most bytes of payload in one statement, unless a single command has more.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// How much longer than the server is given we wait: its own giving up is a definite answer, ours is not.
const GRACE: Duration = Duration::from_secs(2);
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// One append on its way.
pub(crate) struct Pending {
    append: Append,
    bytes: usize,
    deadline: Instant,
    reply: oneshot::Sender<Verdict>,
    /// Whether an attempt ended without an answer, so that the command may be stored already.
    uncertain: bool,
}

impl Pending {
    pub(crate) fn new(append: Append, deadline: Instant, reply: oneshot::Sender<Verdict>) -> Self {
        let private = |body: &Option<Vec<u8>>| body.as_ref().map_or(0, Vec::len);
        let bytes = append.events.iter().map(|e| e.payload.len() + private(&e.private)).sum();
        Self { append, bytes, deadline, reply, uncertain: false }
    }

    fn answer(self, mut verdict: Verdict) {
        if let (Ok(appended), true) = (&mut verdict, self.uncertain) {
            appended.duplicate = false;
        }
        // The caller may have gone; its command stands all the same.
        let _ = self.reply.send(verdict);
    }

    fn give_up(self, failure: &Arc<sqlx::Error>) {
        let verdict = if self.uncertain {
            AppendError::OutcomeUnknown
        } else {
            AppendError::Unavailable(failure.clone())
        };
        let _ = self.reply.send(Err(verdict));
    }
}

/// How a batch failed.
enum Failure {
    /// The database answered that it did nothing, and would say so again.
    Refused(sqlx::Error),
    /// The database answered that it did nothing, for want of something that may come back.
    Busy(sqlx::Error),
    /// No answer: it may have been stored.
    Lost(sqlx::Error),
    /// It was not even sent.
    Unreachable(sqlx::Error),
}

/// The connection that one log is written through.
pub(crate) struct Appender {
    context: &'static str,
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    statement: SqlStr,
    wakeups: Wakeups,
    tail: Arc<Tail>,
    limit: Duration,
}

impl Appender {
    pub(crate) fn new(
        context: &'static str,
        options: &PgConnectOptions,
        wakeups: Wakeups,
        limit: Duration,
    ) -> Self {
        let options = options.clone().application_name("schoolside appender");
        let statement: Arc<str> = batch::statement(context).into();
        let statement = AssertSqlSafe(statement).into_sql_str();
        let tail = wakeups.tail(context);
        Self { context, options, connection: None, statement, wakeups, tail, limit }
    }

    /// Stores a batch; answers each of its commands.
    async fn store(&mut self, mut batch: Vec<Pending>) {
        let mut pause = FIRST_PAUSE;
        loop {
            let failure = match self.attempt(&batch).await {
                Ok(judged) => return self.answer(batch, judged),
                Err(Failure::Refused(failure)) if batch.len() == 1 => {
                    tracing::error!(error = %failure, context = self.context, "a command cannot be stored");
                    let failure = Arc::new(failure);
                    batch.into_iter().for_each(|pending| pending.give_up(&failure));
                    return;
                }
                Err(Failure::Refused(failure)) => {
                    tracing::warn!(error = %failure, context = self.context, "a batch failed; one by one");
                    for pending in batch {
                        Box::pin(self.store(vec![pending])).await;
                    }
                    return;
                }
                Err(Failure::Lost(failure)) => {
                    batch.iter_mut().for_each(|pending| pending.uncertain = true);
                    failure
                }
                Err(Failure::Busy(failure) | Failure::Unreachable(failure)) => failure,
            };
            tracing::warn!(error = %failure, context = self.context, commands = batch.len(), "append is retried");
            // Nobody is kept beyond its own deadline by the pause.
            let deadlines = batch.iter().map(|pending| pending.deadline);
            sleep_until(deadlines.fold(Instant::now() + pause, Instant::min)).await;
            pause = LONGEST_PAUSE.min(pause * 2);
            let (late, in_time): (Vec<_>, Vec<_>) =
                batch.into_iter().partition(|pending| pending.deadline <= Instant::now());
            let failure = Arc::new(failure);
            late.into_iter().for_each(|pending| pending.give_up(&failure));
            batch = in_time;
            if batch.is_empty() {
                return;
            }
        }
    }

    fn answer(&self, batch: Vec<Pending>, judged: Vec<Judged>) {
        let mut events = Vec::new();
        for (pending, verdict) in batch.iter().zip(&judged) {
            if let (Ok(appended), Some(recorded_at)) = verdict {
                events.extend(pending.append.recorded(self.context, appended, *recorded_at));
            }
        }
        self.tail.add(&events);
        let stored = judged.iter().filter_map(|(verdict, _)| verdict.as_ref().ok());
        if let Some(position) = stored.map(|appended| appended.position).max() {
            self.wakeups.announce(self.context, position);
        }
        for (pending, (verdict, _)) in batch.into_iter().zip(judged) {
            pending.answer(verdict);
        }
    }

    /// Sends a batch once.
    async fn attempt(&mut self, batch: &[Pending]) -> Result<Vec<Judged>, Failure> {
        let Some(deadline) = batch.iter().map(|pending| pending.deadline).max() else {
            return Ok(Vec::new());
        };
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => match timeout_at(deadline, self.connect()).await {
                Ok(connected) => connected.map_err(Failure::Unreachable)?,
                Err(_) => return Err(Failure::Unreachable(sqlx::Error::PoolTimedOut)),
            },
        };
        let appends = batch.iter().map(|pending| &pending.append);
        let sent = batch::send(&mut connection, self.statement.clone(), appends);
        let outcome = timeout(self.limit + GRACE, sent).await;
        match outcome {
            Ok(Ok(judged)) if judged.len() == batch.len() => {
                self.connection = Some(connection);
                Ok(judged)
            }
            Ok(Ok(_)) => Err(Failure::Lost(sqlx::Error::WorkerCrashed)),
            Ok(Err(failure)) => {
                let failure = classify(failure);
                if !matches!(failure, Failure::Lost(_)) {
                    self.connection = Some(connection);
                }
                Err(failure)
            }
            Err(_) => Err(Failure::Lost(sqlx::Error::PoolTimedOut)),
        }
    }

    async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        let mut connection = PgConnection::connect_with(&self.options).await?;
        let limit = self.limit.as_millis();
        let sql = format!("set statement_timeout = {limit}");
        connection.execute(AssertSqlSafe(sql)).await?;
        Ok(connection)
    }
}

/// What a failed statement tells about whether it was stored.
fn classify(failure: sqlx::Error) -> Failure {
    let code = failure.as_database_error().and_then(sqlx::error::DatabaseError::code);
    match code.as_deref() {
        // The session ends: said before the commit or after it, there is no telling.
        Some(code) if code.starts_with("57P") || code.starts_with("08") => Failure::Lost(failure),
        // Cancelled, deadlocked, locked out, out of room: nothing was stored, and it may do better later.
        Some(code)
            if code.starts_with("53")
                || matches!(code, "57014" | "40001" | "40P01" | "55P03" | "25006") =>
        {
            Failure::Busy(failure)
        }
        Some(_) => Failure::Refused(failure),
        None if matches!(failure, sqlx::Error::Encode(_)) => Failure::Refused(failure),
        None => Failure::Lost(failure),
    }
}

/// Takes commands until the log is closed or dropped, then stores what still waits.
pub(crate) async fn run(
    mut appender: Appender,
    mut queue: mpsc::Receiver<Pending>,
    closing: Arc<Notify>,
) {
    let mut waiting = VecDeque::new();
    let mut taken = Vec::with_capacity(MAX_COMMANDS);
    loop {
        if waiting.is_empty() {
            tokio::select! {
                count = queue.recv_many(&mut taken, 1) => if count == 0 { break },
                () = closing.notified() => { queue.close(); continue }
            }
            // Whoever is about to append is let go first, without waiting for anybody: together is cheaper than alone.
            tokio::task::yield_now().await;
        }
        let room = MAX_COMMANDS.saturating_sub(waiting.len());
        while taken.len() < room
            && let Ok(pending) = queue.try_recv()
        {
            taken.push(pending);
        }
        waiting.extend(taken.drain(..));
        let batch = select(&mut waiting);
        appender.store(batch).await;
    }
    if let Some(connection) = appender.connection.take() {
        // Nothing is at stake any more: the server notices by itself when this fails.
        let _ = connection.close().await;
    }
}

/// Takes the next batch from what waits: in order, at most one command per stream and per command id.
fn select(waiting: &mut VecDeque<Pending>) -> Vec<Pending> {
    let (mut streams, mut ids) = (HashSet::new(), HashSet::new());
    let (mut batch, mut bytes) = (Vec::new(), 0);
    let mut left = VecDeque::new();
    for pending in waiting.drain(..) {
        let first = streams.insert(pending.append.stream) & ids.insert(pending.append.command_id);
        let fits = batch.is_empty() || bytes + pending.bytes <= MAX_BYTES;
        if first && fits {
            bytes += pending.bytes;
            batch.push(pending);
        } else {
            left.push_back(pending);
        }
    }
    *waiting = left;
    batch
}
