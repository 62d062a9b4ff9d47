//! Which clocks a caller may know of.

use chassis::identity::{Caller, CallerRole};

/// The rows in scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    /// No restriction.
    pub(crate) all: bool,
    /// Clocks of requests that these teams hold.
    pub(crate) teams: Vec<String>,
    /// Clocks of requests of these schools.
    pub(crate) schools: Vec<String>,
}

/// A principal sees the clocks of their schools, members and leads those of their teams, everyone else all.
pub(crate) fn scope(caller: &Caller) -> Scope {
    let bounded = [CallerRole::Principal, CallerRole::TeamMember, CallerRole::Lead];
    let teams = caller.is(CallerRole::TeamMember) || caller.is(CallerRole::Lead);
    let schools = caller.is(CallerRole::Principal);
    Scope {
        all: caller.roles.iter().any(|role| !bounded.contains(role)),
        teams: caller.teams.iter().filter(|_| teams).map(ToString::to_string).collect(),
        schools: caller.schools.iter().filter(|_| schools).map(ToString::to_string).collect(),
    }
}

impl Scope {
    /// Whether it covers a request that this team holds and this school asked for; empty is none.
    pub(crate) fn covers(&self, team: &str, school: &str) -> bool {
        self.all
            || self.teams.iter().any(|one| one == team)
            || self.schools.iter().any(|one| one == school)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(role: CallerRole) -> Caller {
        Caller {
            subject: "people/P-1".to_owned(),
            roles: [role].into(),
            teams: ["T1".parse().unwrap()].into(),
            schools: ["0101".parse().unwrap()].into(),
        }
    }

    #[test]
    fn each_role_sees_by_its_own_kind_of_scope_only() {
        assert!(scope(&caller(CallerRole::Principal)).covers("T9", "0101"));
        assert!(!scope(&caller(CallerRole::Principal)).covers("T1", "0909"));
        assert!(scope(&caller(CallerRole::Lead)).covers("T1", "0909"));
        assert!(!scope(&caller(CallerRole::TeamMember)).covers("T9", "0101"));
        assert!(scope(&caller(CallerRole::Director)).covers("T9", ""));
    }
}
