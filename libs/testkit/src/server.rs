//! Assembled services behind a real gRPC port, on a database and a clock of the test's own.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use chassis::{
    clock::ManualClock,
    identity::{Claims, Keys, Verifier},
    server::{self, Settler},
    service::{AssembleError, Deps, Logs, Service},
};
use eventlog::{Appended, Log};
use futures::future::{BoxFuture, FutureExt};
use kernel::{StreamId, Timestamp};
use prost::Message;
use secrecy::ExposeSecret;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tonic::{
    Request, Status,
    metadata::AsciiMetadataValue,
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Channel, Endpoint},
};

use crate::{TestDatabase, Who, neighbours};

/// Where a test's clock stands at first: Monday 2 February 2026, eight o'clock in Alder Bay.
pub const MONDAY_MORNING: &str = "2026-02-02T08:00:00-05:00";

const TOKEN_LIFETIME: Duration = Duration::from_secs(3_600);
const POOL: u32 = 6;

/// A service that is still to be assembled.
pub type Assemble =
    Box<dyn FnOnce(Deps) -> BoxFuture<'static, Result<Service, AssembleError>> + Send>;

/// A service's `assemble` function, to be started by [`TestServer::start`].
pub fn assembled<F, Assembling>(assemble: F) -> Assemble
where
    F: FnOnce(Deps) -> Assembling + Send + 'static,
    Assembling: Future<Output = Result<Service, AssembleError>> + Send + 'static,
{
    Box::new(move |deps| assemble(deps).boxed())
}

/// Puts a token on every call.
#[derive(Debug, Clone)]
pub struct Bearer(AsciiMetadataValue);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

/// A channel that carries someone's token: what generated clients are made of.
pub type Client = InterceptedService<Channel, Bearer>;

/// Assembled services behind a real gRPC port. Stops when dropped.
pub struct TestServer {
    /// The clock of everything in it.
    pub clock: ManualClock,
    /// The logs of all contexts in it.
    pub logs: Logs,
    address: SocketAddr,
    channel: Channel,
    keys: Keys,
    settler: Settler,
    /// The logs of contexts that the services follow and that are not served here.
    neighbours: BTreeMap<&'static str, Log>,
    shutdown: CancellationToken,
    running: Option<JoinHandle<()>>,
    /// The directory of keys and secrets; gone with the server.
    secrets: Arc<tempfile::TempDir>,
    database: Arc<TestDatabase>,
}

impl TestServer {
    /// Starts the services on a new database; the clock stands at [`MONDAY_MORNING`].
    ///
    /// # Panics
    /// When one of them cannot be assembled, or the server cannot be started.
    pub async fn start(services: impl IntoIterator<Item = Assemble>) -> Self {
        Self::start_beside(&[], services).await
    }

    /// As [`TestServer::start`], beside the empty logs of contexts that the services follow: what happened there
    /// is told by [`TestServer::record`].
    ///
    /// # Panics
    /// As [`TestServer::start`].
    pub async fn start_beside(
        contexts: &[&'static str],
        services: impl IntoIterator<Item = Assemble>,
    ) -> Self {
        let secrets =
            tempfile::tempdir().unwrap_or_else(|error| panic!("no temporary directory: {error}"));
        let clock = ManualClock::new(instant(MONDAY_MORNING));
        let database = TestDatabase::create().await;
        Self::start_on(Arc::new(database), Arc::new(secrets), clock, contexts, services).await
    }

    async fn start_on(
        database: Arc<TestDatabase>,
        secrets: Arc<tempfile::TempDir>,
        clock: ManualClock,
        contexts: &[&'static str],
        services: impl IntoIterator<Item = Assemble>,
    ) -> Self {
        let pool = database.pool(POOL);
        let logs = Logs::of(pool.clone());
        let shutdown = CancellationToken::new();
        let keys = must(Keys::open_or_create(secrets.path()), "no keys");
        let verifier = must(Verifier::open(secrets.path()), "no verifier");
        let deps = Deps {
            projections: database.pool(POOL),
            pool,
            clock: Arc::new(clock.clone()),
            logs: logs.clone(),
            keys_dir: secrets.path().to_owned(),
            shutdown: shutdown.clone(),
        };
        let neighbours = neighbours::open(&deps.pool, contexts, &deps.clock).await;
        let mut parts = Vec::new();
        for assemble in services {
            parts.push(must(assemble(deps.clone()).await, "a service cannot be assembled"));
        }
        let listener = must(TcpListener::bind("127.0.0.1:0").await, "no port");
        let serving =
            server::serve(parts, logs.clone(), deps.clock, listener, verifier, shutdown.clone());
        let server = must(serving.await, "the server cannot start");
        let done = server.done;
        let running = chassis::task::spawn("test server", async move {
            must(done.await, "the server failed");
        });
        let endpoint =
            must(Endpoint::from_shared(format!("http://{}", server.address)), "no endpoint");
        Self {
            clock,
            logs,
            address: server.address,
            channel: endpoint.connect_lazy(),
            keys,
            settler: server.settler,
            neighbours,
            shutdown,
            running: Some(running),
            secrets,
            database,
        }
    }

    /// Where it answers.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its database.
    #[must_use]
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// A channel without any identity.
    #[must_use]
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// A channel with someone's token, for a generated client's `new`.
    #[must_use]
    pub fn client(&self, who: &Who) -> Client {
        let value = format!("Bearer {}", self.token(who));
        InterceptedService::new(self.channel(), Bearer(must(value.parse(), "no metadata value")))
    }

    /// Someone's token.
    #[must_use]
    pub fn token(&self, who: &Who) -> String {
        let claims = Claims::new(&who.subject, &who.roles, TOKEN_LIFETIME)
            .with_teams(&who.teams)
            .with_schools(&who.schools);
        must(self.keys.mint(&claims), "no token").expose_secret().to_owned()
    }

    /// A token that says exactly this.
    #[must_use]
    pub fn token_with(&self, claims: &Claims) -> String {
        must(self.keys.mint(claims), "no token").expose_secret().to_owned()
    }

    /// Lets everything happen that follows from what has happened and is due by the clock.
    ///
    /// # Panics
    /// When something fails, or does not come to rest.
    pub async fn settle(&self) {
        must(self.settler.settle().await, "it does not settle");
    }

    /// Records an event in the log of a context beside, as if its service had: `name` is e.g. `request.opened`.
    /// It happened at the clock's present instant.
    ///
    /// # Panics
    /// When the context is not one of [`TestServer::start_beside`], or the log refuses.
    pub async fn record(
        &self,
        context: &str,
        stream: StreamId,
        name: &'static str,
        payload: &impl Message,
    ) -> Appended {
        let log = self.neighbours.get(context);
        let log = log.unwrap_or_else(|| panic!("start it with start_beside(&[{context:?}], …)"));
        neighbours::record(log, stream, name, payload.encode_to_vec()).await
    }

    /// Moves the clock to an instant such as `2026-02-03T08:00:00-05:00`, and settles.
    ///
    /// # Panics
    /// When the text is no instant; as [`TestServer::settle`].
    pub async fn settle_at(&self, text: &str) {
        self.clock.set(instant(text));
        self.settle().await;
    }

    /// Stops it, drained, and starts these services on the same database and clock.
    ///
    /// # Panics
    /// As [`TestServer::start`].
    pub async fn restart(mut self, services: impl IntoIterator<Item = Assemble>) -> Self {
        self.stop().await;
        let (database, secrets) = (self.database.clone(), self.secrets.clone());
        let contexts: Vec<_> = self.neighbours.keys().copied().collect();
        Self::start_on(database, secrets, self.clock.clone(), &contexts, services).await
    }

    /// Starts these services once more on the same database, as a second process would, by a clock of its own that
    /// stands at an instant such as `2026-02-03T08:00:00-05:00`.
    ///
    /// # Panics
    /// As [`TestServer::start`].
    pub async fn twin(&self, text: &str, services: impl IntoIterator<Item = Assemble>) -> Self {
        let (database, secrets) = (self.database.clone(), self.secrets.clone());
        Self::start_on(database, secrets, ManualClock::new(instant(text)), &[], services).await
    }

    /// Stops it, drained; its database stays until the value is dropped.
    pub async fn stop(&mut self) {
        self.shutdown.cancel();
        for log in self.neighbours.values() {
            log.close().await;
        }
        if let Some(running) = self.running.take() {
            must(running.await, "the server failed");
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

/// An instant that a test has written down.
fn instant(text: &str) -> Timestamp {
    must(text.parse(), text)
}

/// A test cannot go on without it.
#[track_caller]
pub(crate) fn must<T, E: Into<Box<dyn std::error::Error>>>(
    outcome: Result<T, E>,
    otherwise: &str,
) -> T {
    match outcome {
        Ok(value) => value,
        Err(error) => {
            let error = error.into();
            let mut said = error.to_string();
            let mut cause = error.source();
            while let Some(next) = cause {
                said.push_str(": ");
                said.push_str(&next.to_string());
                cause = next.source();
            }
            panic!("{otherwise}: {said}")
        }
    }
}
