//! An instrument: a questionnaire in its versions.
//!
//! ```text
//! (nothing) ── publish ──▶ version 1 ── publish ──▶ version 2 ── …
//! ```

mod publish;

use kernel::{
    Decider, DecodeError, Encoded, EventCodec, InstrumentId, RefusalKind, StreamId, Timestamp,
};

pub use publish::{Item, LONGEST_KEY, LONGEST_TEXT, MOST_ITEMS, Publish, Published, Questionnaire};

/// The rules of questionnaires.
pub struct Instrument;

impl Instrument {
    /// The stream of a questionnaire.
    #[must_use]
    pub fn stream(id: &InstrumentId) -> StreamId {
        StreamId::of(Self::KIND, id.as_str())
    }
}

/// The versions so far; invitations keep the one they were scheduled with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// The versions in their order: number 1 first.
    pub versions: Vec<Questionnaire>,
}

impl State {
    /// The version in use with its number; `None` before the first.
    #[must_use]
    pub fn current(&self) -> Option<(i32, &Questionnaire)> {
        let number = i32::try_from(self.versions.len()).ok()?;
        self.versions.last().map(|questionnaire| (number, questionnaire))
    }

    /// A version by its number.
    #[must_use]
    pub fn version(&self, number: i32) -> Option<&Questionnaire> {
        usize::try_from(number).ok()?.checked_sub(1).and_then(|index| self.versions.get(index))
    }
}

/// What can be asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Puts a version in use.
    Publish(Publish),
}

/// What can have happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A version is in use.
    Published(Published),
}

/// Why a version is not published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Something in the questionnaire is not allowed.
    #[error("{field}: {problem}")]
    Malformed {
        /// The field at fault.
        field: String,
        /// What is wrong, and what is allowed.
        problem: String,
    },
}

impl kernel::Refusal for Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "INSTRUMENT_MALFORMED",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Malformed { .. } => RefusalKind::Invalid,
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Malformed { field, .. } => Some(field.clone()),
        }
    }
}

impl Decider for Instrument {
    const KIND: &'static str = "instrument";
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(state: &State, command: Command, _now: Timestamp) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Publish(command) => command.decide(state),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        match event {
            Event::Published(event) => event.evolve(state),
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
