//! An invitation: one person is asked about one resolution, and may answer once.
//!
//! ```text
//! (nothing) ── schedule ──▶ scheduled ── send ──▶ sent ── answer ──▶ answered ── answer (amends) ──▶ answered
//!                               │                  │ ╲
//!                               └─ withdraw ─▶ withdrawn ╲── expire ──▶ expired
//! ```
//! An answered invitation needs no end: its response stands, and can be amended until it expires. Its comments are
//! destroyed (erase) with the free text of the request.

mod answer;
mod erase;
mod expire;
mod schedule;
mod send;
mod withdraw;

use kernel::{
    Decider, DecodeError, Encoded, EventCodec, InstrumentId, PersonId, RefusalKind, StreamId,
    Timestamp,
};

pub use answer::{Answer, Answered, LONGEST_COMMENT};
pub use erase::{Erase, Erased};
pub use expire::{Expire, Expired};
pub use schedule::{Schedule, Scheduled};
pub use send::{Send, Sent, TokenHash};
pub use withdraw::{Withdraw, WithdrawReason, Withdrawn};

/// The rules of invitations.
pub struct Invitation;

impl Invitation {
    /// The stream of the invitation about one resolution of a request, counted from 1.
    #[must_use]
    pub fn stream(request: StreamId, resolution: i32) -> StreamId {
        StreamId::of(Self::KIND, &format!("{request}/{resolution}"))
    }
}

/// Where an invitation is in its life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stage {
    /// There is none.
    #[default]
    Unknown,
    /// It waits for the settle delay.
    Scheduled,
    /// It went out and can be answered.
    Sent,
    /// It was answered.
    Answered,
    /// It was withdrawn.
    Withdrawn,
    /// It expired without an answer.
    Expired,
}

/// What is known of an invitation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// Where it is in its life.
    pub stage: Stage,
    /// What it asks whom about; `None` before it is scheduled.
    pub scheduled: Option<Scheduled>,
    /// Until when it can be answered; `None` before it is sent.
    pub expires_at: Option<Timestamp>,
    /// The response, if there is one.
    pub response: Option<Answered>,
    /// Whether a comment is kept: of the response, or of one that it amended.
    pub commented: bool,
}

impl State {
    /// The questionnaire and its version, once it is scheduled.
    #[must_use]
    pub fn instrument(&self) -> Option<(&InstrumentId, i32)> {
        self.scheduled.as_ref().map(|s| (&s.instrument, s.instrument_version))
    }

    /// Who is asked, once it is scheduled.
    #[must_use]
    pub fn respondent(&self) -> Option<&PersonId> {
        self.scheduled.as_ref().map(|s| &s.respondent)
    }

    /// Whether, and until when, it can be answered or amended at an instant.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn answerable(&self, now: Timestamp) -> Result<Timestamp, Refusal> {
        match (self.stage, self.expires_at) {
            (Stage::Sent | Stage::Answered, Some(until)) if now < until => Ok(until),
            (Stage::Sent | Stage::Answered | Stage::Expired, Some(until)) => {
                Err(Refusal::Expired { expired_at: until })
            }
            // A withdrawn invitation answers like one that never was.
            _ => Err(Refusal::Unknown),
        }
    }
}

/// What can be asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Plans an invitation.
    Schedule(Schedule),
    /// Sends it.
    Send(Send),
    /// Takes it back.
    Withdraw(Withdraw),
    /// Records or amends the response.
    Answer(Answer),
    /// Ends it without a response.
    Expire(Expire),
    /// Destroys its comments.
    Erase(Erase),
}

/// What can have happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// It was planned.
    Scheduled(Scheduled),
    /// It went out.
    Sent(Sent),
    /// It was taken back.
    Withdrawn(Withdrawn),
    /// It was answered.
    Answered(Answered),
    /// It ended without a response.
    Expired(Expired),
    /// Its comments were destroyed.
    Erased(Erased),
}

/// Why a command is declined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such invitation, or it was withdrawn.
    #[error("no invitation can be answered with this token; use the link of the latest invitation")]
    Unknown,
    /// It can no longer be answered.
    #[error(
        "the invitation could be answered until {expired_at}; the response can no longer be given or amended"
    )]
    Expired {
        /// Since when.
        expired_at: Timestamp,
    },
    /// The answers are not such as the questionnaire asks for.
    #[error("{field}: {problem}")]
    AnswerMalformed {
        /// The field at fault.
        field: String,
        /// What is wrong, and what is allowed.
        problem: String,
    },
}

impl kernel::Refusal for Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::Unknown => "INVITATION_UNKNOWN",
            Self::Expired { .. } => "INVITATION_EXPIRED",
            Self::AnswerMalformed { .. } => "ANSWER_MALFORMED",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Unknown => RefusalKind::Missing,
            Self::Expired { .. } => RefusalKind::State,
            Self::AnswerMalformed { .. } => RefusalKind::Invalid,
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Unknown | Self::Expired { .. } => None,
            Self::AnswerMalformed { field, .. } => Some(field.clone()),
        }
    }
}

impl Decider for Invitation {
    const KIND: &'static str = "invitation";
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(state: &State, command: Command, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Schedule(command) => Ok(command.decide(state)),
            Command::Send(command) => Ok(command.decide(state, now)),
            Command::Withdraw(command) => Ok(command.decide(state)),
            Command::Answer(command) => command.decide(state, now),
            Command::Expire(command) => Ok(command.decide(state, now)),
            Command::Erase(command) => Ok(command.decide(state)),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        match event {
            Event::Scheduled(event) => event.evolve(state),
            Event::Sent(event) => event.evolve(state),
            Event::Withdrawn(event) => event.evolve(state),
            Event::Answered(event) => event.evolve(state),
            Event::Expired(event) => event.evolve(state),
            Event::Erased(event) => event.evolve(state),
        }
    }
}

impl EventCodec for Event {
    fn name(&self) -> &'static str {
        match self {
            Self::Scheduled(_) => Scheduled::NAME,
            Self::Sent(_) => Sent::NAME,
            Self::Withdrawn(_) => Withdrawn::NAME,
            Self::Answered(_) => Answered::NAME,
            Self::Expired(_) => Expired::NAME,
            Self::Erased(_) => Erased::NAME,
        }
    }

    fn encode(&self) -> Encoded {
        match self {
            Self::Scheduled(event) => event.encode(),
            Self::Sent(event) => event.encode(),
            Self::Withdrawn(event) => event.encode(),
            Self::Answered(event) => event.encode(),
            Self::Expired(event) => event.encode(),
            Self::Erased(event) => event.encode(),
        }
    }

    fn erases_private(&self) -> bool {
        matches!(self, Self::Erased(_))
    }

    fn decode(
        name: &str,
        revision: u16,
        payload: &[u8],
        private: Option<&[u8]>,
    ) -> Result<Self, DecodeError> {
        match (name, revision) {
            (Scheduled::NAME, 1) => Scheduled::decode(payload).map(Self::Scheduled),
            (Sent::NAME, 1) => Sent::decode(payload, private).map(Self::Sent),
            (Withdrawn::NAME, 1) => Withdrawn::decode(payload).map(Self::Withdrawn),
            (Answered::NAME, 1) => Answered::decode(payload, private).map(Self::Answered),
            (Expired::NAME, 1) => Expired::decode(payload).map(Self::Expired),
            (Erased::NAME, 1) => Erased::decode(payload).map(Self::Erased),
            _ => Err(DecodeError::Unknown { name: name.to_owned(), revision }),
        }
    }
}

/// Reads a message of this aggregate's events.
fn message<M: prost::Message + Default>(
    name: &'static str,
    bytes: &[u8],
) -> Result<M, DecodeError> {
    M::decode(bytes).map_err(|error| DecodeError::Malformed {
        name: name.to_owned(),
        detail: error.to_string(),
    })
}

#[cfg(test)]
mod samples;
