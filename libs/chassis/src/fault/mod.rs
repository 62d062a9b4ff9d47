//! From an error to the gRPC answer, in one table ([`Lane::code`]); the only place that builds a `tonic::Status`.
//!
//! | lane | status | details beside ErrorInfo |
//! |---|---|---|
//! | malformed | INVALID_ARGUMENT | BadRequest |
//! | missing | NOT_FOUND | ResourceInfo |
//! | taken | ALREADY_EXISTS | – |
//! | version | ABORTED | `current_etag` in ErrorInfo |
//! | not in this state | FAILED_PRECONDITION | PreconditionFailure |
//! | who is it | UNAUTHENTICATED | – |
//! | may not | PERMISSION_DENIED | – |
//! | not now: overload, draining, database away, view behind, outcome unknown | UNAVAILABLE | RetryInfo |
//! | deadline | DEADLINE_EXCEEDED | – |
//! | a place that a history has not | OUT_OF_RANGE | – |
//! | no such rpc | UNIMPLEMENTED | – |
//! | bug | INTERNAL | trace id only |

mod conversions;
mod kind;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, error::Error, time::Duration};

use kernel::{Refusal, Version, chain};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

pub use kind::{Kind, Lane};

/// The domain of every reason.
pub const DOMAIN: &str = "schoolside";

/// How long a caller should wait before it tries again.
const RETRY: Duration = Duration::from_millis(200);

/// An error on its way to the caller: the only thing that becomes a status.
#[derive(Debug)]
pub struct Fault {
    lane: Lane,
    reason: &'static str,
    message: String,
    /// Apart, so that a result is small where all goes well.
    more: Box<More>,
}

/// What only some answers say.
#[derive(Debug, Default)]
struct More {
    violations: Vec<(String, String)>,
    field: Option<String>,
    resource: Option<(String, String)>,
    metadata: HashMap<String, String>,
}

impl Fault {
    /// A failure of a common kind; `message` says what, and what to do.
    #[must_use]
    pub fn of(kind: Kind, message: impl Into<String>) -> Self {
        Self::new(kind.lane(), kind.reason(), message)
    }

    fn new(lane: Lane, reason: &'static str, message: impl Into<String>) -> Self {
        Self { lane, reason, message: message.into(), more: Box::default() }
    }

    fn on_field(mut self, field: Option<String>) -> Self {
        self.more.field = field;
        self
    }

    /// A field that is not what it must be: `description` says what it must be.
    #[must_use]
    pub fn invalid(field: impl Into<String>, description: impl Into<String>) -> Self {
        let field = field.into();
        let message = format!("{field}: {}", description.into());
        Self::of(Kind::FieldInvalid, message).on_field(Some(field))
    }

    /// A command that a rule declined.
    #[must_use]
    pub fn refused(refusal: &impl Refusal) -> Self {
        Self::new(refusal.kind().into(), refusal.reason(), refusal.to_string())
            .on_field(refusal.field())
    }

    /// With every field at fault and its description, where there are several.
    #[must_use]
    pub fn with_violations(
        mut self,
        violations: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        self.more.violations = violations.into_iter().collect();
        self
    }

    /// With an entry in the `ErrorInfo`'s metadata.
    #[must_use]
    pub fn with_metadata(mut self, key: &str, value: impl Into<String>) -> Self {
        self.more.metadata.insert(key.to_owned(), value.into());
        self
    }

    /// Something that does not exist, or lies outside what the caller may see: the answer is the same.
    #[must_use]
    pub fn not_found(resource_type: impl Into<String>, name: impl Into<String>) -> Self {
        let (kind, name) = (resource_type.into(), name.into());
        let message = format!("{name} does not exist");
        let mut fault = Self::of(Kind::NotFound, message);
        fault.more.resource = Some((kind, name));
        fault
    }

    /// With another message, where there is more to say than what all such failures have in common.
    #[must_use]
    pub fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// An update based on another version than the present one.
    #[must_use]
    pub fn stale(current: Version) -> Self {
        let message = "it has changed since it was read: read it again and decide afresh";
        Self::of(Kind::EtagMismatch, message)
            .with_metadata("current_etag", crate::parse::etag_of(current))
    }

    /// Something that exists already, and otherwise.
    #[must_use]
    pub fn taken(message: impl Into<String>) -> Self {
        Self::of(Kind::AlreadyExists, message)
    }

    /// Something this caller may not do, though the rpc as such is permitted.
    #[must_use]
    pub fn denied(message: impl Into<String>) -> Self {
        Self::of(Kind::NotAllowed, message)
    }

    /// A call for which the caller's roles carry no permission.
    #[must_use]
    pub fn permission_missing(permission: &str) -> Self {
        let message =
            format!("none of your roles may do this: it needs the permission {permission}");
        Self::of(Kind::PermissionMissing, message).with_metadata("permission", permission)
    }

    /// An rpc that does not exist here.
    #[must_use]
    pub fn unknown_rpc(path: &str) -> Self {
        Self::of(Kind::RpcUnknown, format!("there is no rpc {path} here"))
            .with_metadata("rpc", path)
    }

    /// Something that is away for the moment; nothing was done.
    #[must_use]
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::of(Kind::Unavailable, message)
    }

    /// A database without room; nothing was done.
    #[must_use]
    pub fn storage_full() -> Self {
        let message = "the database's disk is full and nothing was done: free space on it, and repeat this call";
        Self::of(Kind::StorageFull, message)
    }

    /// A view that has not yet applied what the caller asks to see.
    #[must_use]
    pub fn behind() -> Self {
        let message = "the view has not caught up with `after` yet: ask again, or without it";
        Self::of(Kind::ViewBehind, message)
    }

    /// The caller's deadline, or ours, has passed.
    #[must_use]
    pub fn deadline() -> Self {
        let message = "the deadline has passed; a change may have been made: repeat it with the same command_id";
        Self::of(Kind::DeadlineExceeded, message)
    }

    /// A stream that the server ends before its consumer has all it asked for.
    #[must_use]
    pub fn stream_ended() -> Self {
        Self::of(Kind::StreamEnded, "the server ends this stream: go on from the last position")
    }

    /// A position that a history has not reached: it was restored, or is another one.
    #[must_use]
    pub fn beyond_end(position: i64, head: i64) -> Self {
        let message = format!(
            "the history ends at position {head}, before {position}: read from an earlier one"
        );
        Self::of(Kind::PositionBeyondEnd, message).with_metadata("head", head.to_string())
    }

    /// A fault of ours. The chain is logged here, once; the caller sees a trace id.
    #[must_use]
    pub fn bug(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let error = error.into();
        let trace = crate::telemetry::trace_id();
        tracing::error!(
            error = chain(&*error),
            trace_id = trace,
            "an rpc failed by a fault of ours"
        );
        let message = format!("a fault of ours; it is logged under trace {trace}");
        Self::of(Kind::Internal, message).with_metadata("trace_id", trace)
    }

    /// The reason, as in `docs/ERRORS.md`.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        self.reason
    }

    /// The status code.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.lane.code()
    }

    fn details(&self) -> ErrorDetails {
        let mut details = ErrorDetails::new();
        details.set_error_info(self.reason, DOMAIN, self.more.metadata.clone());
        let field = self.more.field.as_deref().unwrap_or_default();
        match self.lane {
            Lane::Malformed if self.more.violations.is_empty() => {
                details.add_bad_request_violation(field, &self.message);
            }
            Lane::Malformed => {
                for (field, description) in &self.more.violations {
                    details.add_bad_request_violation(field, description);
                }
            }
            Lane::State => {
                details.add_precondition_failure_violation(self.reason, field, &self.message);
            }
            Lane::Missing => {
                let (kind, name) =
                    self.more.resource.as_ref().map_or((field, ""), |(kind, name)| (kind, name));
                details.set_resource_info(kind, name, "", &self.message);
            }
            Lane::Unavailable => {
                details.set_retry_info(Some(RETRY));
            }
            Lane::Taken
            | Lane::Version
            | Lane::Unauthenticated
            | Lane::Denied
            | Lane::Deadline
            | Lane::OutOfRange
            | Lane::Unimplemented
            | Lane::Bug => {}
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
        Self::with_error_details(fault.code(), fault.message.clone(), fault.details())
    }
}
