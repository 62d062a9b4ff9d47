//! A private Kafka broker, made and run by Schoolside itself from Kafka's own jars: for development and for tests.
//!
//! Everything lies in `kafka/` in the data directory: `data/`, `server.properties`, `broker.log`, `pid`, and `lock`,
//! which whoever starts or stops the broker holds meanwhile. It is one node that is broker and controller, and listens
//! on 127.0.0.1 alone, without a password: whoever has an account on the machine can use it. Its port and its cluster
//! id stay the same from run to run, so that clients find it again. It runs in a process group of its own; a broker
//! left over by a process that is gone is adopted.
//!
//! A test that needs a broker to break starts one in a temporary directory with [`Broker::start`], kills it with
//! [`Broker::kill`], and starts it again in the same directory. A test that only uses one takes the shared one of
//! `testkit::broker`.

mod command;
mod error;
mod java;
mod place;
mod process;
mod ready;
mod settings;
mod storage;

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{
    process::Child,
    time::{sleep, timeout},
};

pub use self::{command::KafkaCommand, error::KafkaError, java::OLDEST_JAVA};
use self::{java::Program, place::Place};

/// How long a shutdown may take before the broker is killed.
const FAREWELL: Duration = Duration::from_secs(20);
/// How long a killed process may take to be gone.
const END: Duration = Duration::from_secs(10);
/// Between two looks at something that another process must do.
const LOOK: Duration = Duration::from_millis(20);

/// How the broker is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where Kafka's jars are; not needed to find a broker that runs already.
    pub jars: Option<PathBuf>,
    /// The port to listen on; if not given, the one of the run before, or a free one.
    pub port: Option<u16>,
    /// How long the broker may take to answer; after a crash it first looks through its logs.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { jars: None, port: None, patience: Duration::from_secs(60) }
    }
}

/// A running broker. Dropped without [`Broker::stop`], it is killed.
pub struct Broker {
    place: Place,
    process: Option<Process>,
    pid: i32,
    port: u16,
}

/// Whose child the broker is.
enum Process {
    Own(Child),
    Adopted,
}

impl Broker {
    /// Starts the broker in the data directory, which is created if missing, and waits until it answers.
    ///
    /// # Errors
    /// Each variant of [`KafkaError`] says what stood in the way and what to do.
    pub async fn start(data_dir: &Path, options: Options) -> Result<Self, KafkaError> {
        let place = Place::prepare(data_dir)?;
        let turn = place.turn(options.patience).await?;
        if let Some(mut left_over) = Self::left_over(&place) {
            match ready::answered(&mut left_over, options.patience).await {
                Ok(true) => return Ok(left_over),
                Ok(false) => {}
                Err(error) => {
                    left_over.detach();
                    return Err(error);
                }
            }
        }
        let program = Program::find(options.jars.as_deref())?;
        if !place.data().exists() {
            storage::format(&place, &program).await?;
        }
        let started = ready::launch(&place, &program, &options).await;
        drop(turn);
        started
    }

    /// Takes over a broker that runs in the data directory already, answering or not; `None` if none does.
    ///
    /// # Errors
    /// When another process keeps starting or stopping it.
    pub async fn find(data_dir: &Path) -> Result<Option<Self>, KafkaError> {
        let Some(place) = Place::existing(data_dir) else { return Ok(None) };
        if process::remembered(&place).is_none() {
            return Ok(None);
        }
        let turn = place.turn(Options::default().patience).await?;
        let found = Self::left_over(&place);
        drop(turn);
        Ok(found)
    }

    fn left_over(place: &Place) -> Option<Self> {
        let (pid, port) = (process::remembered(place)?, settings::port(place)?);
        let serves = process::serves(pid, place);
        serves.then(|| Self { place: place.clone(), process: Some(Process::Adopted), pid, port })
    }

    /// A broker just started, which may still end before it answers.
    fn launched(place: Place, child: Child, port: u16) -> Self {
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).unwrap_or_default();
        Self { place, process: Some(Process::Own(child)), pid, port }
    }

    /// Whether it has ended; it is not killed then.
    fn has_ended(&mut self) -> bool {
        let ended = match &mut self.process {
            // An error means that the child was waited for already.
            Some(Process::Own(child)) => !matches!(child.try_wait(), Ok(None)),
            Some(Process::Adopted) => !process::serves(self.pid, &self.place),
            None => true,
        };
        if ended {
            self.process = None;
        }
        ended
    }

    /// Where clients connect: `127.0.0.1:PORT`.
    #[must_use]
    pub fn bootstrap(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The broker's process.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// The cluster's id, drawn when its storage was made; empty if that is damaged.
    #[must_use]
    pub fn cluster_id(&self) -> String {
        self.place.cluster_id().unwrap_or_default()
    }

    /// Whether it was left over by another process, and not started by this one.
    #[must_use]
    pub fn adopted(&self) -> bool {
        matches!(self.process, Some(Process::Adopted))
    }

    /// The broker's log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.place.log()
    }

    /// Completes when the broker has ended, whoever ended it.
    pub async fn ended(&mut self) {
        while !self.has_ended() {
            sleep(LOOK).await;
        }
    }

    /// Asks it to stop, and waits until it has ended; after twenty seconds it is killed. What it acknowledged is kept.
    ///
    /// # Errors
    /// When it does not even end then.
    pub async fn stop(mut self) -> Result<(), KafkaError> {
        // So that nobody adopts it meanwhile. Who has waited in vain for the turn stops it all the same.
        let turn = self.place.turn(Options::default().patience).await;
        if !self.has_ended() {
            process::end(self.pid);
        }
        if timeout(FAREWELL, self.ended()).await.is_err() {
            self.end_at_once().await?;
        }
        process::forget(&self.place);
        drop(turn);
        Ok(())
    }

    /// Ends it as a crash does: no goodbye. [`Broker::start`] in the same directory starts it again.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn kill(mut self) -> Result<(), KafkaError> {
        self.end_at_once().await
    }

    async fn end_at_once(&mut self) -> Result<(), KafkaError> {
        process::kill(self.pid);
        let gone = timeout(END, self.ended()).await;
        gone.map_err(|_| KafkaError::NotStopping { pid: self.pid })
    }

    /// Leaves the broker running when this process ends.
    pub fn detach(mut self) {
        self.process = None;
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if !self.has_ended() {
            process::kill(self.pid);
        }
    }
}

impl fmt::Debug for Broker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Broker")
            .field("directory", &self.place.directory)
            .field("pid", &self.pid)
            .field("port", &self.port)
            .field("adopted", &self.adopted())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
