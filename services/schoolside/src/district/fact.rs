//! What a district's files say, as facts that can be entered one by one.

use jiff::{Timestamp, civil::Date};
use kernel::{
    CalendarId, CommandId, NetworkId, PersonId, PolicyId, Role, SchoolId, SchoolLevel, TeamId, Tier,
};
use serde::Serialize;

use super::{catalogue::RequestType, error::Place, instruments::Instrument, rules::RuleSet};

/// A fact with where it stands and when it was recorded.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Where it stands.
    pub place: Place,
    /// When it was recorded; `None` is from the start.
    pub recorded: Option<Timestamp>,
    /// What it says.
    pub fact: Fact,
}

/// What kind of team a file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TeamKind {
    /// Serves networks.
    NetworkTeam,
    /// A central desk.
    Desk,
    /// Takes what no rule placed.
    Intake,
}

/// One thing that a district's files say.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// The district has a name and a zone.
    District {
        /// Its name.
        name: String,
        /// Its IANA zone.
        zone: String,
        /// Its id in the national register.
        lea_id: String,
    },
    /// There is a network.
    Network {
        /// Its id.
        network: NetworkId,
        /// Its name.
        name: String,
    },
    /// There is a team.
    Team {
        /// Its id.
        team: TeamId,
        /// Its name.
        name: String,
        /// What kind of team it is.
        kind: TeamKind,
    },
    /// A team serves a network.
    TeamNetwork {
        /// The team.
        team: TeamId,
        /// The network.
        network: NetworkId,
        /// The first day.
        from: Date,
    },
    /// There is a person.
    Person {
        /// The opaque id.
        person: PersonId,
        /// The name to show; may be empty.
        name: String,
        /// The address for mail; may be empty.
        email: String,
    },
    /// There is a school.
    School {
        /// Its number.
        school: SchoolId,
        /// Its name.
        name: String,
        /// Its id in the national register.
        nces_id: String,
        /// Which pupils it teaches.
        level: Option<SchoolLevel>,
        /// The number of pupils; 0 if unknown.
        enrolment: u32,
        /// The first day.
        from: Option<Date>,
    },
    /// A school belongs to a network.
    SchoolNetwork {
        /// The school.
        school: SchoolId,
        /// The network.
        network: NetworkId,
        /// The first day.
        from: Date,
    },
    /// A school has a level of need.
    SchoolTier {
        /// The school.
        school: SchoolId,
        /// The level.
        tier: Tier,
        /// The first day.
        from: Date,
    },
    /// A school has a principal of record.
    Principal {
        /// The school.
        school: SchoolId,
        /// The person.
        person: PersonId,
        /// The first day.
        from: Date,
    },
    /// A school closes.
    SchoolClosed {
        /// The school.
        school: SchoolId,
        /// The last day.
        on: Date,
        /// The school it is merged into.
        merged_into: Option<SchoolId>,
    },
    /// A person begins a role in a team.
    MembershipStarted {
        /// The person.
        person: PersonId,
        /// The team.
        team: TeamId,
        /// The role.
        role: Role,
        /// The first day.
        from: Date,
        /// How much work the person takes, in hundredths of a full share.
        capacity_percent: u16,
    },
    /// A person ends a role in a team.
    MembershipEnded {
        /// The person.
        person: PersonId,
        /// The team.
        team: TeamId,
        /// The role.
        role: Role,
        /// The last day.
        until: Date,
    },
    /// Something can be asked for.
    RequestType(RequestType),
    /// A calendar of open hours, as a document in the calendar format.
    Calendar {
        /// Its id.
        calendar: CalendarId,
        /// What it says.
        document: String,
    },
    /// A policy, as a document in the policy format.
    Policy {
        /// Its id.
        policy: PolicyId,
        /// What it says.
        document: String,
    },
    /// The table that decides who answers.
    RuleSet(RuleSet),
    /// A questionnaire.
    Instrument(Instrument),
}

/// What a fact brings into being, or refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    District,
    Network,
    Team,
    Person,
    School,
    RequestType,
    Category,
    Attribute,
    Calendar,
    Policy,
    RuleSet,
    Instrument,
}

impl Thing {
    /// The word for it, and the file in which one is defined.
    pub(super) const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::District => ("district", "district.toml"),
            Self::Network => ("network", "networks.csv"),
            Self::Team => ("team", "teams.csv or desks.csv"),
            Self::Person => ("person", "people.csv"),
            Self::School => ("school", "schools.csv"),
            Self::RequestType => ("request type", "catalogue.csv"),
            Self::Category => ("category", "catalogue.csv"),
            Self::Attribute => ("published attribute", "attributes.csv"),
            Self::Calendar => ("calendar", "the folder calendars"),
            Self::Policy => ("policy", "the folder policies"),
            Self::RuleSet => ("rule set", "rules.toml"),
            Self::Instrument => ("instrument", "instruments.toml"),
        }
    }
}

/// A reference from one fact to something else.
pub(super) struct Refers {
    pub thing: Thing,
    pub id: String,
    pub field: String,
}

impl Fact {
    /// The order among facts recorded at one instant: what others refer to comes first.
    pub(super) const fn rank(&self) -> u8 {
        match self {
            Self::District { .. } => 0,
            Self::Network { .. } => 1,
            Self::Team { .. } => 2,
            Self::Person { .. } => 3,
            Self::School { .. } => 4,
            Self::TeamNetwork { .. } => 5,
            Self::SchoolNetwork { .. } => 6,
            Self::SchoolTier { .. } => 7,
            Self::Principal { .. } => 8,
            Self::MembershipStarted { .. } => 9,
            Self::MembershipEnded { .. } => 10,
            Self::SchoolClosed { .. } => 11,
            Self::Calendar { .. } => 12,
            Self::RequestType(_) => 13,
            Self::Policy { .. } => 14,
            Self::RuleSet(_) => 15,
            Self::Instrument(_) => 16,
        }
    }

    /// What it brings into being; `None` for a statement about something that is there.
    pub(super) fn defines(&self) -> Option<(Thing, &str)> {
        Some(match self {
            Self::District { .. } => (Thing::District, ""),
            Self::Network { network, .. } => (Thing::Network, network.as_str()),
            Self::Team { team, .. } => (Thing::Team, team.as_str()),
            Self::Person { person, .. } => (Thing::Person, person.as_str()),
            Self::School { school, .. } => (Thing::School, school.as_str()),
            Self::RequestType(request_type) => (Thing::RequestType, request_type.id.as_str()),
            Self::Calendar { calendar, .. } => (Thing::Calendar, calendar.as_str()),
            Self::Policy { policy, .. } => (Thing::Policy, policy.as_str()),
            Self::RuleSet(_) => (Thing::RuleSet, ""),
            Self::Instrument(instrument) => (Thing::Instrument, instrument.id.as_str()),
            Self::TeamNetwork { .. }
            | Self::SchoolNetwork { .. }
            | Self::SchoolTier { .. }
            | Self::Principal { .. }
            | Self::SchoolClosed { .. }
            | Self::MembershipStarted { .. }
            | Self::MembershipEnded { .. } => return None,
        })
    }

    /// What it refers to, by the field that names it.
    pub(super) fn refers(&self) -> Vec<Refers> {
        let to = |thing, id: &str, field: &str| Refers {
            thing,
            id: id.to_owned(),
            field: field.to_owned(),
        };
        match self {
            Self::TeamNetwork { network, .. } => {
                vec![to(Thing::Network, network.as_str(), "network")]
            }
            Self::SchoolNetwork { school, network, .. } => {
                vec![
                    to(Thing::School, school.as_str(), "school"),
                    to(Thing::Network, network.as_str(), "network"),
                ]
            }
            Self::SchoolTier { school, .. } => vec![to(Thing::School, school.as_str(), "school")],
            Self::Principal { school, .. } => vec![to(Thing::School, school.as_str(), "school")],
            Self::SchoolClosed { school, merged_into, .. } => {
                let into =
                    merged_into.iter().map(|into| to(Thing::School, into.as_str(), "merged_into"));
                [to(Thing::School, school.as_str(), "school")].into_iter().chain(into).collect()
            }
            Self::MembershipStarted { team, .. } | Self::MembershipEnded { team, .. } => {
                vec![to(Thing::Team, team.as_str(), "team")]
            }
            Self::RequestType(request_type) => {
                request_type.desks().map(|desk| to(Thing::Team, desk, "contributing")).collect()
            }
            Self::Policy { document, .. } => super::policies::refers(document),
            Self::RuleSet(rules) => rules.refers(),
            Self::District { .. }
            | Self::Network { .. }
            | Self::Team { .. }
            | Self::Person { .. }
            | Self::School { .. }
            | Self::Calendar { .. }
            | Self::Instrument(_) => Vec::new(),
        }
    }

    /// What it is about: facts about one thing keep their order.
    pub(super) fn subject(&self) -> String {
        let (kind, id) = match self {
            Self::District { .. } => ("district", ""),
            Self::Network { network, .. } => ("network", network.as_str()),
            Self::TeamNetwork { network, .. } => ("served network", network.as_str()),
            Self::Team { team, .. } => ("team", team.as_str()),
            Self::Person { person, .. }
            | Self::MembershipStarted { person, .. }
            | Self::MembershipEnded { person, .. } => ("person", person.as_str()),
            Self::School { school, .. }
            | Self::SchoolNetwork { school, .. }
            | Self::SchoolTier { school, .. }
            | Self::Principal { school, .. }
            | Self::SchoolClosed { school, .. } => ("school", school.as_str()),
            Self::RequestType(request_type) => ("request type", request_type.id.as_str()),
            Self::Calendar { calendar, .. } => ("calendar", calendar.as_str()),
            Self::Policy { policy, .. } => ("policy", policy.as_str()),
            Self::RuleSet(_) => ("rule set", ""),
            Self::Instrument(instrument) => ("instrument", instrument.id.as_str()),
        };
        format!("{kind} {id}")
    }

    /// The command that enters it, recorded then: the same whoever enters it and however often.
    #[must_use]
    pub fn command_id(&self, recorded: Option<Timestamp>) -> CommandId {
        let when = recorded.map(|at| at.to_string()).unwrap_or_default();
        CommandId::of(&format!("district file {when} {}", self.content()))
    }

    /// What it says, in one canonical text.
    pub(super) fn content(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| format!("{self:?}"))
    }

    /// The fact in a few words, for a plan.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::District { name, .. } => format!("district {name}"),
            Self::Network { network, name } => format!("network {network} {name}"),
            Self::Team { team, name, .. } => format!("team {team} {name}"),
            Self::Person { person, .. } => format!("person {person}"),
            Self::School { school, name, .. } => format!("school {school} {name}"),
            Self::TeamNetwork { team, network, from } => {
                format!("team {team} serves {network} from {from}")
            }
            Self::SchoolNetwork { school, network, from } => {
                format!("school {school} belongs to {network} from {from}")
            }
            Self::SchoolTier { school, tier, from } => {
                format!("school {school} has tier {tier} from {from}")
            }
            Self::Principal { school, person, from } => {
                format!("school {school} is led by {person} from {from}")
            }
            Self::SchoolClosed { school, on, .. } => format!("school {school} closes on {on}"),
            Self::MembershipStarted { person, team, role, from, .. } => {
                format!("person {person} is {role} in {team} from {from}")
            }
            Self::MembershipEnded { person, team, role, until } => {
                format!("person {person} is {role} in {team} until {until}")
            }
            Self::RequestType(request_type) => {
                format!("request type {} {}", request_type.id, request_type.name)
            }
            Self::Calendar { calendar, .. } => format!("calendar {calendar}"),
            Self::Policy { policy, .. } => format!("policy {policy}"),
            Self::RuleSet(rules) => format!("rule set with {} rules", rules.rules.len()),
            Self::Instrument(instrument) => format!("instrument {}", instrument.id),
        }
    }
}
