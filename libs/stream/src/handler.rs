//! What a subscription is, and what it asks of the code behind it.

use async_trait::async_trait;
use eventlog::{AppendError, ExecuteError, LoadError, ReadError, Recorded};
use kernel::{DecodeError, Refusal};
use sqlx::PgConnection;

/// Any error, with its sources.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What a context follows, under a name that keeps its place.
#[derive(Debug, Clone, Copy)]
pub struct Subscription {
    /// Its name, unique in its context and kept for ever: `routing.decide`.
    pub name: &'static str,
    /// The kinds of stream it is about; none means all of the source.
    pub aggregates: &'static [&'static str],
    /// What happens behind a record that cannot be handled.
    pub on_poison: OnPoison,
}

/// What happens behind a record that cannot be handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnPoison {
    /// Later records of its stream wait; the others go on.
    HoldStream,
    /// Everything waits.
    Halt,
}

/// Applies events.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// Applies a page: events of the subscribed aggregates only, in the order of their positions, not empty.
    ///
    /// All writes go through `tx`, which also carries the checkpoint; the caller commits. What happens outside
    /// (a command executed) must be idempotent, because the page can come again.
    async fn handle(&self, page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError>;
}

/// Why a page was not applied.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// Something is away or busy: the same page can succeed later, and is tried until it does.
    #[error("the page cannot be applied now")]
    Transient(#[source] BoxError),
    /// A record in it can never be applied: it is found and parked.
    #[error("a record cannot be applied")]
    Poison(#[source] BoxError),
}

/// Values that do not fit, broken constraints and undecodable rows come out the same at every attempt; all else
/// may pass, and a missing table must not park a whole log.
impl From<sqlx::Error> for HandleError {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        let poison = match (&error, code.as_deref()) {
            (_, Some(code)) => code.starts_with("22") || code.starts_with("23"),
            (
                sqlx::Error::Decode(_) | sqlx::Error::Encode(_) | sqlx::Error::ColumnDecode { .. },
                _,
            ) => true,
            _ => false,
        };
        if poison { Self::Poison(error.into()) } else { Self::Transient(error.into()) }
    }
}

impl From<DecodeError> for HandleError {
    fn from(error: DecodeError) -> Self {
        Self::Poison(error.into())
    }
}

impl From<ReadError> for HandleError {
    fn from(error: ReadError) -> Self {
        Self::Transient(error.into())
    }
}

impl From<LoadError> for HandleError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Read(error) => error.into(),
            LoadError::Decode(error) => error.into(),
        }
    }
}

impl From<AppendError> for HandleError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::CommandIdReused
            | AppendError::TooLarge { .. }
            | AppendError::Malformed(_) => Self::Poison(error.into()),
            AppendError::Conflict { .. }
            | AppendError::Overloaded
            | AppendError::OutcomeUnknown
            | AppendError::Unavailable(_)
            | AppendError::Closed => Self::Transient(error.into()),
        }
    }
}

/// A refusal is poison: a reaction that expects one handles it before.
impl<R: Refusal> From<ExecuteError<R>> for HandleError {
    fn from(error: ExecuteError<R>) -> Self {
        match error {
            ExecuteError::Refused(refusal) => Self::Poison(refusal.into()),
            ExecuteError::Append(error) => error.into(),
            ExecuteError::Read(error) => error.into(),
            ExecuteError::Decode(error) => error.into(),
            ExecuteError::Stale { .. } => Self::Transient(error.to_string().into()),
        }
    }
}
