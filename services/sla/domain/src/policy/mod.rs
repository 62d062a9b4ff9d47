//! Policies: which targets apply to which requests, in versions.
//!
//! ```text
//! (none) ── Publish ──▶ version 1 ── Publish ──▶ version 2 …
//! ```
//! For each metric the first entry that matches a request and settles the metric decides; the last entry is for every
//! request. What was judged under a version is never judged again under another.

mod check;
pub mod entry;
mod file;
mod overlaps;
mod publish;
#[cfg(test)]
mod tests;
mod wire;

use kernel::{CalendarId, Decider, DecodeError, Encoded, EventCodec, RefusalKind, Timestamp};

pub use entry::{Entry, Match, Rules, Subject, Target};
pub use overlaps::{Categories, Overlap, overlaps};
pub use publish::{Publish, Published};

use crate::{fault::Faults, versions::Versions};

/// The rules of a policy.
pub struct Policy;

/// What is known of a policy: its versions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// All versions so far.
    pub versions: Versions<Rules>,
}

/// What can be asked of a policy.
#[derive(Debug, Clone)]
pub enum Command {
    /// Publish a version.
    Publish(Publish),
}

/// What can have happened to a policy.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A version is valid.
    Published(Published),
}

/// Why a command can be declined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The rules are none.
    #[error("the policy cannot be published: {0}")]
    Invalid(Faults),
    /// A target is reckoned in a calendar that was never published.
    #[error("the policy reckons in calendar {0}, which is not published; publish it first")]
    UnknownCalendar(CalendarId),
}

impl kernel::Refusal for Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "POLICY_INVALID",
            Self::UnknownCalendar(_) => "POLICY_CALENDAR_UNKNOWN",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(_) => RefusalKind::Invalid,
            Self::UnknownCalendar(_) => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Invalid(faults) => faults.0.first().map(|fault| fault.path.clone()),
            Self::UnknownCalendar(_) => Some("entries".into()),
        }
    }
}

impl Decider for Policy {
    const KIND: &'static str = "policy";
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
