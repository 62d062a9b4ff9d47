//! The one table: from why a call failed to the gRPC status, and the reasons that are the chassis' own.

use kernel::RefusalKind;
use tonic::Code;

/// What a failure means to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// What was sent is not what it must be.
    Malformed,
    /// It does not exist, or not for this caller.
    Missing,
    /// It exists already, and otherwise.
    Taken,
    /// It has changed since it was read.
    Version,
    /// Its state does not allow it now.
    State,
    /// It is not known who calls.
    Unauthenticated,
    /// The caller may not.
    Denied,
    /// Not now: try again.
    Unavailable,
    /// Time is over.
    Deadline,
    /// A place in a history that it has not.
    OutOfRange,
    /// There is no such rpc.
    Unimplemented,
    /// A fault of ours.
    Bug,
}

impl Lane {
    /// The status of the lane: the table that all answers follow.
    #[must_use]
    pub const fn code(self) -> Code {
        match self {
            Self::Malformed => Code::InvalidArgument,
            Self::Missing => Code::NotFound,
            Self::Taken => Code::AlreadyExists,
            Self::Version => Code::Aborted,
            Self::State => Code::FailedPrecondition,
            Self::Unauthenticated => Code::Unauthenticated,
            Self::Denied => Code::PermissionDenied,
            Self::Unavailable => Code::Unavailable,
            Self::Deadline => Code::DeadlineExceeded,
            Self::OutOfRange => Code::OutOfRange,
            Self::Unimplemented => Code::Unimplemented,
            Self::Bug => Code::Internal,
        }
    }
}

impl From<RefusalKind> for Lane {
    fn from(kind: RefusalKind) -> Self {
        match kind {
            RefusalKind::Invalid => Self::Malformed,
            RefusalKind::Missing => Self::Missing,
            RefusalKind::Taken => Self::Taken,
            RefusalKind::State => Self::State,
            RefusalKind::Denied => Self::Denied,
        }
    }
}

/// The failures that every service has in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A field is not what it must be.
    FieldInvalid,
    /// The command id was used for another request.
    CommandIdReused,
    /// An event would be too large.
    EventTooLarge,
    /// The message is too large.
    MessageTooLarge,
    /// The message is not the one it should be.
    MessageMalformed,
    /// The message is compressed in an unknown way.
    EncodingUnknown,
    /// It does not exist.
    NotFound,
    /// It exists already.
    AlreadyExists,
    /// Its version is another one.
    EtagMismatch,
    /// No token.
    TokenMissing,
    /// No token of ours.
    TokenInvalid,
    /// A token whose time is over.
    TokenExpired,
    /// No role of the caller's may call this rpc.
    PermissionMissing,
    /// The caller may call the rpc, but not do this.
    NotAllowed,
    /// There is no such rpc here.
    RpcUnknown,
    /// Something is away.
    Unavailable,
    /// The database has no room left.
    StorageFull,
    /// Too many wait already.
    Overloaded,
    /// It is not known whether it was stored.
    OutcomeUnknown,
    /// The view has not caught up.
    ViewBehind,
    /// The server ends a stream.
    StreamEnded,
    /// The deadline has passed.
    DeadlineExceeded,
    /// The history has no such position yet.
    PositionBeyondEnd,
    /// A record that is not parked itself: it waits behind one, or was dropped.
    RecordNotParked,
    /// A relay that goes on, or stands before another event.
    RelayNotStuck,
    /// A fault of ours.
    Internal,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 26] = [
        Self::FieldInvalid,
        Self::CommandIdReused,
        Self::EventTooLarge,
        Self::MessageTooLarge,
        Self::MessageMalformed,
        Self::EncodingUnknown,
        Self::NotFound,
        Self::AlreadyExists,
        Self::EtagMismatch,
        Self::TokenMissing,
        Self::TokenInvalid,
        Self::TokenExpired,
        Self::PermissionMissing,
        Self::NotAllowed,
        Self::RpcUnknown,
        Self::Unavailable,
        Self::StorageFull,
        Self::Overloaded,
        Self::OutcomeUnknown,
        Self::ViewBehind,
        Self::StreamEnded,
        Self::DeadlineExceeded,
        Self::PositionBeyondEnd,
        Self::RecordNotParked,
        Self::RelayNotStuck,
        Self::Internal,
    ];

    /// Its reason, as in `docs/ERRORS.md`.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::FieldInvalid => "FIELD_INVALID",
            Self::CommandIdReused => "COMMAND_ID_REUSED",
            Self::EventTooLarge => "EVENT_TOO_LARGE",
            Self::MessageTooLarge => "MESSAGE_TOO_LARGE",
            Self::MessageMalformed => "MESSAGE_MALFORMED",
            Self::EncodingUnknown => "ENCODING_UNKNOWN",
            Self::NotFound => "NOT_FOUND",
            Self::AlreadyExists => "ALREADY_EXISTS",
            Self::EtagMismatch => "ETAG_MISMATCH",
            Self::TokenMissing => "TOKEN_MISSING",
            Self::TokenInvalid => "TOKEN_INVALID",
            Self::TokenExpired => "TOKEN_EXPIRED",
            Self::PermissionMissing => "PERMISSION_MISSING",
            Self::NotAllowed => "NOT_ALLOWED",
            Self::RpcUnknown => "RPC_UNKNOWN",
            Self::Unavailable => "UNAVAILABLE",
            Self::StorageFull => "STORAGE_FULL",
            Self::Overloaded => "OVERLOADED",
            Self::OutcomeUnknown => "OUTCOME_UNKNOWN",
            Self::ViewBehind => "VIEW_BEHIND",
            Self::StreamEnded => "STREAM_ENDED",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::PositionBeyondEnd => "POSITION_BEYOND_END",
            Self::RecordNotParked => "RECORD_NOT_PARKED",
            Self::RelayNotStuck => "RELAY_NOT_STUCK",
            Self::Internal => "INTERNAL",
        }
    }

    /// Its lane.
    #[must_use]
    pub const fn lane(self) -> Lane {
        match self {
            Self::FieldInvalid
            | Self::CommandIdReused
            | Self::EventTooLarge
            | Self::MessageTooLarge
            | Self::MessageMalformed => Lane::Malformed,
            Self::NotFound => Lane::Missing,
            Self::AlreadyExists => Lane::Taken,
            Self::EtagMismatch => Lane::Version,
            Self::TokenMissing | Self::TokenInvalid | Self::TokenExpired => Lane::Unauthenticated,
            Self::PermissionMissing | Self::NotAllowed => Lane::Denied,
            Self::Unavailable
            | Self::StorageFull
            | Self::Overloaded
            | Self::OutcomeUnknown
            | Self::ViewBehind
            | Self::StreamEnded => Lane::Unavailable,
            Self::DeadlineExceeded => Lane::Deadline,
            Self::PositionBeyondEnd => Lane::OutOfRange,
            Self::RecordNotParked => Lane::State,
            Self::RelayNotStuck => Lane::State,
            Self::RpcUnknown | Self::EncodingUnknown => Lane::Unimplemented,
            Self::Internal => Lane::Bug,
        }
    }
}
