//! What the log and the database report, as faults.

use eventlog::{AppendError, ExecuteError, LoadError, ReadError};
use kernel::{DecodeError, Refusal};
use sqlx::error::DatabaseError;

use super::{Fault, Kind, chain};

impl From<AppendError> for Fault {
    fn from(error: AppendError) -> Self {
        let message = error.to_string();
        match error {
            AppendError::Conflict { current } => Self::stale(current),
            AppendError::CommandIdReused => {
                let field = Some("command_id".to_owned());
                Self::of(Kind::CommandIdReused, message).on_field(field)
            }
            AppendError::Overloaded => Self::of(Kind::Overloaded, message),
            AppendError::TooLarge { .. } => Self::of(Kind::EventTooLarge, message),
            AppendError::OutcomeUnknown => Self::of(Kind::OutcomeUnknown, message),
            AppendError::Unavailable(source) => {
                tracing::warn!(error = chain(&*source), "the event log is not available");
                if is_disk_full(&source) {
                    Self::storage_full()
                } else {
                    Self::unavailable(message)
                }
            }
            AppendError::Closed => Self::unavailable(message),
            AppendError::Malformed(_) => Self::bug(error),
        }
    }
}

impl<R: Refusal> From<ExecuteError<R>> for Fault {
    fn from(error: ExecuteError<R>) -> Self {
        match error {
            ExecuteError::Refused(refusal) => Self::refused(&refusal),
            ExecuteError::Stale { current } => Self::stale(current),
            ExecuteError::Append(error) => error.into(),
            ExecuteError::Read(error) => error.into(),
            ExecuteError::Decode(error) => error.into(),
        }
    }
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        error.0.into()
    }
}

impl From<DecodeError> for Fault {
    fn from(error: DecodeError) -> Self {
        Self::bug(error)
    }
}

impl From<LoadError> for Fault {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Read(error) => error.into(),
            LoadError::Decode(error) => error.into(),
        }
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        let away = match &error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
            // Connection exceptions, resources, operator intervention: the database's state, not our fault.
            sqlx::Error::Database(database) => database
                .code()
                .is_some_and(|code| ["08", "53", "57"].iter().any(|class| code.starts_with(class))),
            _ => false,
        };
        if away {
            tracing::warn!(error = chain(&error), "the database is not available");
            if is_disk_full(&error) {
                return Self::storage_full();
            }
            Self::unavailable("the database is not available: try again shortly")
        } else {
            Self::bug(error)
        }
    }
}

fn is_disk_full(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(DatabaseError::code).as_deref() == Some("53100")
}
