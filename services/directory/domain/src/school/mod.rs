//! Schools with their networks, tiers and principals of record, all effective-dated.
//!
//! ```text
//! (nothing) ─register▶ registered ─register▶ registered (described anew)
//!                          ├─assign network, assign tier, appoint principal▶ dated facts
//!                          └─close▶ closed with a day: no fact begins after it
//! ```

mod appoint_principal;
mod assign_network;
mod assign_tier;
mod close;
mod register;

use jiff::civil::Date;
use kernel::{
    Decider, DecodeError, Encoded, EventCodec, NetworkId, PersonId, RefusalKind, SchoolId,
    StreamId, Tier, Timestamp,
};

pub use appoint_principal::{AppointPrincipal, PrincipalAppointed};
pub use assign_network::{AssignNetwork, NetworkAssigned};
pub use assign_tier::{AssignTier, TierAssigned};
pub use close::{Close, Closed};
pub use register::{Register, Registered};

use crate::{Timeline, codec, text::InvalidName};

/// The rules of a school.
pub struct School;

impl School {
    /// The stream of the school with this id.
    #[must_use]
    pub fn stream(id: &SchoolId) -> StreamId {
        StreamId::of(Self::KIND, id.as_str())
    }
}

/// What is known of a school.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// The last description; absent before the first.
    pub registered: Option<Registered>,
    /// The networks it belongs to.
    pub network: Timeline<NetworkId>,
    /// Its levels of need.
    pub tier: Timeline<Tier>,
    /// Its principals of record.
    pub principal: Timeline<PersonId>,
    /// Its end as last stated.
    pub closed: Option<Closed>,
}

impl State {
    /// Whether a fact about the school may begin on a day: it is known, and not closed by then.
    fn takes_facts_from(&self, school: &SchoolId, day: Date) -> Result<(), Refusal> {
        if self.registered.is_none() {
            return Err(Refusal::UnknownSchool(school.clone()));
        }
        match &self.closed {
            Some(closed) if day > closed.effective_on => {
                Err(Refusal::Closed { on: closed.effective_on })
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// What can be asked for.
#[derive(Debug, Clone)]
pub enum Command {
    /// Enter a school, or describe it anew.
    Register(Register),
    /// Place it in a network from a day on.
    AssignNetwork(AssignNetwork),
    /// Give it a level of need from a day on.
    AssignTier(AssignTier),
    /// Appoint its principal of record from a day on.
    AppointPrincipal(AppointPrincipal),
    /// Close it with a day.
    Close(Close),
}

/// What can have happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A school was entered, or its description changed.
    Registered(Registered),
    /// From a day on it belongs to a network.
    NetworkAssigned(NetworkAssigned),
    /// From a day on it has a level of need.
    TierAssigned(TierAssigned),
    /// From a day on a person is its principal of record.
    PrincipalAppointed(PrincipalAppointed),
    /// It ends with a day.
    Closed(Closed),
}

/// Why a command is declined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The name cannot be shown.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// The number of pupils is negative.
    #[error("enrolment is {0}: give the number of pupils, 0 if unknown")]
    InvalidEnrolment(i32),
    /// The school was never registered.
    #[error("there is no school {0}: register it first")]
    UnknownSchool(SchoolId),
    /// The school it is merged into was never registered.
    #[error("merged_into: there is no school {0}: register it first")]
    UnknownMerger(SchoolId),
    /// The network was never defined.
    #[error("there is no network {0}: define it first")]
    UnknownNetwork(NetworkId),
    /// The person was never registered.
    #[error("there is no person {0}: register them first")]
    UnknownPerson(PersonId),
    /// The school is closed by then.
    #[error("the school closes on {on}: no fact about it can begin after that day")]
    Closed {
        /// Its last day.
        on: Date,
    },
    /// A school cannot be merged into itself.
    #[error("merged_into names the school itself: name another, or leave it empty")]
    MergedIntoItself,
}

impl kernel::Refusal for Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::Name(name) => name.reason(),
            Self::InvalidEnrolment(_) => "INVALID_ENROLMENT",
            Self::UnknownSchool(_) => "UNKNOWN_SCHOOL",
            Self::UnknownMerger(_) => "UNKNOWN_SCHOOL",
            Self::UnknownNetwork(_) => "UNKNOWN_NETWORK",
            Self::UnknownPerson(_) => "UNKNOWN_PERSON",
            Self::Closed { .. } => "SCHOOL_CLOSED",
            Self::MergedIntoItself => "MERGED_INTO_ITSELF",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Name(name) => name.kind(),
            Self::InvalidEnrolment(_) => RefusalKind::Invalid,
            Self::UnknownSchool(_) => RefusalKind::Missing,
            Self::UnknownMerger(_) => RefusalKind::Missing,
            Self::UnknownNetwork(_) => RefusalKind::Missing,
            Self::UnknownPerson(_) => RefusalKind::Missing,
            Self::Closed { .. } => RefusalKind::State,
            Self::MergedIntoItself => RefusalKind::Invalid,
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Name(name) => name.field(),
            Self::InvalidEnrolment(_) => Some("enrolment".into()),
            Self::UnknownSchool(_) => Some("name".into()),
            Self::UnknownMerger(_) => Some("merged_into".into()),
            Self::UnknownNetwork(_) => Some("network".into()),
            Self::UnknownPerson(_) => Some("person".into()),
            Self::Closed { .. } => Some("effective_from".into()),
            Self::MergedIntoItself => Some("merged_into".into()),
        }
    }
}

impl Decider for School {
    const KIND: &'static str = "school";
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(state: &State, command: Command, _now: Timestamp) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Register(command) => command.decide(state),
            Command::AssignNetwork(command) => command.decide(state),
            Command::AssignTier(command) => command.decide(state),
            Command::AppointPrincipal(command) => command.decide(state),
            Command::Close(command) => command.decide(state),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        match event {
            Event::Registered(event) => event.evolve(state),
            Event::NetworkAssigned(event) => event.evolve(state),
            Event::TierAssigned(event) => event.evolve(state),
            Event::PrincipalAppointed(event) => event.evolve(state),
            Event::Closed(event) => event.evolve(state),
        }
    }
}

impl EventCodec for Event {
    fn name(&self) -> &'static str {
        match self {
            Self::Registered(_) => Registered::NAME,
            Self::NetworkAssigned(_) => NetworkAssigned::NAME,
            Self::TierAssigned(_) => TierAssigned::NAME,
            Self::PrincipalAppointed(_) => PrincipalAppointed::NAME,
            Self::Closed(_) => Closed::NAME,
        }
    }

    fn encode(&self) -> Encoded {
        match self {
            Self::Registered(event) => event.encode(),
            Self::NetworkAssigned(event) => event.encode(),
            Self::TierAssigned(event) => event.encode(),
            Self::PrincipalAppointed(event) => event.encode(),
            Self::Closed(event) => event.encode(),
        }
    }

    fn decode(
        name: &str,
        revision: u16,
        payload: &[u8],
        _: Option<&[u8]>,
    ) -> Result<Self, DecodeError> {
        match (name, revision) {
            (Registered::NAME, 1) => Registered::decode(payload).map(Self::Registered),
            (NetworkAssigned::NAME, 1) => {
                NetworkAssigned::decode(payload).map(Self::NetworkAssigned)
            }
            (TierAssigned::NAME, 1) => TierAssigned::decode(payload).map(Self::TierAssigned),
            (PrincipalAppointed::NAME, 1) => {
                PrincipalAppointed::decode(payload).map(Self::PrincipalAppointed)
            }
            (Closed::NAME, 1) => Closed::decode(payload).map(Self::Closed),
            (name, revision) => codec::unknown(name, revision),
        }
    }
}
