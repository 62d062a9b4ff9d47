//! The rpcs, one per file; here only what tonic wants to see in one place.
//!
//! To add one: the rpc in `service.proto`, its permission in [`PERMISSIONS`], a file, and a line below.

mod appoint_principal;
mod assign_school_network;
mod assign_school_tier;
mod assign_team_network;
mod close_school;
mod define_district;
mod define_network;
mod define_team;
mod end_membership;
mod erase_person;
mod get_district;
mod get_network;
mod get_person;
mod get_school;
mod get_team;
mod list_networks;
mod list_people;
mod list_schools;
mod list_teams;
mod page;
mod parse;
mod register_person;
mod register_school;
mod start_membership;

use chassis::{
    fault::Fault,
    identity::{Caller, CallerRole, Permission, PermissionTable},
};
use tonic::{Request, Response, Status};
use wire::schoolside::directory::v1::{self as pb, directory_service_server::DirectoryService};

use crate::app::App;

/// What each rpc asks of its caller.
pub const PERMISSIONS: PermissionTable = &[
    ("/schoolside.directory.v1.DirectoryService/DefineDistrict", Permission::DirectoryWrite),
    ("/schoolside.directory.v1.DirectoryService/GetDistrict", Permission::DirectoryRead),
    ("/schoolside.directory.v1.DirectoryService/DefineNetwork", Permission::DirectoryWrite),
    ("/schoolside.directory.v1.DirectoryService/GetNetwork", Permission::DirectoryRead),
    ("/schoolside.directory.v1.DirectoryService/ListNetworks", Permission::DirectoryRead),
    ("/schoolside.directory.v1.DirectoryService/RegisterSchool", Permission::DirectoryWrite),
    ("/schoolside.directory.v1.DirectoryService/AssignSchoolNetwork", Permission::DirectoryWrite),
    ("/schoolside.directory.v1.DirectoryService/AssignSchoolTier", Permission::DirectoryWrite),
    ("/schoolside.directory.v1.DirectoryService/AppointPrincipal", Permission::DirectoryWrite),
    ("/schoolside.directory.v1.DirectoryService/CloseSchool", Permission::DirectoryWrite),
    ("/schoolside.directory.v1.DirectoryService/GetSchool", Permission::DirectoryRead),
    ("/schoolside.directory.v1.DirectoryService/ListSchools", Permission::DirectoryRead),
    ("/schoolside.directory.v1.DirectoryService/DefineTeam", Permission::DirectoryWrite),
    ("/schoolside.directory.v1.DirectoryService/AssignTeamNetwork", Permission::DirectoryWrite),
    ("/schoolside.directory.v1.DirectoryService/GetTeam", Permission::DirectoryRead),
    ("/schoolside.directory.v1.DirectoryService/ListTeams", Permission::DirectoryRead),
    ("/schoolside.directory.v1.DirectoryService/RegisterPerson", Permission::DirectoryWrite),
    ("/schoolside.directory.v1.DirectoryService/StartMembership", Permission::DirectoryWrite),
    ("/schoolside.directory.v1.DirectoryService/EndMembership", Permission::DirectoryWrite),
    ("/schoolside.directory.v1.DirectoryService/ErasePerson", Permission::RequestsErase),
    ("/schoolside.directory.v1.DirectoryService/GetPerson", Permission::DirectoryRead),
    ("/schoolside.directory.v1.DirectoryService/ListPeople", Permission::DirectoryRead),
];

/// Names of people are shown to the office only: to principals and other systems a person is an id.
fn names_shown_to(caller: &Caller) -> bool {
    [CallerRole::TeamMember, CallerRole::Lead, CallerRole::Director, CallerRole::Operator]
        .into_iter()
        .any(|role| caller.is(role))
}

/// An answer as tonic takes it.
fn answer<T>(outcome: Result<T, Fault>) -> Result<Response<T>, Status> {
    outcome.map(Response::new).map_err(Status::from)
}

/// The directory of one district.
pub(crate) struct Directory {
    pub(crate) app: App,
}

#[tonic::async_trait]
impl DirectoryService for Directory {
    async fn define_district(
        &self,
        request: Request<pb::DefineDistrictRequest>,
    ) -> Result<Response<pb::DefineDistrictResponse>, Status> {
        answer(define_district::define_district(&self.app, request).await)
    }

    async fn get_district(
        &self,
        request: Request<pb::GetDistrictRequest>,
    ) -> Result<Response<pb::GetDistrictResponse>, Status> {
        answer(get_district::get_district(&self.app, request).await)
    }

    async fn define_network(
        &self,
        request: Request<pb::DefineNetworkRequest>,
    ) -> Result<Response<pb::DefineNetworkResponse>, Status> {
        answer(define_network::define_network(&self.app, request).await)
    }

    async fn get_network(
        &self,
        request: Request<pb::GetNetworkRequest>,
    ) -> Result<Response<pb::GetNetworkResponse>, Status> {
        answer(get_network::get_network(&self.app, request).await)
    }

    async fn list_networks(
        &self,
        request: Request<pb::ListNetworksRequest>,
    ) -> Result<Response<pb::ListNetworksResponse>, Status> {
        answer(list_networks::list_networks(&self.app, request).await)
    }

    async fn register_school(
        &self,
        request: Request<pb::RegisterSchoolRequest>,
    ) -> Result<Response<pb::RegisterSchoolResponse>, Status> {
        answer(register_school::register_school(&self.app, request).await)
    }

    async fn assign_school_network(
        &self,
        request: Request<pb::AssignSchoolNetworkRequest>,
    ) -> Result<Response<pb::AssignSchoolNetworkResponse>, Status> {
        answer(assign_school_network::assign_school_network(&self.app, request).await)
    }

    async fn assign_school_tier(
        &self,
        request: Request<pb::AssignSchoolTierRequest>,
    ) -> Result<Response<pb::AssignSchoolTierResponse>, Status> {
        answer(assign_school_tier::assign_school_tier(&self.app, request).await)
    }

    async fn appoint_principal(
        &self,
        request: Request<pb::AppointPrincipalRequest>,
    ) -> Result<Response<pb::AppointPrincipalResponse>, Status> {
        answer(appoint_principal::appoint_principal(&self.app, request).await)
    }

    async fn close_school(
        &self,
        request: Request<pb::CloseSchoolRequest>,
    ) -> Result<Response<pb::CloseSchoolResponse>, Status> {
        answer(close_school::close_school(&self.app, request).await)
    }

    async fn get_school(
        &self,
        request: Request<pb::GetSchoolRequest>,
    ) -> Result<Response<pb::GetSchoolResponse>, Status> {
        answer(get_school::get_school(&self.app, request).await)
    }

    async fn list_schools(
        &self,
        request: Request<pb::ListSchoolsRequest>,
    ) -> Result<Response<pb::ListSchoolsResponse>, Status> {
        answer(list_schools::list_schools(&self.app, request).await)
    }

    async fn define_team(
        &self,
        request: Request<pb::DefineTeamRequest>,
    ) -> Result<Response<pb::DefineTeamResponse>, Status> {
        answer(define_team::define_team(&self.app, request).await)
    }

    async fn assign_team_network(
        &self,
        request: Request<pb::AssignTeamNetworkRequest>,
    ) -> Result<Response<pb::AssignTeamNetworkResponse>, Status> {
        answer(assign_team_network::assign_team_network(&self.app, request).await)
    }

    async fn get_team(
        &self,
        request: Request<pb::GetTeamRequest>,
    ) -> Result<Response<pb::GetTeamResponse>, Status> {
        answer(get_team::get_team(&self.app, request).await)
    }

    async fn list_teams(
        &self,
        request: Request<pb::ListTeamsRequest>,
    ) -> Result<Response<pb::ListTeamsResponse>, Status> {
        answer(list_teams::list_teams(&self.app, request).await)
    }

    async fn register_person(
        &self,
        request: Request<pb::RegisterPersonRequest>,
    ) -> Result<Response<pb::RegisterPersonResponse>, Status> {
        answer(register_person::register_person(&self.app, request).await)
    }

    async fn start_membership(
        &self,
        request: Request<pb::StartMembershipRequest>,
    ) -> Result<Response<pb::StartMembershipResponse>, Status> {
        answer(start_membership::start_membership(&self.app, request).await)
    }

    async fn end_membership(
        &self,
        request: Request<pb::EndMembershipRequest>,
    ) -> Result<Response<pb::EndMembershipResponse>, Status> {
        answer(end_membership::end_membership(&self.app, request).await)
    }

    async fn erase_person(
        &self,
        request: Request<pb::ErasePersonRequest>,
    ) -> Result<Response<pb::ErasePersonResponse>, Status> {
        answer(erase_person::erase_person(&self.app, request).await)
    }

    async fn get_person(
        &self,
        request: Request<pb::GetPersonRequest>,
    ) -> Result<Response<pb::GetPersonResponse>, Status> {
        answer(get_person::get_person(&self.app, request).await)
    }

    async fn list_people(
        &self,
        request: Request<pb::ListPeopleRequest>,
    ) -> Result<Response<pb::ListPeopleResponse>, Status> {
        answer(list_people::list_people(&self.app, request).await)
    }
}
