//! What a service is made of, and what it is given: each context's `assemble` turns [`Deps`] into a [`Service`].

use std::{path::PathBuf, sync::Arc, time::Duration};

use eventlog::{Held, Log, LogReader, Wakeups};
use futures::future::BoxFuture;
use kernel::SharedClock;
use sqlx::{PgPool, migrate::Migrator, postgres::PgConnectOptions};
use stream::{
    Bus, LogBus, Progress, TimerHandle,
    kafka::{Kafka, KafkaBus},
};
use tokio_util::sync::CancellationToken;

use crate::identity::PermissionTable;

/// What a service is given.
#[derive(Clone)]
pub struct Deps {
    /// For commands and queries.
    pub pool: PgPool,
    /// For projections and reactions, so that they and callers cannot starve one another.
    pub projections: PgPool,
    /// The domain's clock.
    pub clock: SharedClock,
    /// Other contexts' logs.
    pub logs: Logs,
    /// The directory of secrets of one's own.
    pub keys_dir: PathBuf,
    /// Ends every task when cancelled.
    pub shutdown: CancellationToken,
}

/// Every context's log, all in one database, and how contexts follow one another's.
#[derive(Clone)]
pub struct Logs {
    pool: PgPool,
    wakeups: Wakeups,
    /// Where to follow them, if not at the logs themselves.
    kafka: Option<Kafka>,
}

impl Logs {
    /// The logs in the database behind `pool`.
    #[must_use]
    pub fn of(pool: PgPool) -> Self {
        let wakeups = Wakeups::of(&pool);
        Self { pool, wakeups, kafka: None }
    }

    /// Has contexts follow one another over Kafka, and not at the logs themselves.
    #[must_use]
    pub fn over(self, kafka: Kafka) -> Self {
        Self { kafka: Some(kafka), ..self }
    }

    /// The logs of contexts that each have a database URL, which must all mean the database behind `pool`.
    ///
    /// # Errors
    /// When two of them mean different databases, or one is not a URL.
    pub fn of_urls(pool: PgPool, urls: &[(&'static str, &str)]) -> Result<Self, LogsError> {
        let mut first = None;
        for (context, url) in urls {
            let place = place(url).ok_or(LogsError::Url(context))?;
            let (other, expected) = first.get_or_insert_with(|| (*context, place.clone()));
            if *expected != place {
                return Err(LogsError::Apart(other, context));
            }
        }
        Ok(Self::of(pool))
    }

    /// Holds back from this process's readers what is recorded, until the answer is dropped.
    #[must_use]
    pub fn hold(&self) -> Held {
        self.wakeups.hold()
    }

    /// What a context publishes, to be followed by another.
    #[must_use]
    pub fn bus(&self, context: &'static str) -> Arc<dyn Bus> {
        self.bus_gathering(context, Duration::ZERO)
    }

    /// As [`Logs::bus`], and waits so long after an event for more to come with it: for views that many events touch and
    /// that need not be as fresh as possible.
    #[must_use]
    pub fn bus_gathering(&self, context: &'static str, gather: Duration) -> Arc<dyn Bus> {
        let reader = self.reader(context);
        match &self.kafka {
            None => Arc::new(LogBus::new(reader).gathering(gather)),
            Some(kafka) => {
                let bus = KafkaBus::new(kafka.clone(), reader, self.pool.clone());
                Arc::new(bus.gathering(gather))
            }
        }
    }

    /// A context's log, to be read.
    #[must_use]
    pub fn reader(&self, context: &'static str) -> LogReader {
        LogReader::of(self.pool.clone(), context, &self.wakeups)
    }
}

/// Why contexts cannot follow one another on the log bus.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogsError {
    /// Two contexts live in different databases.
    #[error(
        "{0} and {1} have different database URLs, but the log bus reads a log where it is written: give them the \
         same URL"
    )]
    Apart(&'static str, &'static str),
    /// A URL is not one.
    #[error("the database URL of {0} is not one, e.g. postgres://user@host:5432/schoolside")]
    Url(&'static str),
}

/// Which database a URL means, whoever opens it.
fn place(url: &str) -> Option<(String, u16, Option<PathBuf>, Option<String>)> {
    let options: PgConnectOptions = url.parse().ok()?;
    Some((
        options.get_host().to_owned(),
        options.get_port(),
        options.get_socket().cloned(),
        options.get_database().map(str::to_owned),
    ))
}

/// What a topic carries.
#[derive(Debug, Clone, Copy)]
pub struct TopicDescription {
    /// The aggregate: the middle part of the topic's name.
    pub aggregate: &'static str,
    /// What it carries, in one sentence.
    pub description: &'static str,
}

/// How long an rpc may take at most, whatever the caller allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeLimit {
    /// A change: 2 s.
    Command,
    /// A read: 5 s.
    Query,
    /// A batch: 60 s.
    Batch,
    /// A stream: as long as it is read.
    Stream,
}

/// The rpcs whose time limit is not that of their name: reads are `Get…` and `List…`, all others change.
pub type TimeLimits = &'static [(&'static str, TimeLimit)];

/// Adds a service's rpcs to a server.
pub type Routes = Box<dyn FnOnce(&mut tonic::service::RoutesBuilder) + Send>;

/// A context, assembled: its rpcs, and everything that runs beside them.
pub struct Service {
    /// The context's name.
    pub name: &'static str,
    /// The database that its schema lies in: its log, its subscriptions' places, what they have parked.
    pub pool: PgPool,
    /// Its rpcs.
    pub routes: Routes,
    /// The full names of its gRPC services, for health.
    pub grpc_services: &'static [&'static str],
    /// Which permission each rpc needs.
    pub permissions: PermissionTable,
    /// Rpcs with another time limit than their name says.
    pub time_limits: TimeLimits,
    /// What runs beside: subscriptions, timers.
    pub tasks: Vec<(&'static str, BoxFuture<'static, ()>)>,
    /// How far its subscriptions are.
    pub progress: Vec<Progress>,
    /// Its timers.
    pub timers: Vec<TimerHandle>,
    /// What it publishes.
    pub topics: &'static [TopicDescription],
    /// Its own log, if it has one: closed last, when all else has drained.
    pub own_log: Option<Log>,
}

/// Why a service could not be assembled.
#[derive(Debug, thiserror::Error)]
pub enum AssembleError {
    /// The log or the subscriptions' tables could not be installed.
    #[error("the schema of {0} could not be installed")]
    Install(&'static str, #[source] eventlog::InstallError),
    /// The tables could not be brought up to date.
    #[error("the tables of {0} could not be brought up to date")]
    Migrate(&'static str, #[source] sqlx::migrate::MigrateError),
    /// The log could not be opened.
    #[error("the log of {0} could not be opened")]
    Open(&'static str, #[source] eventlog::OpenError),
    /// A secret could not be read or made.
    #[error("a secret of {0} could not be read or made")]
    Secret(&'static str, #[source] std::io::Error),
}

/// Installs a context's log, its subscriptions' tables, and brings its own tables up to date. Safe to repeat.
///
/// # Errors
/// When the database refuses.
pub async fn install(
    pool: &PgPool,
    context: &'static str,
    migrations: &'static Migrator,
) -> Result<(), AssembleError> {
    eventlog::install(pool, context)
        .await
        .map_err(|error| AssembleError::Install(context, error))?;
    stream::install(pool, context).await.map_err(|error| AssembleError::Install(context, error))?;
    migrate(pool, context, migrations).await.map_err(|error| AssembleError::Migrate(context, error))
}

/// Brings a context's own tables up to date; its history of migrations stands in its own schema.
///
/// # Errors
/// When a migration fails, or one that was applied has changed since.
pub async fn migrate(
    pool: &PgPool,
    context: &'static str,
    migrations: &'static Migrator,
) -> Result<(), sqlx::migrate::MigrateError> {
    let mut migrator = Migrator::with_migrations(migrations.iter().cloned().collect());
    migrator.dangerous_set_table_name(format!("{context}._migrations"));
    migrator.run(pool).await
}

#[cfg(test)]
mod tests {
    use sqlx::postgres::PgPoolOptions;

    use super::*;

    #[tokio::test]
    async fn the_log_bus_refuses_contexts_in_different_databases() {
        let pool = || PgPoolOptions::new().connect_lazy("postgres://h/one").unwrap();
        let urls = |other| [("requests", "postgres://h/one"), ("sla", other)];
        assert!(Logs::of_urls(pool(), &urls("postgres://someone:secret@h:5432/one")).is_ok());
        let refused = |other| Logs::of_urls(pool(), &urls(other)).map(|_| ()).unwrap_err();
        for other in ["postgres://h/two", "postgres://i/one", "postgres://h:6000/one"] {
            assert_eq!(refused(other), LogsError::Apart("requests", "sla"));
        }
        assert_eq!(refused("one"), LogsError::Url("sla"));
    }
}
