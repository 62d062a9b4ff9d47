//! The rule set: the published versions of the table that decides who answers.
//!
//! ```text
//! (nothing) ── publish ──▶ version 1 ── publish ──▶ version 2 ── …
//! ```
//! A district has one rule set. A version is published whole and never changes; decisions name theirs.

mod publish;

use kernel::{Decider, DecodeError, Encoded, EventCodec, RefusalKind, StreamId, Timestamp};

pub use publish::{Publish, Published};

use crate::{Table, table::Flaw};

/// The rules of publishing.
pub struct RuleSet;

impl RuleSet {
    /// The stream of the district's one rule set.
    #[must_use]
    pub fn stream() -> StreamId {
        StreamId::of(Self::KIND, "district")
    }
}

/// The version in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Its number; 0 before the first.
    pub version: i32,
    /// Its table; `None` before the first.
    pub table: Option<Table>,
}

/// What can be asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Puts a new version in force.
    Publish(Publish),
}

/// What can have happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A new version is in force.
    Published(Published),
}

/// Why a version is not published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct Refusal(#[from] pub Flaw);

impl kernel::Refusal for Refusal {
    fn reason(&self) -> &'static str {
        match self.0 {
            Flaw::Malformed { .. } => "RULE_MALFORMED",
            Flaw::UnknownReference { .. } => "RULE_REFERENCE_UNKNOWN",
            Flaw::NameTaken { .. } => "RULE_NAME_TAKEN",
            Flaw::Unreachable { .. } => "RULE_UNREACHABLE",
            Flaw::NoTerminal { .. } => "RULE_SET_WITHOUT_TERMINAL",
        }
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Invalid
    }

    fn field(&self) -> Option<String> {
        Some(self.0.path().to_owned())
    }
}

impl Decider for RuleSet {
    const KIND: &'static str = "rule_set";
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(state: &State, command: Command, _now: Timestamp) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Publish(command) => command.decide(state),
        }
    }

    fn evolve(_state: State, event: &Event) -> State {
        match event {
            Event::Published(event) => event.evolve(),
        }
    }
}

impl EventCodec for Event {
    fn name(&self) -> &'static str {
        match self {
            Self::Published(_) => Published::NAME,
        }
    }

    fn encode(&self) -> Encoded {
        match self {
            Self::Published(event) => event.encode(),
        }
    }

    fn decode(
        name: &str,
        revision: u16,
        payload: &[u8],
        _private: Option<&[u8]>,
    ) -> Result<Self, DecodeError> {
        match (name, revision) {
            (Published::NAME, 1) => Published::decode(payload).map(Self::Published),
            _ => Err(DecodeError::Unknown { name: name.to_owned(), revision }),
        }
    }
}
