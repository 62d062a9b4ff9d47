//! Why a command to a request is declined.

use std::fmt;

use kernel::{RefusalKind, RequestTypeId, SchoolId, Timestamp};

use super::Phase;
use crate::{Reference, request_type::AttributeRefusal};

/// What was tried, for the sentence of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Handing over.
    Reassign,
    /// Saying that it asks for something else.
    Reclassify,
    /// Giving it another priority.
    ChangePriority,
    /// Saying that it is for another school.
    ChangeSchool,
    /// Writing.
    Reply,
    /// Pausing.
    Pause,
    /// Resuming.
    Resume,
    /// Resolving.
    Resolve,
    /// Taking back.
    Reopen,
    /// Closing.
    Close,
    /// Withdrawing.
    Cancel,
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reassign => "reassigned",
            Self::Reclassify => "reclassified",
            Self::ChangePriority => "given another priority",
            Self::ChangeSchool => "moved to another school",
            Self::Reply => "replied to",
            Self::Pause => "paused",
            Self::Resume => "resumed",
            Self::Resolve => "resolved",
            Self::Reopen => "reopened",
            Self::Close => "closed",
            Self::Cancel => "cancelled",
        })
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
        })
    }
}

/// Why a command is declined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such request.
    #[error("there is no such request")]
    NotOpened,
    /// It was opened before.
    #[error("the request was opened before; open another with a new command_id")]
    AlreadyOpened,
    /// The catalogue knows no such type.
    #[error("there is no request type {0}; list the catalogue for those there are")]
    UnknownType(RequestTypeId),
    /// No new requests of this type are taken.
    #[error("request type {0} is retired; choose another from the catalogue")]
    TypeRetired(RequestTypeId),
    /// It is of this type already.
    #[error("the request is of type {0} already; there is nothing to reclassify")]
    TypeUnchanged(RequestTypeId),
    /// The school is not known here, or not within the caller's scope.
    #[error("there is no school {0}; if it was entered just now, try again in a moment")]
    UnknownSchool(SchoolId),
    /// An attribute does not fit the type.
    #[error(transparent)]
    Attribute(#[from] AttributeRefusal),
    /// A text that must say something is empty.
    #[error("{0} must not be empty")]
    TextMissing(&'static str),
    /// The summary is not one short line.
    #[error(
        "summary must be one line of at most 500 characters; put the rest into the description"
    )]
    SummaryTooLong,
    /// The state does not allow it.
    #[error("a request that is {phase} cannot be {verb}")]
    WrongState {
        /// What was tried.
        verb: Verb,
        /// Where it is.
        phase: Phase,
    },
    /// It waits already.
    #[error("the request is paused already; resume it first to pause it for another reason")]
    AlreadyPaused,
    /// It does not wait.
    #[error("the request is not paused")]
    NotPaused,
    /// Requesters cannot write what they cannot read.
    #[error("a requester's reply is always public; leave internal out")]
    InternalByRequester,
    /// A duplicate of nothing, of itself, or a link that says nothing.
    #[error(
        "duplicate_of must name another request for the outcome duplicate, and be empty otherwise"
    )]
    DuplicateOf,
    /// A duplicate of what is itself a duplicate.
    #[error("the request given as duplicate_of is itself a duplicate; {}", instead(*.0))]
    DuplicateOfDuplicate(Option<Reference>),
    /// A duplicate of what was withdrawn.
    #[error("the request given as duplicate_of was withdrawn; nobody will answer it")]
    DuplicateOfWithdrawn,
    /// The window for taking it back is over.
    #[error(
        "it was resolved at {resolved}, more than 14 days ago, and cannot be reopened; open a new request"
    )]
    ReopenTooLate {
        /// When it was resolved.
        resolved: Timestamp,
    },
    /// A row states a known fact otherwise.
    #[error("the row states {field} = {stated}, but {known} is known")]
    ImportContradiction {
        /// The row's field.
        field: &'static str,
        /// What is known.
        known: String,
        /// What the row states.
        stated: String,
    },
}

fn instead(root: Option<Reference>) -> String {
    root.map_or_else(
        || "choose the one that is worked on".to_owned(),
        |root| format!("link to requests/{root}, which that one leads to"),
    )
}

impl kernel::Refusal for Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::NotOpened => "REQUEST_UNKNOWN",
            Self::AlreadyOpened => "REQUEST_ALREADY_OPENED",
            Self::UnknownType(_) => "REQUEST_TYPE_UNKNOWN",
            Self::TypeRetired(_) => "REQUEST_TYPE_RETIRED",
            Self::TypeUnchanged(_) => "REQUEST_TYPE_UNCHANGED",
            Self::UnknownSchool(_) => "SCHOOL_NOT_KNOWN",
            Self::Attribute(AttributeRefusal::Unknown { .. }) => "ATTRIBUTE_UNKNOWN",
            Self::Attribute(AttributeRefusal::Missing(_)) => "ATTRIBUTE_MISSING",
            Self::Attribute(AttributeRefusal::Invalid { .. }) => "ATTRIBUTE_INVALID",
            Self::TextMissing(_) => "TEXT_MISSING",
            Self::SummaryTooLong => "SUMMARY_TOO_LONG",
            Self::WrongState { .. } => "REQUEST_WRONG_STATE",
            Self::AlreadyPaused => "REQUEST_ALREADY_PAUSED",
            Self::NotPaused => "REQUEST_NOT_PAUSED",
            Self::InternalByRequester => "REPLY_MUST_BE_PUBLIC",
            Self::DuplicateOf => "DUPLICATE_OF_INVALID",
            Self::DuplicateOfDuplicate(_) => "DUPLICATE_OF_DUPLICATE",
            Self::DuplicateOfWithdrawn => "DUPLICATE_OF_WITHDRAWN",
            Self::ReopenTooLate { .. } => "REOPEN_TOO_LATE",
            Self::ImportContradiction { .. } => "IMPORT_CONTRADICTION",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::NotOpened | Self::UnknownType(_) | Self::UnknownSchool(_) => RefusalKind::Missing,
            Self::AlreadyOpened => RefusalKind::Taken,
            Self::Attribute(_)
            | Self::TextMissing(_)
            | Self::SummaryTooLong
            | Self::InternalByRequester
            | Self::DuplicateOf => RefusalKind::Invalid,
            Self::TypeRetired(_)
            | Self::TypeUnchanged(_)
            | Self::DuplicateOfDuplicate(_)
            | Self::DuplicateOfWithdrawn
            | Self::WrongState { .. }
            | Self::AlreadyPaused
            | Self::NotPaused
            | Self::ReopenTooLate { .. }
            | Self::ImportContradiction { .. } => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Attribute(refusal) => Some(format!("attributes.{}", refusal.attribute())),
            Self::UnknownType(_) | Self::TypeRetired(_) | Self::TypeUnchanged(_) => {
                Some("request_type".to_owned())
            }
            Self::UnknownSchool(_) => Some("school".to_owned()),
            Self::TextMissing(field) => Some((*field).to_owned()),
            Self::SummaryTooLong => Some("summary".to_owned()),
            Self::InternalByRequester => Some("internal".to_owned()),
            Self::DuplicateOf | Self::DuplicateOfDuplicate(_) | Self::DuplicateOfWithdrawn => {
                Some("duplicate_of".to_owned())
            }
            Self::ImportContradiction { field, .. } => Some((*field).to_owned()),
            Self::NotOpened
            | Self::AlreadyOpened
            | Self::WrongState { .. }
            | Self::AlreadyPaused
            | Self::NotPaused
            | Self::ReopenTooLate { .. } => None,
        }
    }
}
