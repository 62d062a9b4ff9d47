//! Networks of about fifteen schools. Which schools belong to one, and which team serves it, is stated by them.
//!
//! ```text
//! (nothing) ─define▶ defined ─define▶ defined (renamed)
//! ```

mod define;

use kernel::{
    Decider, DecodeError, Encoded, EventCodec, NetworkId, RefusalKind, StreamId, Timestamp,
};

pub use define::{Define, Defined};

use crate::{codec, text::InvalidName};

/// The rules of a network.
pub struct Network;

impl Network {
    /// The stream of the network with this id.
    #[must_use]
    pub fn stream(id: &NetworkId) -> StreamId {
        StreamId::of(Self::KIND, id.as_str())
    }
}

/// What is known of a network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// The last definition; absent before the first.
    pub defined: Option<Defined>,
}

/// What can be asked for.
#[derive(Debug, Clone)]
pub enum Command {
    /// Name a network, or rename it.
    Define(Define),
}

/// What can have happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A network was named, or renamed.
    Defined(Defined),
}

/// Why a command is declined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The name cannot be shown.
    #[error(transparent)]
    Name(#[from] InvalidName),
}

impl kernel::Refusal for Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::Name(name) => name.reason(),
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Name(name) => name.kind(),
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Name(name) => name.field(),
        }
    }
}

impl Decider for Network {
    const KIND: &'static str = "network";
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(state: &State, command: Command, _now: Timestamp) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Define(command) => command.decide(state),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        match event {
            Event::Defined(event) => event.evolve(state),
        }
    }
}

impl EventCodec for Event {
    fn name(&self) -> &'static str {
        match self {
            Self::Defined(_) => Defined::NAME,
        }
    }

    fn encode(&self) -> Encoded {
        match self {
            Self::Defined(event) => event.encode(),
        }
    }

    fn decode(
        name: &str,
        revision: u16,
        payload: &[u8],
        _: Option<&[u8]>,
    ) -> Result<Self, DecodeError> {
        match (name, revision) {
            (Defined::NAME, 1) => Defined::decode(payload).map(Self::Defined),
            (name, revision) => codec::unknown(name, revision),
        }
    }
}
