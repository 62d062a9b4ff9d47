//! A request type of the catalogue: what can be asked for, and what to ask then.
//!
//! ```text
//! (unknown) ─define─▶ defined ─retire─▶ retired
//!                     ▲ define ╯            │
//!                     ╰────────define───────╯
//! ```

mod attributes;
mod define;
mod retire;

use kernel::{
    Decider, DecodeError, Encoded, EventCodec, RefusalKind, RequestTypeId, StreamId, Timestamp,
};
use serde::{Deserialize, Serialize};

pub use attributes::{AttributeRefusal, Checked, carried, check};
pub use define::{Attribute, Define, Defined, Definition};
pub use retire::{Retire, Retired};

/// The marker of this aggregate's rules.
pub struct RequestType;

/// What is known of a type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Its definition; `None` before the first.
    pub definition: Option<Definition>,
    /// Whether new requests of it are refused.
    pub retired: bool,
}

/// What can be asked of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Define a type, or define it anew.
    Define(Box<Define>),
    /// Take no new requests of it.
    Retire(Retire),
}

/// What can have happened to a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It was defined.
    Defined(Box<Defined>),
    /// It was retired.
    Retired(Retired),
}

/// Why a command is declined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A definition that cannot work.
    #[error("{field} {problem}")]
    InvalidDefinition {
        /// The field at fault.
        field: String,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// There is no such type to retire.
    #[error("there is no request type {0}; define it first")]
    Unknown(RequestTypeId),
}

impl kernel::Refusal for Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::InvalidDefinition { .. } => "REQUEST_TYPE_INVALID",
            Self::Unknown(_) => "REQUEST_TYPE_UNKNOWN",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::InvalidDefinition { .. } => RefusalKind::Invalid,
            Self::Unknown(_) => RefusalKind::Missing,
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::InvalidDefinition { field, .. } => Some(format!("request_type.{field}")),
            Self::Unknown(_) => Some("name".to_owned()),
        }
    }
}

/// The stream of a type.
#[must_use]
pub fn stream(id: &RequestTypeId) -> StreamId {
    StreamId::of(RequestType::KIND, id.as_str())
}

impl Decider for RequestType {
    const KIND: &'static str = "request_type";
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(state: &State, command: Command, _now: Timestamp) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Define(define) => define.decide(state),
            Command::Retire(retire) => retire.decide(state),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        match event {
            Event::Defined(defined) => defined.evolve(state),
            Event::Retired(retired) => retired.evolve(state),
        }
    }
}

impl EventCodec for Event {
    fn name(&self) -> &'static str {
        match self {
            Self::Defined(_) => "defined",
            Self::Retired(_) => "retired",
        }
    }

    fn encode(&self) -> Encoded {
        match self {
            Self::Defined(defined) => defined.encode(),
            Self::Retired(retired) => retired.encode(),
        }
    }

    fn decode(
        name: &str,
        revision: u16,
        payload: &[u8],
        _private: Option<&[u8]>,
    ) -> Result<Self, DecodeError> {
        match (name, revision) {
            ("defined", 1) => Defined::decode(payload).map(|event| Self::Defined(Box::new(event))),
            ("retired", 1) => Retired::decode(payload).map(Self::Retired),
            _ => Err(DecodeError::Unknown { name: name.to_owned(), revision }),
        }
    }
}
