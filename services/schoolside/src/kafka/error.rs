//! What can go wrong with the private broker, each as a sentence that says what to do.

use std::{io, path::PathBuf};

use crate::disk::DiskError;

/// Why the private Kafka broker could not be started, reached or stopped.
#[derive(Debug, thiserror::Error)]
pub enum KafkaError {
    /// No Java anywhere.
    #[error(
        "no Java was found (looked in JAVA_HOME, PATH and /usr/lib/jvm), and Kafka runs on it: \
         install it with `apt-get install openjdk-17-jre-headless`"
    )]
    NoJava,
    /// Java, but too old.
    #[error(
        "the newest Java found is version {found}, and Kafka needs {minimum} or later: \
         install it with `apt-get install openjdk-17-jre-headless`"
    )]
    OldJava {
        /// The newest version found.
        found: u32,
        /// The oldest version that serves.
        minimum: u32,
    },
    /// Nobody said where the jars are.
    #[error(
        "it was not said where Kafka's jars are: run `./dev kafka up`, which fetches them, or give --jars or \
         SCHOOLSIDE_KAFKA_JARS"
    )]
    JarsNotGiven,
    /// The directory named has no broker in it.
    #[error("there is no Kafka in {} (no kafka_*.jar): run `./dev kafka up`, which fetches it, or give another --jars", directory.display())]
    NoJars {
        /// Where they should have been.
        directory: PathBuf,
    },
    /// The storage could not be made.
    #[error("new storage for the broker could not be made in {}: {detail}", directory.display())]
    Format {
        /// Where it was to be.
        directory: PathBuf,
        /// What Kafka said last.
        detail: String,
    },
    /// The broker ended while starting.
    #[error("the broker in {} did not start: {detail} (the whole log: {})", directory.display(), log.display())]
    Start {
        /// The broker's directory.
        directory: PathBuf,
        /// What it said last.
        detail: String,
        /// Its log.
        log: PathBuf,
    },
    /// The port asked for belongs to another program.
    #[error(
        "the broker's port {port} is taken by another program: see which with `ss -ltnp`, or give another port"
    )]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// The broker runs but does not answer.
    #[error(
        "the broker in {} did not answer within {seconds} s; it said last: {detail} (the whole log: {})",
        directory.display(), log.display()
    )]
    Unanswered {
        /// The broker's directory.
        directory: PathBuf,
        /// How long it was waited for.
        seconds: u64,
        /// What it said last.
        detail: String,
        /// Its log.
        log: PathBuf,
    },
    /// Another process is starting or stopping the same broker.
    #[error("another process is starting or stopping the broker in {}: try again when it is done", directory.display())]
    Busy {
        /// The broker's directory.
        directory: PathBuf,
    },
    /// Not even killing ended it.
    #[error(
        "the broker (process {pid}) did not end when killed: see what keeps it with `ps -p {pid}`"
    )]
    NotStopping {
        /// Its process.
        pid: i32,
    },
    /// A file or program could not be used.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl KafkaError {
    /// The error for `action` on `path`.
    pub(super) fn io(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        DiskError::of(action, path, source).into()
    }
}
