//! What is known of a request after its events so far; also what its read model keeps.

use std::collections::BTreeMap;

use kernel::{
    Confidentiality, EventId, NetworkId, PersonId, Priority, RequestTypeId, Role, SchoolId,
    SchoolLevel, TeamId, Tier, Timestamp,
};
use serde::{Deserialize, Serialize};

use super::{OpenedText, Refusal, Resolution, Source, Verb};
use crate::{Reference, words::PauseReason};

/// Where in its life a request is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Not opened yet.
    #[default]
    New,
    /// Somebody works on it, or will; it may be paused.
    Open,
    /// The team says it is finished.
    Resolved,
    /// The resolution stands.
    Closed,
    /// It was withdrawn.
    Cancelled,
}

/// What was said when it was opened; type and school may since have been corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// What is asked for, with all that its type says.
    pub request_type: RequestTypeId,
    /// The category path when the type was chosen, widest first.
    pub category: Vec<String>,
    /// The priority at the opening; `None` if unknown.
    pub priority: Option<Priority>,
    /// How it came in; empty if unknown.
    pub channel: String,
    /// For whom.
    pub requester: Option<PersonId>,
    /// Who typed it: the subject of the caller.
    pub submitter: String,
    /// The school it is for.
    pub school: Option<SchoolId>,
    /// The school's network when the school was chosen.
    pub network: Option<NetworkId>,
    /// The school's tier then.
    pub tier: Option<Tier>,
    /// The school's level then.
    pub level: Option<SchoolLevel>,
    /// The values of published attributes.
    pub attributes: BTreeMap<String, String>,
    /// The short reference.
    pub reference: Reference,
    /// Who may read it.
    pub confidentiality: Confidentiality,
    /// Who answers for the type.
    pub accountable_role: Option<Role>,
    /// Who contributes by the type's definition: role words, or `desk:ID`.
    pub contributing: Vec<String>,
    /// Whether it was imported.
    pub imported: bool,
    /// When it was opened.
    pub opened_at: Timestamp,
}

/// Who holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The team that answers.
    pub team: TeamId,
    /// The role within the team; `None` if unknown (imports).
    pub role: Option<Role>,
    /// The member; `None` if the team holds it.
    pub member: Option<PersonId>,
}

/// What is known of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// How many events it has.
    pub version: i32,
    /// Where in its life it is.
    pub phase: Phase,
    /// What was said when it was opened, as corrected since; `None` before.
    pub facts: Option<Facts>,
    /// What was said when it was opened, if it has been corrected since: what an import's later rows must agree with.
    pub first_facts: Option<Box<Facts>>,
    /// The free text of its opening, unless destroyed or out of reach.
    pub text: Option<OpenedText>,
    /// The priority now.
    pub priority: Option<Priority>,
    /// Who contributes now.
    pub contributing: Vec<String>,
    /// Who holds it; `None` before routing.
    pub holder: Option<Holder>,
    /// The version at which a person last handed it over; 0 if nobody did.
    pub handed_over_at: i32,
    /// The version at which a person last reclassified it; 0 if nobody did.
    #[serde(default)]
    pub reclassified_at: i32,
    /// Whether it was of a special education type before a reclassification: its text still says what was said then.
    #[serde(default)]
    pub was_idea: bool,
    /// Whether a person gave it its priority since it was opened: then no rule changes it.
    #[serde(default)]
    pub prioritized: bool,
    /// The routing decision that took effect last.
    pub decision: Option<EventId>,
    /// What it waits for, while paused.
    pub paused: Option<PauseReason>,
    /// The resolution that stands.
    pub resolution: Option<Resolution>,
    /// When its source says it was due.
    pub due: Option<Timestamp>,
    /// What its source stated, if it was imported.
    pub source: Option<Source>,
    /// Whether free text was destroyed.
    pub erased: bool,
}

impl State {
    /// Declines a verb that needs an open request.
    pub(super) fn must_be_open(&self, verb: Verb) -> Result<(), Refusal> {
        self.must_be(self.phase == Phase::Open, verb)
    }

    /// Declines a verb unless `fits`.
    pub(super) fn must_be(&self, fits: bool, verb: Verb) -> Result<(), Refusal> {
        match self.phase {
            Phase::New => Err(Refusal::NotOpened),
            Phase::Open | Phase::Resolved | Phase::Closed | Phase::Cancelled if fits => Ok(()),
            phase @ (Phase::Open | Phase::Resolved | Phase::Closed | Phase::Cancelled) => {
                Err(Refusal::WrongState { verb, phase })
            }
        }
    }

    /// Corrects what was said when it was opened, and keeps how it was said first.
    pub(super) fn corrected(self, correct: impl FnOnce(Facts) -> Facts) -> Self {
        let first_facts = self.first_facts.or_else(|| self.facts.clone().map(Box::new));
        Self { facts: self.facts.map(correct), first_facts, ..self }
    }

    /// Whether looks at it are kept: it is, or once was, of a special education type.
    #[must_use]
    pub fn looks_are_kept(&self) -> bool {
        let idea = |facts: &Facts| facts.confidentiality == Confidentiality::Idea;
        self.was_idea || self.facts.as_ref().is_some_and(idea)
    }

    /// What was said when it was opened, as it was said then.
    pub(super) fn facts_at_opening(&self) -> Option<&Facts> {
        self.first_facts.as_deref().or(self.facts.as_ref())
    }

    /// The word for the state shown to people: the phase, or `paused`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match (self.phase, self.paused) {
            (Phase::New, _) => "new",
            (Phase::Open, None) => "open",
            (Phase::Open, Some(_)) => "paused",
            (Phase::Resolved, _) => "resolved",
            (Phase::Closed, _) => "closed",
            (Phase::Cancelled, _) => "cancelled",
        }
    }

    /// When it closes by itself; `None` if it does not.
    #[must_use]
    pub fn closes_at(&self) -> Option<Timestamp> {
        let imported = self.facts.as_ref().is_none_or(|facts| facts.imported);
        let resolution = self.resolution.as_ref().filter(|_| self.phase == Phase::Resolved);
        resolution.filter(|_| !imported).map(|resolution| resolution.at + super::AUTO_CLOSE_AFTER)
    }
}
