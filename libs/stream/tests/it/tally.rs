//! A read model that notices everything: per stream how many events it has seen, and which was the last.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use eventlog::{Log, Recorded};
use kernel::StreamId;
use sqlx::{PgConnection, PgPool, Row};
use stream::{Bus, HandleError, Handler, LogBus, OnPoison, Progress, Subscription};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::common::{CONTEXT, Database, append, new_stream};

pub const TALLY: Subscription =
    Subscription { name: "trial.tally", aggregates: &["thing"], on_poison: OnPoison::HoldStream };

/// Long enough for a laptop that does something else.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A log, with the tables of a subscription to it.
pub async fn prepared() -> (Database, Log) {
    let database = Database::create().await;
    let log = database.log().await;
    stream::install(&database.pool, CONTEXT).await.unwrap();
    let sql = "create table trial.tally (stream uuid primary key, events int not null, last int not null)";
    sqlx::raw_sql(sql).execute(&database.pool).await.unwrap();
    (database, log)
}

/// Called after the rows of a page have been written.
pub type Fault = Arc<dyn Fn(&[Recorded]) -> Result<(), HandleError> + Send + Sync>;

pub fn no_fault() -> Fault {
    Arc::new(|_| Ok(()))
}

pub struct Tally(pub Fault);

#[async_trait]
impl Handler for Tally {
    async fn handle(&self, page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
        count(page, tx).await?;
        (self.0)(page)
    }
}

/// Adds a page to the tally; an event that is not its stream's next is an error.
pub async fn count(page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
    let sql = "insert into trial.tally as t values ($1, 1, $2)
               on conflict (stream) do update set events = t.events + 1, last = excluded.last
               returning events, (select last from trial.tally o where o.stream = $1)";
    for event in page {
        let row =
            sqlx::query(sql).bind(event.stream.0).bind(event.version.0).fetch_one(&mut *tx).await?;
        let before = row.get::<Option<i32>, _>(1).unwrap_or(0);
        if event.version.0 != before + 1 {
            let said = format!("version {} follows {before}", event.version);
            return Err(HandleError::Poison(said.into()));
        }
    }
    Ok(())
}

/// Invariant 7: the read model at its checkpoint equals the fold of the events up to there.
pub async fn check(pool: &PgPool, subscription: &str) -> Result<(), String> {
    let sql = "with folded as (
            select stream, count(*)::int as events, max(version) as last from trial.event
            where type like 'thing.%' and pos <= coalesce((select max(position) from trial.checkpoint
                where subscription = $1), 0) group by stream)
        select coalesce(f.stream, t.stream)::text, coalesce(f.events, 0), coalesce(t.events, 0)
        from folded f full join trial.tally t using (stream)
        where (f.events, f.last) is distinct from (t.events, t.last)";
    let wrong: Vec<(String, i32, i32)> = sqlx::query_as(sql)
        .bind(subscription)
        .fetch_all(pool)
        .await
        .map_err(|error| error.to_string())?;
    match wrong.first() {
        None => Ok(()),
        Some((stream, events, counted)) => {
            Err(format!("{stream} has {events} events, counted {counted}"))
        }
    }
}

/// A runner at work.
pub struct Running {
    pub progress: Progress,
    pub task: JoinHandle<()>,
    pub shutdown: CancellationToken,
}

impl Running {
    pub fn start(
        pool: &PgPool,
        bus: impl Bus,
        handler: impl Handler,
        subscription: Subscription,
    ) -> Self {
        let shutdown = CancellationToken::new();
        let (progress, work) =
            stream::run(subscription, bus, handler, pool.clone(), CONTEXT, shutdown.clone());
        Self { progress, task: tokio::spawn(work), shutdown }
    }

    pub fn tally(database: &Database, log: &Log, page: i64, fault: Fault) -> Self {
        let bus = LogBus::new(log.reader()).with_page(page);
        Self::start(&database.pool, bus, Tally(fault), TALLY)
    }

    pub async fn reach_head(&self, log: &Log) {
        let head = log.reader().head().await.unwrap();
        let reached = self.progress.wait_for(head, PATIENCE).await;
        assert!(reached, "only {} of {head} was applied", self.progress.applied());
    }

    pub async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap();
    }
}

/// Writes `rounds` events to each of some streams, mixed.
pub async fn write(log: &Log, streams: usize, rounds: i32) -> Vec<StreamId> {
    let streams: Vec<_> = (0..streams).map(|_| new_stream()).collect();
    for version in 0..rounds {
        let appends = streams.iter().map(|stream| log.append(append(*stream, version, 1)));
        let answers = futures::future::join_all(appends).await;
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    }
    streams
}
