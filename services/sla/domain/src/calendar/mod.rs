//! Calendars: when an office is open, in versions, and the engine that reckons with it.
//!
//! ```text
//! (none) ── Publish ──▶ version 1 ── Publish ──▶ version 2 …
//! ```
//! A version is never changed: a snow day is a closure with its own `known_from` in the next version, or in the same
//! file from the beginning. What a calendar says is in [`definition`], its file in `file`, its use in [`hours`] and
//! [`timetable`], and how a person looks it over in [`review`].

mod check;
pub mod definition;
mod file;
pub mod hours;
pub mod ical;
mod publish;
pub mod review;
pub mod timetable;
mod wire;

use kernel::{Decider, DecodeError, Encoded, EventCodec, RefusalKind, Timestamp};

pub use definition::Definition;
pub use hours::Hours;
pub use publish::{Publish, Published};
pub use timetable::Timetable;

use crate::{fault::Faults, versions::Versions};

/// The rules of a calendar.
pub struct Calendar;

/// What is known of a calendar: its versions, ready for use.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// All versions so far.
    pub versions: Versions<Timetable>,
}

/// What can be asked of a calendar.
#[derive(Debug, Clone)]
pub enum Command {
    /// Publish a version.
    Publish(Publish),
}

/// What can have happened to a calendar.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A version is valid.
    Published(Published),
}

/// Why a command can be declined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The definition is not one.
    #[error("the calendar cannot be published: {0}")]
    Invalid(Faults),
    /// It never opens again.
    #[error(
        "the calendar has no open time from {from} on; give it weekly hours or an opening that lies ahead"
    )]
    NoOpenTimeAhead {
        /// From when on it would be in force.
        from: Timestamp,
    },
}

impl kernel::Refusal for Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "CALENDAR_INVALID",
            Self::NoOpenTimeAhead { .. } => "CALENDAR_NEVER_OPEN",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(_) | Self::NoOpenTimeAhead { .. } => RefusalKind::Invalid,
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Invalid(faults) => {
                Some(format!("definition.{}", faults.0.first()?.path).trim_end_matches('.').into())
            }
            Self::NoOpenTimeAhead { .. } => Some("definition".into()),
        }
    }
}

impl Decider for Calendar {
    const KIND: &'static str = "calendar";
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(state: &State, command: Command, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Publish(publish) => publish.decide(state, now),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        match event {
            Event::Published(published) => published.evolve(state),
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
            Self::Published(published) => Encoded { payload: published.encode(), private: None },
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
