//! What is known of one request, in parts: one per stream, each a pure fold of that stream's events.
//!
//! ```text
//! requests  request/{id}     ─▶ RequestFacts   life, holders, waits, replies
//! sla       case/{id}        ─▶ ClockFacts     what was due when, by which target
//! surveys   invitation/{id}  ─▶ SurveyFacts    asked, answered
//! ```
//! A part depends on its own stream alone, whose events arrive in order; so how topics interleave cannot matter,
//! and the state of knowledge at an instant is the latest part of each stream recorded by then.
//!
//! Parts are stored as the bytes of these structures (`prost` derives them; no .proto: nobody else reads them).
//! Instants are microseconds since 1970, UTC.

mod clock;
mod request;
mod survey;

pub use clock::{ClockFacts, DueDate};
pub use request::{Correction, Ending, Lifecycle, Opened, RequestFacts, Tenure, Wait};
pub use survey::SurveyFacts;

use kernel::DecodeError;
use prost::Message;

/// An event as the folds see it: its name in the log (`request.opened`), when it happened, its payload.
#[derive(Debug, Clone, Copy)]
pub struct Fact<'a> {
    /// The name in the log.
    pub name: &'a str,
    /// When it is said to have happened, in microseconds since 1970.
    pub at: i64,
    /// The protobuf payload.
    pub payload: &'a [u8],
}

impl Fact<'_> {
    fn read<M: Message + Default>(&self) -> Result<M, DecodeError> {
        M::decode(self.payload).map_err(|error| DecodeError::Malformed {
            name: self.name.to_owned(),
            detail: error.to_string(),
        })
    }

    fn unknown(&self) -> DecodeError {
        DecodeError::Unknown { name: self.name.to_owned(), revision: 1 }
    }
}

/// A part: folds its stream's events one by one.
pub trait Part: Message + Default {
    /// Takes one event in.
    ///
    /// # Errors
    /// When the event is unknown or malformed: a projection halts rather than guess.
    fn apply(&mut self, fact: Fact<'_>) -> Result<(), DecodeError>;
}

/// All that is known of one request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CaseFacts {
    /// Its life.
    pub request: RequestFacts,
    /// Its clocks.
    pub clocks: ClockFacts,
    /// Its survey invitations, one per resolution.
    pub surveys: Vec<SurveyFacts>,
}
