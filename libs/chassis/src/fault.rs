//! From an error to the gRPC answer: the one table, and the only place that builds a `tonic::Status`.
//!
//! | lane | status | details beside ErrorInfo |
//! |---|---|---|
//! | malformed | INVALID_ARGUMENT | BadRequest |
//! | missing | NOT_FOUND | ResourceInfo |
//! | taken | ALREADY_EXISTS | – |
//! | version | ABORTED | current etag in ErrorInfo |
//! | not in this state | FAILED_PRECONDITION | PreconditionFailure |
//! | who is it | UNAUTHENTICATED | – |
//! | may not | PERMISSION_DENIED | – |
//! | quota, slow consumer | RESOURCE_EXHAUSTED | RetryInfo |
//! | overload, draining, database away | UNAVAILABLE | RetryInfo |
//! | outcome of a commit unknown | UNAVAILABLE `OUTCOME_UNKNOWN` | RetryInfo |
//! | deadline | DEADLINE_EXCEEDED | – |
//! | a place in a history that is gone | OUT_OF_RANGE | – |
//! | bug | INTERNAL | trace id only |

use std::{collections::HashMap, error::Error, time::Duration};

use eventlog::{AppendError, ExecuteError, LoadError, ReadError};
use kernel::{DecodeError, Refusal, RefusalKind, Version};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// The domain of every reason.
pub const DOMAIN: &str = "schoolside";

const RETRY: Duration = Duration::from_millis(200);

/// An error on its way to the caller: the only thing that becomes a status.
#[derive(Debug)]
pub struct Fault {
    code: Code,
    reason: &'static str,
    message: String,
    field: Option<String>,
    resource: Option<(String, String)>,
    metadata: HashMap<String, String>,
    retry: Option<Duration>,
}

impl Fault {
    fn new(code: Code, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            reason,
            message: message.into(),
            field: None,
            resource: None,
            metadata: HashMap::new(),
            retry: None,
        }
    }

    /// A field that is not what it must be: `description` says what it must be.
    #[must_use]
    pub fn invalid(field: impl Into<String>, description: impl Into<String>) -> Self {
        let field = field.into();
        let message = format!("{field}: {}", description.into());
        Self { field: Some(field), ..Self::new(Code::InvalidArgument, "FIELD_INVALID", message) }
    }

    /// A command that a rule declined.
    #[must_use]
    pub fn refused(refusal: &impl Refusal) -> Self {
        let code = match refusal.kind() {
            RefusalKind::Invalid => Code::InvalidArgument,
            RefusalKind::Missing => Code::NotFound,
            RefusalKind::Taken => Code::AlreadyExists,
            RefusalKind::State => Code::FailedPrecondition,
            RefusalKind::Denied => Code::PermissionDenied,
        };
        Self { field: refusal.field(), ..Self::new(code, refusal.reason(), refusal.to_string()) }
    }

    /// Something that does not exist, or lies outside what the caller may see: the answer is the same.
    #[must_use]
    pub fn not_found(resource_type: impl Into<String>, name: impl Into<String>) -> Self {
        let (kind, name) = (resource_type.into(), name.into());
        let message = format!("{name} does not exist");
        Self { resource: Some((kind, name)), ..Self::new(Code::NotFound, "NOT_FOUND", message) }
    }

    /// An update based on another version than the present one.
    #[must_use]
    pub fn stale(current: Version) -> Self {
        let mut fault = Self::new(
            Code::Aborted,
            "ETAG_MISMATCH",
            "it has changed since it was read: read it again and decide afresh",
        );
        fault.metadata.insert("current_etag".to_owned(), crate::parse::etag_of(current));
        fault
    }

    /// Something that exists already, and otherwise.
    #[must_use]
    pub fn taken(message: impl Into<String>) -> Self {
        Self::new(Code::AlreadyExists, "ALREADY_EXISTS", message)
    }

    /// Something this caller may not do, though the rpc as such is permitted.
    #[must_use]
    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(Code::PermissionDenied, "NOT_ALLOWED", message)
    }

    /// A call without any, or without a valid, identity.
    #[must_use]
    pub fn unauthenticated(reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(Code::Unauthenticated, reason, message)
    }

    /// A call for which the caller's roles carry no permission.
    #[must_use]
    pub fn permission_missing(permission: &str) -> Self {
        let message = format!("none of your roles may do this: it needs the permission {permission}");
        Self::new(Code::PermissionDenied, "PERMISSION_MISSING", message)
    }

    /// An rpc that does not exist.
    #[must_use]
    pub fn unknown_rpc(path: &str) -> Self {
        Self::new(Code::Unimplemented, "RPC_UNKNOWN", format!("there is no rpc {path}"))
    }

    /// Something that is away for the moment; nothing was done.
    #[must_use]
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self { retry: Some(RETRY), ..Self::new(Code::Unavailable, "UNAVAILABLE", message) }
    }

    /// A view that has not yet applied what the caller asks to see.
    #[must_use]
    pub fn behind() -> Self {
        let message = "the view has not caught up with `after` yet: ask again, or without it";
        Self { retry: Some(RETRY), ..Self::new(Code::Unavailable, "VIEW_BEHIND", message) }
    }

    /// The caller's deadline, or ours, has passed.
    #[must_use]
    pub fn deadline() -> Self {
        let message = "the deadline has passed; a change may have been made: repeat it with the same command_id";
        Self::new(Code::DeadlineExceeded, "DEADLINE_EXCEEDED", message)
    }

    /// A message that the transport could not take.
    #[must_use]
    pub fn transport(reason: &'static str, message: &str) -> Self {
        Self::new(Code::InvalidArgument, reason, message)
    }

    /// A consumer that does not keep up.
    #[must_use]
    pub fn too_slow() -> Self {
        let message = "the stream was ended because it was not read fast enough: go on from the last position";
        Self { retry: Some(RETRY), ..Self::new(Code::ResourceExhausted, "CONSUMER_TOO_SLOW", message) }
    }

    /// A fault of ours. The chain is logged here, once; the caller sees a trace id.
    #[must_use]
    pub fn bug(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let error = error.into();
        let trace = crate::telemetry::trace_id();
        tracing::error!(error = &*error, trace_id = trace, "an rpc failed by a fault of ours");
        Self::new(Code::Internal, "INTERNAL", format!("a fault of ours; it is logged under trace {trace}"))
    }

    /// The reason, as in `docs/ERRORS.md`.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        self.reason
    }

    /// The status code.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    fn details(&self) -> ErrorDetails {
        let mut details = ErrorDetails::new();
        details.set_error_info(self.reason, DOMAIN, self.metadata.clone());
        match self.code {
            Code::InvalidArgument => {
                if let Some(field) = &self.field {
                    details.add_bad_request_violation(field, &self.message);
                }
            }
            Code::FailedPrecondition => {
                details.add_precondition_failure_violation(self.reason, self.field.clone().unwrap_or_default(), &self.message);
            }
            _ => {}
        }
        if let Some((kind, name)) = &self.resource {
            details.set_resource_info(kind, name, "", &self.message);
        }
        if let Some(retry) = self.retry {
            details.set_retry_info(Some(retry));
        }
        details
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Fault {}

impl From<Fault> for Status {
    fn from(fault: Fault) -> Self {
        Self::with_error_details(fault.code, fault.message.clone(), fault.details())
    }
}

impl From<AppendError> for Fault {
    fn from(error: AppendError) -> Self {
        let message = error.to_string();
        match error {
            AppendError::Conflict { current } => Self::stale(current),
            AppendError::CommandIdReused => Self {
                field: Some("command_id".to_owned()),
                ..Self::new(Code::InvalidArgument, "COMMAND_ID_REUSED", message)
            },
            AppendError::Overloaded => {
                Self { retry: Some(RETRY), ..Self::new(Code::Unavailable, "OVERLOADED", message) }
            }
            AppendError::TooLarge { .. } => Self::new(Code::InvalidArgument, "EVENT_TOO_LARGE", message),
            AppendError::OutcomeUnknown => {
                Self { retry: Some(RETRY), ..Self::new(Code::Unavailable, "OUTCOME_UNKNOWN", message) }
            }
            AppendError::Unavailable(source) => {
                tracing::warn!(error = &*source as &dyn Error, "the event log is not available");
                Self::unavailable(message)
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
            tracing::warn!(error = &error as &dyn Error, "the database is not available");
            Self::unavailable("the database is not available: try again shortly")
        } else {
            Self::bug(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(fault: Fault) -> (Code, ErrorDetails) {
        let status = Status::from(fault);
        (status.code(), status.get_error_details())
    }

    #[test]
    fn every_answer_names_its_reason_and_carries_the_details_of_its_lane() {
        let table: Vec<(Fault, Code, &str)> = vec![
            (Fault::invalid("summary", "must not be empty"), Code::InvalidArgument, "FIELD_INVALID"),
            (Fault::not_found("school", "schools/9"), Code::NotFound, "NOT_FOUND"),
            (Fault::stale(Version(3)), Code::Aborted, "ETAG_MISMATCH"),
            (Fault::taken("it is"), Code::AlreadyExists, "ALREADY_EXISTS"),
            (Fault::denied("no"), Code::PermissionDenied, "NOT_ALLOWED"),
            (Fault::deadline(), Code::DeadlineExceeded, "DEADLINE_EXCEEDED"),
            (Fault::behind(), Code::Unavailable, "VIEW_BEHIND"),
            (AppendError::CommandIdReused.into(), Code::InvalidArgument, "COMMAND_ID_REUSED"),
            (AppendError::Overloaded.into(), Code::Unavailable, "OVERLOADED"),
            (AppendError::OutcomeUnknown.into(), Code::Unavailable, "OUTCOME_UNKNOWN"),
            (AppendError::TooLarge { bytes: 9 }.into(), Code::InvalidArgument, "EVENT_TOO_LARGE"),
            (sqlx::Error::PoolTimedOut.into(), Code::Unavailable, "UNAVAILABLE"),
            (sqlx::Error::RowNotFound.into(), Code::Internal, "INTERNAL"),
        ];
        for (fault, code, reason) in table {
            let (actual, details) = details(fault);
            let info = details.error_info().unwrap();
            assert_eq!((actual, info.reason.as_str(), info.domain.as_str()), (code, reason, DOMAIN));
            assert_eq!(details.retry_info().is_some(), code == Code::Unavailable, "{reason}");
        }
    }

    #[test]
    fn a_field_and_the_current_etag_travel_in_the_details() {
        let (_, invalid) = details(Fault::invalid("rows[2].opened_at", "must be given"));
        assert_eq!(invalid.bad_request().unwrap().field_violations[0].field, "rows[2].opened_at");
        let (_, stale) = details(Fault::stale(Version(3)));
        let etag = &stale.error_info().unwrap().metadata["current_etag"];
        assert_eq!(crate::parse::etag("etag", etag).unwrap(), Some(Version(3)));
    }
}
