//! A private Postgres cluster, made and run by Schoolside itself: for `up`, for development and for tests.
//!
//! Everything lies in one directory: `postgres/` (the data), `postgres.log`, `postgres.password`, and `postgres.lock`,
//! which whoever starts or stops it holds meanwhile. The server listens on 127.0.0.1, and on a socket among its data,
//! which costs less to talk through; it asks for the password on both.
//! It runs in a process group of its own, so Ctrl-C reaches it only through [`PrivateCluster::stop`], after whoever
//! uses it. Started as root, it runs as the user `postgres`. A server left over by a killed process is adopted.

mod account;
mod binaries;
mod command;
mod error;
mod initialise;
mod place;
mod postmaster;
mod ready;

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use sqlx::postgres::PgConnectOptions;
use tokio::{process::Child, time::sleep};

pub use self::{binaries::OLDEST_MAJOR, command::PostgresCommand, error::PostgresError};
use self::{place::Place, postmaster::LockFile, ready::Answer};

/// The cluster's superuser, who owns everything in it.
const USER: &str = "schoolside";
/// How long a fast shutdown may take; the final checkpoint of a busy cluster is the slow part.
const FAREWELL: Duration = Duration::from_secs(60);
/// Between two looks at something that another process must do.
const LOOK: Duration = Duration::from_millis(20);

/// How the cluster is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The port to listen on; a free one if not given.
    pub port: Option<u16>,
    /// Whether an acknowledged commit outlives a crash of the machine. Without, it outlives the server's alone,
    /// which is enough for data that is thrown away.
    pub durable: bool,
    /// How many sessions there may be at a time.
    pub max_connections: u16,
    /// How long the server may take to answer; after a crash it first repeats its log.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: None, durable: true, max_connections: 100, patience: Duration::from_secs(120) }
    }
}

/// A running cluster. Dropped without [`PrivateCluster::stop`], it is told to stop, but not waited for.
pub struct PrivateCluster {
    place: Place,
    process: Option<Process>,
    lock: LockFile,
    password: String,
}

/// Whose child the server is.
enum Process {
    Own(Child),
    Adopted,
}

impl PrivateCluster {
    /// Starts the cluster in `directory`, which is created if missing, and waits until it answers.
    ///
    /// # Errors
    /// Each variant of [`PostgresError`] says what stood in the way and what to do.
    pub async fn start(directory: &Path, options: Options) -> Result<Self, PostgresError> {
        let place = Place::prepare(directory)?;
        let turn = place.turn().await?;
        if let Some(adopted) = Self::adopt(&place, &options).await? {
            return Ok(adopted);
        }
        let cluster = place.cluster();
        let path = std::env::var_os("PATH");
        let binaries = binaries::choose(
            &binaries::candidates(path.as_deref()),
            &cluster,
            binaries::made_by(&cluster),
        )?;
        let account = account::choose(&cluster)?;
        if let Some(account) = &account {
            account.reach(&place.directory)?;
        }
        let password = initialise::password(&place)?;
        if !cluster.exists() {
            initialise::initialise(&place, &binaries, account.as_ref(), &password, options.durable)
                .await?;
        }
        place.rotate_log()?;
        let started = ready::launch(&place, &binaries, account.as_ref(), &password, &options).await;
        drop(turn);
        started
    }

    /// Takes over a server that runs in `directory` already; `None` if none does.
    ///
    /// # Errors
    /// When one runs but does not answer, or not to our password.
    pub async fn find(directory: &Path) -> Result<Option<Self>, PostgresError> {
        let Ok(directory) = fs::canonicalize(directory) else { return Ok(None) };
        let place = Place { directory };
        if postmaster::lock_file(&place.cluster()).is_none() {
            return Ok(None);
        }
        let turn = place.turn().await?;
        let found = Self::adopt(&place, &Options::default()).await;
        drop(turn);
        found
    }

    async fn adopt(place: &Place, options: &Options) -> Result<Option<Self>, PostgresError> {
        let cluster = place.cluster();
        let Some(lock) = postmaster::lock_file(&cluster) else { return Ok(None) };
        if !postmaster::serves(lock.pid, &cluster) {
            place.forget_stranger(lock.pid)?;
            return Ok(None);
        }
        let password = initialise::password(place)?;
        let until = Instant::now() + options.patience;
        loop {
            if !postmaster::serves(lock.pid, &cluster) {
                return Ok(None);
            }
            match ready::knock(lock.port, &password).await? {
                Answer::Ready => break,
                Answer::Refused => return Err(place.wrong_password()),
                Answer::NotYet if Instant::now() > until => {
                    return Err(place.unanswered(options.patience));
                }
                Answer::NotYet => sleep(LOOK).await,
            }
        }
        Ok(Some(Self { place: place.clone(), process: Some(Process::Adopted), lock, password }))
    }

    /// A server just started, which may still end before it answers.
    fn launched(place: Place, child: Child, port: u16, password: String) -> Self {
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).unwrap_or_default();
        Self { place, process: Some(Process::Own(child)), lock: LockFile { pid, port }, password }
    }

    /// Whether our own child has ended; it is not told to stop then.
    fn has_ended(&mut self) -> Result<bool, PostgresError> {
        let Some(Process::Own(child)) = &mut self.process else { return Ok(false) };
        let ended = child
            .try_wait()
            .map_err(|error| PostgresError::io("waiting for", self.place.cluster(), error))?;
        if ended.is_some() {
            self.process = None;
        }
        Ok(ended.is_some())
    }

    /// Where to connect, password included: `postgres://schoolside:…@127.0.0.1:PORT/schoolside`.
    #[must_use]
    pub fn url(&self) -> String {
        format!(
            "postgres://{USER}:{}@127.0.0.1:{}/{}",
            self.password,
            self.lock.port,
            ready::DATABASE
        )
    }

    /// How a process on this machine connects: through the socket, where there is one.
    #[must_use]
    pub fn connect_options(&self) -> PgConnectOptions {
        let options =
            ready::connect_options(self.lock.port, &self.password).database(ready::DATABASE);
        let cluster = self.place.cluster();
        if postmaster::socket(&cluster, self.lock.port).exists() {
            options.socket(cluster)
        } else {
            options
        }
    }

    /// The port it listens on; hand it to [`Options::port`] to have it again after a restart.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.lock.port
    }

    /// The server's main process.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.lock.pid
    }

    /// Whether it was left over by another process, and not started by this one.
    #[must_use]
    pub fn adopted(&self) -> bool {
        matches!(self.process, Some(Process::Adopted))
    }

    /// The server's log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.place.log()
    }

    /// Completes when the server has ended, whoever ended it.
    pub async fn ended(&mut self) {
        if let Some(Process::Own(child)) = &mut self.process {
            // An error means that the child was waited for already: it has ended.
            let _ = child.wait().await;
            return;
        }
        while postmaster::serves(self.lock.pid, &self.place.cluster()) {
            sleep(LOOK).await;
        }
    }

    /// Ends every session and the server, and waits until it has ended. What was committed is kept.
    ///
    /// # Errors
    /// When it has not ended after a minute.
    pub async fn stop(mut self) -> Result<(), PostgresError> {
        postmaster::end(self.lock.pid);
        let stopped = tokio::time::timeout(FAREWELL, self.ended()).await;
        self.process = None;
        stopped.map_err(|_| PostgresError::NotStopping {
            pid: self.lock.pid,
            seconds: FAREWELL.as_secs(),
        })
    }

    /// Leaves the server running when this process ends.
    pub fn detach(mut self) {
        self.process = None;
    }
}

impl Drop for PrivateCluster {
    fn drop(&mut self) {
        if self.process.is_some() {
            postmaster::end(self.lock.pid);
        }
    }
}

impl fmt::Debug for PrivateCluster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PrivateCluster")
            .field("directory", &self.place.directory)
            .field("pid", &self.lock.pid)
            .field("port", &self.lock.port)
            .field("adopted", &self.adopted())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
