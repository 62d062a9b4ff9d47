//! The district itself: its name and zone. There is one.
//!
//! ```text
//! (nothing) ─define▶ defined ─define▶ defined (renamed; the zone stays)
//! ```

mod define;

use kernel::{Decider, DecodeError, Encoded, EventCodec, RefusalKind, StreamId, Timestamp};

pub use define::{Define, Defined};

use crate::{codec, text::InvalidName};

/// The district's rules.
pub struct District;

impl District {
    /// The stream of the one district.
    #[must_use]
    pub fn stream() -> StreamId {
        StreamId::of(Self::KIND, "district")
    }
}

/// What is known of the district.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// The last definition; absent before the first.
    pub defined: Option<Defined>,
}

/// What can be asked for.
#[derive(Debug, Clone)]
pub enum Command {
    /// Name the district, or rename it.
    Define(Define),
}

/// What can have happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The district was named, or renamed.
    Defined(Defined),
}

/// Why a command is declined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The name cannot be shown.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// No such zone is known.
    #[error("zone {0:?} is not an IANA time zone: name one like America/New_York")]
    UnknownZone(String),
    /// Every date of the directory is a date of the zone.
    #[error("the zone is {0} and stays it: every date in the directory is a date there")]
    ZoneFixed(String),
}

impl kernel::Refusal for Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::Name(name) => name.reason(),
            Self::UnknownZone(_) => "UNKNOWN_ZONE",
            Self::ZoneFixed(_) => "ZONE_FIXED",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Name(name) => name.kind(),
            Self::UnknownZone(_) => RefusalKind::Invalid,
            Self::ZoneFixed(_) => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Name(name) => name.field(),
            Self::UnknownZone(_) | Self::ZoneFixed(_) => Some("zone".into()),
        }
    }
}

impl Decider for District {
    const KIND: &'static str = "district";
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(state: &State, command: Command, _now: Timestamp) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Define(define) => define.decide(state),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        match event {
            Event::Defined(defined) => defined.evolve(state),
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
            Self::Defined(defined) => defined.encode(),
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
