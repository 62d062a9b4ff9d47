//! What each role may do: one permission per kind of doing, one table from role to permissions.

use Permission as P;

use super::{Caller, CallerRole};

/// One kind of doing. Every rpc declares exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Open to everyone, signed in or not: health, reflection, a survey by its token.
    Public,
    /// Read schools, networks, teams and people.
    DirectoryRead,
    /// Change them.
    DirectoryWrite,
    /// Read the catalogue.
    CatalogueRead,
    /// Change it.
    CatalogueWrite,
    /// Ask for something, and what requesters do then: reply, reopen, close, cancel.
    RequestsOpen,
    /// What the office does with them: pause, resume, reassign, resolve.
    RequestsWork,
    /// Read requests, as far as scope and confidentiality allow.
    RequestsRead,
    /// Destroy private parts on request.
    RequestsErase,
    /// Read routing decisions.
    RoutingRead,
    /// Publish rule sets.
    RulesWrite,
    /// Read calendars, policies and clocks.
    SlaRead,
    /// Publish calendars and policies.
    PoliciesWrite,
    /// Read survey invitations.
    SurveysRead,
    /// Publish instruments.
    SurveysWrite,
    /// Read figures and scorecards.
    FiguresRead,
    /// Read the published history.
    EventsRead,
    /// Take over another system's history.
    HistoryImport,
    /// Look after the platform: parked records, projections.
    Operate,
}

/// Which permission each rpc needs, by its path `/package.Service/Method`.
pub type PermissionTable = &'static [(&'static str, Permission)];

/// What a role may do.
#[must_use]
pub const fn permissions_of(role: CallerRole) -> &'static [Permission] {
    match role {
        CallerRole::Principal => PRINCIPAL,
        CallerRole::TeamMember => TEAM_MEMBER,
        CallerRole::Lead => LEAD,
        CallerRole::Director => DIRECTOR,
        CallerRole::Operator => OPERATOR,
        CallerRole::Integrator => INTEGRATOR,
        CallerRole::Importer => IMPORTER,
    }
}

const PRINCIPAL: &[Permission] = &[
    P::DirectoryRead,
    P::CatalogueRead,
    P::RequestsOpen,
    P::RequestsRead,
    P::SlaRead,
    P::SurveysRead,
    P::FiguresRead,
];
const TEAM_MEMBER: &[Permission] = &[
    P::DirectoryRead,
    P::CatalogueRead,
    P::RequestsOpen,
    P::RequestsWork,
    P::RequestsRead,
    P::RoutingRead,
    P::SlaRead,
    P::FiguresRead,
];
const LEAD: &[Permission] = &[
    P::DirectoryRead,
    P::CatalogueRead,
    P::RequestsOpen,
    P::RequestsWork,
    P::RequestsRead,
    P::RoutingRead,
    P::SlaRead,
    P::SurveysRead,
    P::FiguresRead,
];
const DIRECTOR: &[Permission] = &[
    P::DirectoryRead,
    P::CatalogueRead,
    P::RequestsOpen,
    P::RequestsWork,
    P::RequestsRead,
    P::RequestsErase,
    P::RoutingRead,
    P::SlaRead,
    P::SurveysRead,
    P::FiguresRead,
];
const OPERATOR: &[Permission] = &[
    P::DirectoryRead,
    P::DirectoryWrite,
    P::CatalogueRead,
    P::CatalogueWrite,
    P::RequestsRead,
    P::RequestsErase,
    P::RoutingRead,
    P::RulesWrite,
    P::SlaRead,
    P::PoliciesWrite,
    P::SurveysRead,
    P::SurveysWrite,
    P::FiguresRead,
    P::EventsRead,
    P::Operate,
];
const INTEGRATOR: &[Permission] = &[
    P::DirectoryRead,
    P::CatalogueRead,
    P::RequestsOpen,
    P::RequestsWork,
    P::RequestsRead,
    P::SlaRead,
    P::FiguresRead,
    P::EventsRead,
];
const IMPORTER: &[Permission] = &[
    P::DirectoryRead,
    P::DirectoryWrite,
    P::CatalogueRead,
    P::CatalogueWrite,
    P::RequestsRead,
    P::HistoryImport,
    P::FiguresRead,
];

impl Caller {
    /// Whether any of the caller's roles carries the permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        permission == Permission::Public
            || self.roles.iter().any(|role| permissions_of(*role).contains(&permission))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who_may(permission: Permission) -> Vec<CallerRole> {
        let may = |role: &CallerRole| permissions_of(*role).contains(&permission);
        CallerRole::ALL.into_iter().filter(may).collect()
    }

    #[test]
    fn what_changes_the_rules_or_the_past_is_in_few_hands() {
        assert_eq!(who_may(P::RulesWrite), [CallerRole::Operator]);
        assert_eq!(who_may(P::PoliciesWrite), [CallerRole::Operator]);
        assert_eq!(who_may(P::HistoryImport), [CallerRole::Importer]);
        assert_eq!(who_may(P::EventsRead), [CallerRole::Operator, CallerRole::Integrator]);
        assert_eq!(who_may(P::RequestsErase), [CallerRole::Director, CallerRole::Operator]);
    }

    #[test]
    fn a_caller_without_roles_may_what_is_open_to_everyone_and_nothing_else() {
        let caller = Caller {
            subject: "people/x".to_owned(),
            roles: [].into(),
            teams: [].into(),
            schools: [].into(),
        };
        assert!(caller.may(P::Public) && !caller.may(P::DirectoryRead));
    }
}
