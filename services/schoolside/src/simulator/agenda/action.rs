//! What stands on an agenda: who does what to which request, and when.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use kernel::{CommandId, PersonId, RequestTypeId, Role, SchoolId, StreamId, TeamId};

/// Which request of the simulator's: the how-manieth of which day, under which seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Case {
    /// The seed of the whole agenda.
    pub seed: u64,
    /// The day on which it is opened.
    pub day: Date,
    /// The number among that day's, from 0.
    pub number: u32,
}

impl Case {
    /// The command of its `step`th action: the same on every run, so that a repetition is a duplicate.
    #[must_use]
    pub fn command(&self, step: u16) -> CommandId {
        CommandId::of(&format!("{self}/{step}"))
    }

    /// The request, which the first command makes.
    #[must_use]
    pub fn request(&self) -> StreamId {
        StreamId::created_by("request", self.command(0))
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "simulator/{}/{}/{}", self.seed, self.day, self.number)
    }
}

/// Who does it: a person, and in which capacity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// The principal of a school, or someone of its office.
    School {
        /// Who.
        person: PersonId,
        /// The school.
        school: SchoolId,
    },
    /// A member of a team.
    Member {
        /// Who.
        person: PersonId,
        /// The team.
        team: TeamId,
    },
    /// The lead of a team or desk.
    Lead {
        /// Who.
        person: PersonId,
        /// The team.
        team: TeamId,
    },
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Asks for something.
    Open(Box<Opening>),
    /// Writes, so that both sides can read it.
    Reply(String),
    /// The team waits for the requester.
    PauseForRequester,
    /// The team waits for a vendor.
    PauseForVendor,
    /// The team goes on.
    Resume,
    /// Hands it over.
    Reassign {
        /// To which team.
        team: TeamId,
        /// To which role of it.
        role: Option<Role>,
        /// The reason's word.
        reason: &'static str,
    },
    /// It is done.
    Resolve(String),
    /// It waits for a budget.
    Defer,
    /// Another request asks for the same.
    LinkTo(StreamId),
    /// Takes it back.
    Reopen(String),
    /// Withdraws it.
    Cancel,
    /// Answers the survey about the last resolution.
    Answer(Answers),
}

/// What a requester asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// What is asked for.
    pub request_type: RequestTypeId,
    /// For which school.
    pub school: SchoolId,
    /// For whom.
    pub requester: PersonId,
    /// In one line.
    pub summary: String,
    /// What the type asks.
    pub attributes: BTreeMap<String, String>,
    /// How it comes in.
    pub channel: &'static str,
}

/// What is answered in a survey: agreement from 1 to 5 by item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// By item key.
    pub scores: Vec<(String, u8)>,
    /// Whether the item of satisfaction is among the 4s and 5s.
    pub satisfied: bool,
}

/// One line of an agenda.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// When, by the demo's clock.
    pub at: Timestamp,
    /// On which request.
    pub case: Case,
    /// The how-manieth of that request's, from 0.
    pub step: u16,
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: Action,
}

impl Act {
    /// The command that does it.
    #[must_use]
    pub fn command(&self) -> CommandId {
        self.case.command(self.step)
    }
}
