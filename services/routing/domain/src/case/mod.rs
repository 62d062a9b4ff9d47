//! A case: the routing decisions of one request. Its stream has the request's id.
//!
//! ```text
//! (nothing) ── decide: opened ──▶ decided ── decide: reopened ──▶ decided ── …
//! ```

mod decide;

use kernel::{Decider, DecodeError, Encoded, EventCodec, Timestamp};

pub use decide::{Decide, Decided, Occasion, TodaysOwner};

/// The rules of deciding.
pub struct Case;

/// What was decided last.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// The latest decision.
    pub latest: Option<Decided>,
}

/// What can be asked for.
#[derive(Debug, Clone)]
pub enum Command {
    /// Decides who answers.
    Decide(Decide),
}

/// What can have happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// It was decided who answers.
    Decided(Decided),
}

/// Deciding is never declined: every request has an owner.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {}

impl kernel::Refusal for Refusal {
    fn reason(&self) -> &'static str {
        match *self {}
    }

    fn kind(&self) -> kernel::RefusalKind {
        match *self {}
    }
}

impl Decider for Case {
    const KIND: &'static str = "case";
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(state: &State, command: Command, _now: Timestamp) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Decide(command) => Ok(command.decide(state)),
        }
    }

    fn evolve(_state: State, event: &Event) -> State {
        match event {
            Event::Decided(event) => event.evolve(),
        }
    }
}

impl EventCodec for Event {
    fn name(&self) -> &'static str {
        match self {
            Self::Decided(_) => Decided::NAME,
        }
    }

    fn encode(&self) -> Encoded {
        match self {
            Self::Decided(event) => event.encode(),
        }
    }

    fn decode(
        name: &str,
        revision: u16,
        payload: &[u8],
        _private: Option<&[u8]>,
    ) -> Result<Self, DecodeError> {
        match (name, revision) {
            (Decided::NAME, 1) => Decided::decode(payload).map(Self::Decided),
            _ => Err(DecodeError::Unknown { name: name.to_owned(), revision }),
        }
    }
}
