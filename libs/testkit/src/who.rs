//! Who calls in a test.

use chassis::identity::CallerRole;

/// A caller to be: what its token will say.
#[derive(Debug, Clone)]
pub struct Who {
    /// The subject, e.g. `people/P-0101`.
    pub subject: String,
    /// In which capacities.
    pub roles: Vec<CallerRole>,
    /// Teams in scope.
    pub teams: Vec<String>,
    /// Schools in scope.
    pub schools: Vec<String>,
}

impl Who {
    /// Someone in one role, without any team or school.
    #[must_use]
    pub fn new(role: CallerRole, subject: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            roles: vec![role],
            teams: Vec::new(),
            schools: Vec::new(),
        }
    }

    /// The principal of a school.
    #[must_use]
    pub fn principal(subject: &str, school: &str) -> Self {
        Self { schools: vec![school.to_owned()], ..Self::new(CallerRole::Principal, subject) }
    }

    /// A member of a team.
    #[must_use]
    pub fn team_member(subject: &str, team: &str) -> Self {
        Self { teams: vec![team.to_owned()], ..Self::new(CallerRole::TeamMember, subject) }
    }

    /// The lead of a team.
    #[must_use]
    pub fn lead(subject: &str, team: &str) -> Self {
        Self { teams: vec![team.to_owned()], ..Self::new(CallerRole::Lead, subject) }
    }

    /// An operator.
    #[must_use]
    pub fn operator() -> Self {
        Self::new(CallerRole::Operator, "people/operator")
    }

    /// An importer.
    #[must_use]
    pub fn importer() -> Self {
        Self::new(CallerRole::Importer, "people/importer")
    }
}
