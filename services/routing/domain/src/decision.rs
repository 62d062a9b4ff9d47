//! A decision with everything that led to it.

use kernel::{PersonId, Priority, Role, TeamId};

use crate::directory::Exclusion;

/// What one rule said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The rule's name.
    pub rule: String,
    /// Why the rule did not apply, in words; `None` if it did.
    pub failed: Option<String>,
}

/// One member looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The person.
    pub member: PersonId,
    /// Spare capacity in hundredths of an open request per full share: lower is busier.
    pub score: i64,
    /// Open requests the member held at that moment.
    pub open_requests: i32,
    /// Why the member was not eligible; `None` if eligible.
    pub excluded: Option<Exclusion>,
    /// Whether the member was chosen.
    pub chosen: bool,
}

/// Why the team holds a request without a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unassigned {
    /// Nobody in the role takes work.
    NoCandidate,
    /// Nobody is in the role.
    NoMemberInRole,
}

impl Unassigned {
    /// The reason as it stands in events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoCandidate => "no_candidate",
            Self::NoMemberInRole => "team_has_no_member_in_role",
        }
    }
}

/// Who holds a request within a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A member.
    Member(PersonId),
    /// The team as a whole, for a reason.
    Team(Unassigned),
}

/// Who answers for a request, and why. There is always exactly one team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The version of the rule set; 0 is the built-in one, in force before the first is published.
    pub rule_set_version: i32,
    /// Every rule in order until the decision was made.
    pub rules: Vec<Verdict>,
    /// The team that answers.
    pub team: TeamId,
    /// The role within the team.
    pub role: Role,
    /// The member, or why there is none.
    pub holder: Holder,
    /// The priority after the rules, if one is known.
    pub priority: Option<Priority>,
    /// Every member looked at, by id.
    pub candidates: Vec<Candidate>,
    /// How a tie between equal scores was broken, in words; `None` if there was none.
    pub tie_break: Option<String>,
    /// Who contributes: role words, or `desk:ID`.
    pub contributing: Vec<String>,
    /// Whether a reopened request stays with its holder; then no rule was looked at.
    pub kept: bool,
}

impl Decision {
    /// The member, if one was chosen.
    #[must_use]
    pub fn member(&self) -> Option<&PersonId> {
        match &self.holder {
            Holder::Member(person) => Some(person),
            Holder::Team(_) => None,
        }
    }
}
