//! Teams: cross-functional teams that serve networks, central desks, and intake.
//!
//! ```text
//! (nothing) ─define▶ defined ─define▶ defined (renamed)
//!                        └─assign network▶ serves a network from a day on (network teams only)
//! ```

mod assign_network;
mod define;

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::{
    Decider, DecodeError, Encoded, EventCodec, NetworkId, RefusalKind, StreamId, TeamId, Timestamp,
};

pub use assign_network::{AssignNetwork, NetworkAssigned};
pub use define::{Define, Defined};

use crate::{codec, text::InvalidName};

/// The rules of a team.
pub struct Team;

impl Team {
    /// The stream of the team with this id.
    #[must_use]
    pub fn stream(id: &TeamId) -> StreamId {
        StreamId::of(Self::KIND, id.as_str())
    }
}

/// What is known of a team.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// The last definition; absent before the first.
    pub defined: Option<Defined>,
    /// From which day on it was given each network, as last stated.
    pub networks: BTreeMap<NetworkId, Date>,
}

/// What kind of team it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A cross-functional team that serves networks and answers for them.
    NetworkTeam,
    /// A central desk that does contributing work under its own target.
    Desk,
    /// Takes what no rule placed.
    Intake,
}

/// What can be asked for.
#[derive(Debug, Clone)]
pub enum Command {
    /// Name a team, or rename it.
    Define(Define),
    /// Let it serve a network from a day on.
    AssignNetwork(AssignNetwork),
}

/// What can have happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A team was named, or renamed.
    Defined(Defined),
    /// From a day on it serves a network, in the place of the team that did.
    NetworkAssigned(NetworkAssigned),
}

/// Why a command is declined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The name cannot be shown.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// The team was never defined.
    #[error("there is no team {0}: define it first")]
    UnknownTeam(TeamId),
    /// The network was never defined.
    #[error("there is no network {0}: define it first")]
    UnknownNetwork(NetworkId),
    /// Desks and intake serve no network.
    #[error(
        "only a network team serves a network: a desk contributes everywhere, intake takes what no rule placed"
    )]
    ServesNoNetwork,
    /// A team that serves networks stays a network team.
    #[error("the team was given networks and so stays a network team")]
    KindFixed,
}

impl kernel::Refusal for Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::Name(name) => name.reason(),
            Self::UnknownTeam(_) => "UNKNOWN_TEAM",
            Self::UnknownNetwork(_) => "UNKNOWN_NETWORK",
            Self::ServesNoNetwork => "TEAM_SERVES_NO_NETWORK",
            Self::KindFixed => "TEAM_KIND_FIXED",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Name(name) => name.kind(),
            Self::UnknownTeam(_) => RefusalKind::Missing,
            Self::UnknownNetwork(_) => RefusalKind::Missing,
            Self::ServesNoNetwork => RefusalKind::State,
            Self::KindFixed => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Name(name) => name.field(),
            Self::UnknownTeam(_) => Some("name".into()),
            Self::UnknownNetwork(_) => Some("network".into()),
            Self::ServesNoNetwork => None,
            Self::KindFixed => Some("kind".into()),
        }
    }
}

impl Decider for Team {
    const KIND: &'static str = "team";
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(state: &State, command: Command, _now: Timestamp) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Define(command) => command.decide(state),
            Command::AssignNetwork(command) => command.decide(state),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        match event {
            Event::Defined(event) => event.evolve(state),
            Event::NetworkAssigned(event) => event.evolve(state),
        }
    }
}

impl EventCodec for Event {
    fn name(&self) -> &'static str {
        match self {
            Self::Defined(_) => Defined::NAME,
            Self::NetworkAssigned(_) => NetworkAssigned::NAME,
        }
    }

    fn encode(&self) -> Encoded {
        match self {
            Self::Defined(event) => event.encode(),
            Self::NetworkAssigned(event) => event.encode(),
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
            (NetworkAssigned::NAME, 1) => {
                NetworkAssigned::decode(payload).map(Self::NetworkAssigned)
            }
            (name, revision) => codec::unknown(name, revision),
        }
    }
}
