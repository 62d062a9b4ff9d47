//! What each role may do: one permission per kind of doing, one table from role to permissions.

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
    use Permission as P;
    match role {
        CallerRole::Principal => &[
            P::DirectoryRead, P::CatalogueRead, P::RequestsOpen, P::RequestsRead,
            P::SlaRead, P::SurveysRead, P::FiguresRead,
        ],
        CallerRole::TeamMember => &[
            P::DirectoryRead, P::CatalogueRead, P::RequestsOpen, P::RequestsWork, P::RequestsRead, P::RoutingRead, P::SlaRead, P::FiguresRead,
        ],
        CallerRole::Lead => &[
            P::DirectoryRead, P::CatalogueRead, P::RequestsOpen, P::RequestsWork, P::RequestsRead,
            P::RoutingRead, P::SlaRead, P::SurveysRead, P::FiguresRead,
        ],
        CallerRole::Director => &[
            P::DirectoryRead, P::CatalogueRead, P::RequestsOpen, P::RequestsWork, P::RequestsRead,
            P::RequestsErase, P::RoutingRead, P::SlaRead, P::SurveysRead, P::FiguresRead,
        ],
        CallerRole::Operator => &[
            P::DirectoryRead, P::DirectoryWrite, P::CatalogueRead, P::CatalogueWrite, P::RequestsRead,
            P::RequestsErase, P::RoutingRead, P::RulesWrite, P::SlaRead, P::PoliciesWrite, P::SurveysRead,
            P::SurveysWrite, P::FiguresRead, P::EventsRead, P::Operate,
        ],
        CallerRole::Integrator => &[
            P::DirectoryRead, P::CatalogueRead, P::RequestsOpen, P::RequestsWork, P::RequestsRead,
            P::SlaRead, P::FiguresRead, P::EventsRead,
        ],
        CallerRole::Importer => &[
            P::DirectoryRead, P::DirectoryWrite, P::CatalogueRead, P::CatalogueWrite, P::RequestsRead,
            P::HistoryImport, P::FiguresRead,
        ],
    }
}

impl Caller {
    /// Whether any of the caller's roles carries the permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        permission == Permission::Public
            || self.roles.iter().any(|role| permissions_of(*role).contains(&permission))
    }
}
