//! People and their memberships in teams. Names and addresses are private parts and can be destroyed.
//!
//! ```text
//! (nothing) ─register▶ registered ─register▶ registered (described anew)
//!                          ├─start membership, end membership▶ dated facts by team and role
//!                          └─erase▶ erased: no name, no new memberships
//! ```

mod end_membership;
mod erase;
mod register;
mod start_membership;

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::{
    Decider, DecodeError, Encoded, EventCodec, PersonId, RefusalKind, Role, StreamId, TeamId,
    Timestamp,
};

pub use end_membership::{EndMembership, MembershipEnded};
pub use erase::{Erase, Erased};
pub use register::{Register, Registered};
pub use start_membership::{MembershipStarted, StartMembership};

use crate::{Timeline, codec, text::InvalidName};

/// The rules of a person.
pub struct Person;

impl Person {
    /// The stream of the person with this id.
    #[must_use]
    pub fn stream(id: &PersonId) -> StreamId {
        StreamId::of(Self::KIND, id.as_str())
    }
}

/// What is known of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// The last description; absent before the first.
    pub registered: Option<Registered>,
    /// The capacity in each team and role, in hundredths of a full share; `None` where the role has ended.
    pub memberships: BTreeMap<(TeamId, Role), Timeline<Option<u16>>>,
    /// Whether the name and address were destroyed.
    pub erased: bool,
}

impl State {
    /// Whether the person is known, erased or not.
    fn known(&self, person: &PersonId) -> Result<(), Refusal> {
        if self.registered.is_none() { Err(Refusal::UnknownPerson(person.clone())) } else { Ok(()) }
    }
}

/// What can be asked for.
#[derive(Debug, Clone)]
pub enum Command {
    /// Enter a person, or describe the person anew.
    Register(Register),
    /// Give the person a role in a team from a day on.
    StartMembership(StartMembership),
    /// End a role in a team with a day.
    EndMembership(EndMembership),
    /// Destroy the name and address.
    Erase(Erase),
}

/// What can have happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A person was entered, or described anew.
    Registered(Registered),
    /// From a day on the person has a role in a team.
    MembershipStarted(MembershipStarted),
    /// The person leaves a role in a team.
    MembershipEnded(MembershipEnded),
    /// The private part of the person's history was destroyed.
    Erased(Erased),
}

/// Why a command is declined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The name cannot be shown.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// The person was never registered.
    #[error("there is no person {0}: register them first")]
    UnknownPerson(PersonId),
    /// The team was never defined.
    #[error("there is no team {0}: define it first")]
    UnknownTeam(TeamId),
    /// The person's data were destroyed on request.
    #[error("the person was erased: what was destroyed is not entered again under the same id")]
    Erased,
    /// The capacity is out of range.
    #[error("capacity_percent is {0}: give 1 to 200 hundredths of a full share")]
    InvalidCapacity(i32),
    /// The person has no such role on that day.
    #[error("the person is not {role} in team {team} on {on}: there is nothing to end")]
    NotAMember {
        /// The team.
        team: TeamId,
        /// The role.
        role: Role,
        /// The day.
        on: Date,
    },
}

impl kernel::Refusal for Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::Name(name) => name.reason(),
            Self::UnknownPerson(_) => "UNKNOWN_PERSON",
            Self::UnknownTeam(_) => "UNKNOWN_TEAM",
            Self::Erased => "PERSON_ERASED",
            Self::InvalidCapacity(_) => "INVALID_CAPACITY",
            Self::NotAMember { .. } => "NOT_A_MEMBER",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Name(name) => name.kind(),
            Self::UnknownPerson(_) => RefusalKind::Missing,
            Self::UnknownTeam(_) => RefusalKind::Missing,
            Self::Erased => RefusalKind::State,
            Self::InvalidCapacity(_) => RefusalKind::Invalid,
            Self::NotAMember { .. } => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Name(name) => name.field(),
            Self::UnknownPerson(_) => Some("name".into()),
            Self::UnknownTeam(_) => Some("team".into()),
            Self::Erased => None,
            Self::InvalidCapacity(_) => Some("capacity_percent".into()),
            Self::NotAMember { .. } => Some("effective_until".into()),
        }
    }
}

impl Decider for Person {
    const KIND: &'static str = "person";
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(state: &State, command: Command, _now: Timestamp) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Register(command) => command.decide(state),
            Command::StartMembership(command) => command.decide(state),
            Command::EndMembership(command) => command.decide(state),
            Command::Erase(command) => command.decide(state),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        match event {
            Event::Registered(event) => event.evolve(state),
            Event::MembershipStarted(event) => event.evolve(state),
            Event::MembershipEnded(event) => event.evolve(state),
            Event::Erased(event) => event.evolve(state),
        }
    }
}

impl EventCodec for Event {
    fn name(&self) -> &'static str {
        match self {
            Self::Registered(_) => Registered::NAME,
            Self::MembershipStarted(_) => MembershipStarted::NAME,
            Self::MembershipEnded(_) => MembershipEnded::NAME,
            Self::Erased(_) => Erased::NAME,
        }
    }

    fn erases_private(&self) -> bool {
        matches!(self, Self::Erased(_))
    }

    fn encode(&self) -> Encoded {
        match self {
            Self::Registered(event) => event.encode(),
            Self::MembershipStarted(event) => event.encode(),
            Self::MembershipEnded(event) => event.encode(),
            Self::Erased(event) => event.encode(),
        }
    }

    fn decode(
        name: &str,
        revision: u16,
        payload: &[u8],
        private: Option<&[u8]>,
    ) -> Result<Self, DecodeError> {
        match (name, revision) {
            (Registered::NAME, 1) => Registered::decode(payload, private).map(Self::Registered),
            (MembershipStarted::NAME, 1) => {
                MembershipStarted::decode(payload).map(Self::MembershipStarted)
            }
            (MembershipEnded::NAME, 1) => {
                MembershipEnded::decode(payload).map(Self::MembershipEnded)
            }
            (Erased::NAME, 1) => Erased::decode(payload).map(Self::Erased),
            (name, revision) => codec::unknown(name, revision),
        }
    }
}
