//! Puts a running system together from the six services: pools, keys, tokens, one port.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use chassis::{
    identity::{CallerRole, Claims, Keys, Verifier},
    server::{self, Options, Running},
    service::{AssembleError, Deps, Logs, Service},
};
use kernel::{Position, Timestamp, time::SharedClock};
use secrecy::ExposeSecret;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    broker::KafkaUse,
    datadir::{self, DataDir},
    failure::Failure,
};

/// The services, in the order in which they are assembled.
pub const SERVICES: [&str; 6] = ["directory", "requests", "routing", "sla", "surveys", "insights"];

/// How long a token in the data directory holds.
const TOKEN_LIFETIME: Duration = Duration::from_secs(30 * 86_400);
/// How long the database may take to answer at start, and whatever runs beside the calls.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long a call waits for a connection: less than the two seconds it has, so that its caller hears why.
const CALLERS_PATIENCE: Duration = Duration::from_millis(1_500);

/// What a system is built on.
pub struct Foundation {
    /// The data directory, held.
    pub directory: DataDir,
    /// The database.
    pub database: PgConnectOptions,
    /// The domain's clock.
    pub clock: SharedClock,
    /// Where logs are published, and whether contexts follow one another there.
    pub kafka: KafkaUse,
    /// Ends everything when cancelled.
    pub shutdown: CancellationToken,
}

impl Foundation {
    /// Opens the pools: one for callers, one for what runs beside, so that they cannot starve one another.
    /// Fails clearly when the database does not answer.
    async fn pools(&self) -> Result<(PgPool, PgPool), Failure> {
        let options = |connections, patience| {
            eventlog::checked(PgPoolOptions::new())
                .max_connections(connections)
                .acquire_timeout(patience)
        };
        // Rows and checkpoint of a projection are committed together: what a crash of the database takes of its last
        // moments is applied again, so nobody waits for the disk here. The logs' own commits do. Every row is found by
        // its key; without being told, Postgres would go on reading a table as a whole that was small at first.
        let relaxed = [("synchronous_commit", "off"), ("enable_seqscan", "off")];
        let relaxed = self.database.clone().options(relaxed);
        let projections = options(12, PATIENCE).connect_with(relaxed).await.map_err(away)?;
        let pool = options(16, CALLERS_PATIENCE).connect_lazy_with(self.database.clone());
        Ok((pool, projections))
    }

    /// Assembles the named services.
    ///
    /// # Errors
    /// When the database or a key is out of reach.
    pub async fn assemble(&self, services: &[&str]) -> Result<System, Failure> {
        let keys_dir = self.directory.keys().map_err(Failure::unavailable)?;
        Keys::open_or_create(&keys_dir).map_err(Failure::unavailable)?;
        let verifier = Verifier::open(&keys_dir).map_err(Failure::unavailable)?;
        let (pool, projections) = self.pools().await?;
        let mut logs = Logs::of(projections.clone());
        if let Some(kafka) = self.kafka.bus.clone() {
            logs = logs.over(kafka);
        }
        let deps = Deps {
            pool,
            projections,
            clock: self.clock.clone(),
            logs: logs.clone(),
            keys_dir,
            shutdown: self.shutdown.clone(),
        };
        let mut assembled = Vec::with_capacity(services.len());
        for service in services {
            assembled.push(assemble(service, deps.clone()).await?);
        }
        let (clock, shutdown) = (self.clock.clone(), self.shutdown.clone());
        let options =
            Options { publishing: self.kafka.publishing.clone(), ..Options::new(shutdown) };
        Ok(System { services: assembled, logs, clock, verifier, options })
    }

    /// Mints tokens for the given claims into the data directory; gives each role's file.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write_tokens(
        &self,
        claims: &[(CallerRole, Claims)],
    ) -> Result<BTreeMap<String, PathBuf>, Failure> {
        let keys = Keys::open(&self.directory.keys().map_err(Failure::unavailable)?)
            .map_err(Failure::unavailable)?;
        let directory = self.directory.tokens().map_err(Failure::unavailable)?;
        let mut files = BTreeMap::new();
        for (role, claims) in claims {
            let token = keys.mint(claims).map_err(Failure::unavailable)?;
            let file = directory.join(role.as_str());
            datadir::write_private(&file, token.expose_secret().as_bytes())
                .map_err(Failure::unavailable)?;
            files.insert(role.as_str().to_owned(), file);
        }
        Ok(files)
    }
}

/// The database behind a URL that somebody named.
///
/// # Errors
/// When it is not one.
pub fn database(url: &str) -> Result<PgConnectOptions, Failure> {
    url.parse().map_err(away)
}

#[expect(clippy::needless_pass_by_value, reason = "map_err passes it so")]
fn away(error: sqlx::Error) -> Failure {
    Failure::Unavailable(format!(
        "the database does not answer: {error}; check --database-url and that Postgres runs"
    ))
}

/// Services that are put together, of which nothing runs yet.
pub struct System {
    services: Vec<Service>,
    logs: Logs,
    clock: SharedClock,
    verifier: Verifier,
    options: Options,
}

impl System {
    /// The latest instant at which anything was recorded; `None` when nothing was.
    ///
    /// # Errors
    /// When a log cannot be read.
    pub async fn latest_record(&self) -> Result<Option<Timestamp>, Failure> {
        let mut latest = None;
        for context in SERVICES.into_iter().filter(|context| *context != "insights") {
            let log = self.logs.reader(context);
            let head = log.head().await.map_err(Failure::unavailable)?;
            let last =
                log.page(Position((head.0 - 1).max(0)), 1).await.map_err(Failure::unavailable)?;
            latest = latest.max(last.last().map(|recorded| recorded.recorded_at));
        }
        Ok(latest)
    }

    /// Lets the services answer on `listener`, and go on with what they were stopped at.
    ///
    /// # Errors
    /// When the server cannot be set up.
    pub async fn serve(self, listener: TcpListener) -> Result<Running, Failure> {
        let Self { services, logs, clock, verifier, options } = self;
        let running = server::serve_with(services, logs, clock, listener, verifier, options);
        running.await.map_err(Failure::unavailable)
    }
}

/// Claims of one role for the command line of this machine.
#[must_use]
pub fn claims(role: CallerRole, subject: &str) -> Claims {
    Claims::new(subject, &[role], TOKEN_LIFETIME)
}

async fn assemble(service: &str, deps: Deps) -> Result<Service, Failure> {
    let assembled: Result<Service, AssembleError> = match service {
        "directory" => directory::assemble(deps).await,
        "requests" => requests::assemble(deps).await,
        "routing" => routing::assemble(deps).await,
        "sla" => sla::assemble(deps).await,
        "surveys" => surveys::assemble(deps).await,
        "insights" => insights::assemble(deps).await,
        other => {
            return Err(Failure::Usage(format!(
                "there is no service {other:?}: one of {}",
                SERVICES.join(", ")
            )));
        }
    };
    assembled.map_err(Failure::unavailable)
}
