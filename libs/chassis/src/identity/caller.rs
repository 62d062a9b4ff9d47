//! A caller: subject, roles, and the rows in scope.

use std::{collections::BTreeSet, fmt, str::FromStr};

use kernel::{PersonId, SchoolId, TeamId};

/// In which capacity someone calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallerRole {
    /// A school's principal, or school staff acting for the school.
    Principal,
    /// A member of a team.
    TeamMember,
    /// A team's lead.
    Lead,
    /// Directs the networks; central-office leadership.
    Director,
    /// Runs the platform.
    Operator,
    /// Another district system, or an integration team.
    Integrator,
    /// Takes over another system's history.
    Importer,
}

impl CallerRole {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::Principal,
        Self::TeamMember,
        Self::Lead,
        Self::Director,
        Self::Operator,
        Self::Integrator,
        Self::Importer,
    ];

    /// The role's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Principal => "principal",
            Self::TeamMember => "team_member",
            Self::Lead => "lead",
            Self::Director => "director",
            Self::Operator => "operator",
            Self::Integrator => "integrator",
            Self::Importer => "importer",
        }
    }
}

impl fmt::Display for CallerRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no caller's role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a role: one of principal, team_member, lead, director, operator, integrator, importer"
)]
pub struct UnknownRole(String);

impl FromStr for CallerRole {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

/// Who calls. Put into a request by the authentication layer only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The subject, e.g. `people/P-0101`: an opaque id, never a name.
    pub subject: String,
    /// In which capacities.
    pub roles: BTreeSet<CallerRole>,
    /// The teams whose work is in scope.
    pub teams: BTreeSet<TeamId>,
    /// The schools in scope.
    pub schools: BTreeSet<SchoolId>,
}

impl Caller {
    /// Whether the caller has a role.
    #[must_use]
    pub fn is(&self, role: CallerRole) -> bool {
        self.roles.contains(&role)
    }

    /// The person, when the subject is one.
    #[must_use]
    pub fn person(&self) -> Option<PersonId> {
        self.subject.strip_prefix("people/")?.parse().ok()
    }
}
