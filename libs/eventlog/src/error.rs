//! How appends and reads fail, by what the caller can do about it.

use std::sync::Arc;

use kernel::{DecodeError, Version};

/// Why an append did not store a command.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppendError {
    /// The stream has moved on: load it again and decide afresh.
    #[error("the stream is at version {current} by now")]
    Conflict {
        /// Its version.
        current: Version,
    },
    /// The command id was used before for another request.
    #[error("the command id was used before for another request: use a new one")]
    CommandIdReused,
    /// Too many commands wait already; nothing was stored. Try again later.
    #[error("too many commands are waiting: try again shortly")]
    Overloaded,
    /// An event is larger than can be published; nothing was stored.
    #[error("an event of {bytes} bytes is too large: the limit is 262144")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The append breaks the log's own rules: a fault of the program.
    #[error("{0}")]
    Malformed(&'static str),
    /// The database did not answer in time, and the command may have been stored: repeat it with the same id.
    #[error("it is not known whether the command was stored: repeat it with the same command id")]
    OutcomeUnknown,
    /// The database is away or refused; nothing was stored. Try again later.
    #[error("the event log is not available and nothing was done: try again shortly")]
    Unavailable(#[source] Arc<sqlx::Error>),
    /// The log is being closed; nothing was stored.
    #[error("the event log is closing")]
    Closed,
}

/// Why a read failed.
#[derive(Debug, thiserror::Error)]
#[error("the event log could not be read")]
pub struct ReadError(#[from] pub sqlx::Error);

/// Why a log could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The context's name cannot be a schema's.
    #[error(
        "{0:?} cannot name a log: use lower-case letters, digits and '_', beginning with a letter"
    )]
    Name(&'static str),
    /// There is no log of this name in the database.
    #[error("the log {0} is not installed in this database")]
    NotInstalled(&'static str),
    /// Commits would be acknowledged before they are durable.
    #[error(
        "synchronous_commit is off: set it to on, or acknowledged commands can be lost in a crash"
    )]
    SynchronousCommitOff,
    /// The database refused or could not be reached.
    #[error("the log could not be opened")]
    Database(#[from] sqlx::Error),
}

/// Why a command was not executed.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError<R> {
    /// A rule declined it.
    #[error("{0}")]
    Refused(R),
    /// The caller's copy is out of date: the stream has another version than stated.
    #[error("the stream is at version {current}: read it again")]
    Stale {
        /// Its version.
        current: Version,
    },
    /// It could not be stored.
    #[error(transparent)]
    Append(AppendError),
    /// The stream could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What the stream holds cannot be understood by this build.
    #[error("the stream holds an event that cannot be read")]
    Decode(#[from] DecodeError),
}

/// Why a stream's state could not be built.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The stream could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What the stream holds cannot be understood by this build.
    #[error("the stream holds an event that cannot be read")]
    Decode(#[from] DecodeError),
}
