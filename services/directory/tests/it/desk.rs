//! A running directory, and short words for what one asks of it.

use testkit::{Client, TestServer, Who, assembled, command_id};
use wire::schoolside::directory::v1::{
    AssignSchoolNetworkRequest, AssignTeamNetworkRequest, DefineDistrictRequest,
    DefineNetworkRequest, DefineTeamRequest, GetSchoolRequest, GetTeamRequest,
    RegisterPersonRequest, RegisterSchoolRequest, School, StartMembershipRequest, Team, TeamKind,
    directory_service_client::DirectoryServiceClient,
};

pub type Directory = DirectoryServiceClient<Client>;

/// A running directory with an operator's client.
pub struct Desk {
    pub server: TestServer,
    pub operator: Directory,
    after: String,
}

impl Desk {
    /// An empty directory.
    pub async fn empty() -> Self {
        let server = TestServer::start([assembled(directory::assemble)]).await;
        let operator = DirectoryServiceClient::new(server.client(&Who::operator()));
        Self { server, operator, after: String::new() }
    }

    /// A directory with a zone, the networks N1, N2 and N3, each served by its team, and the schools 0101 and 0208.
    pub async fn small() -> Self {
        let mut desk = Self::empty().await;
        let district = DefineDistrictRequest {
            display_name: "Alder Bay".into(),
            zone: "America/New_York".into(),
            command_id: command_id(),
            ..Default::default()
        };
        desk.operator.define_district(district).await.unwrap();
        for number in 1..=3 {
            desk.network(&format!("networks/N{number}")).await;
            desk.team(&format!("teams/T{number}"), TeamKind::NetworkTeam).await;
            desk.serve(&format!("teams/T{number}"), &format!("networks/N{number}"), "2025-07-01")
                .await;
        }
        for (school, network) in [("schools/0101", "networks/N1"), ("schools/0208", "networks/N2")]
        {
            desk.school(school).await;
            desk.place(school, network, "2025-07-01").await;
        }
        desk
    }

    pub fn as_who(&self, who: &Who) -> Directory {
        DirectoryServiceClient::new(self.server.client(who))
    }

    pub async fn network(&mut self, name: &str) {
        let request = DefineNetworkRequest {
            name: name.into(),
            display_name: format!("Network {name}"),
            command_id: command_id(),
            ..Default::default()
        };
        self.after = self.operator.define_network(request).await.unwrap().into_inner().consistency;
    }

    pub async fn team(&mut self, name: &str, kind: TeamKind) {
        let request = DefineTeamRequest {
            name: name.into(),
            display_name: format!("Team {name}"),
            kind: kind.into(),
            command_id: command_id(),
            ..Default::default()
        };
        self.after = self.operator.define_team(request).await.unwrap().into_inner().consistency;
    }

    pub async fn school(&mut self, name: &str) {
        let request = RegisterSchoolRequest {
            name: name.into(),
            display_name: format!("School {name}"),
            command_id: command_id(),
            ..Default::default()
        };
        self.after = self.operator.register_school(request).await.unwrap().into_inner().consistency;
    }

    pub async fn person(&mut self, name: &str, display_name: &str) {
        let request = RegisterPersonRequest {
            name: name.into(),
            display_name: display_name.into(),
            email: "pat@alder-bay.test".into(),
            command_id: command_id(),
            ..Default::default()
        };
        self.after = self.operator.register_person(request).await.unwrap().into_inner().consistency;
    }

    pub async fn serve(&mut self, team: &str, network: &str, from: &str) -> String {
        let request = AssignTeamNetworkRequest {
            name: team.into(),
            network: network.into(),
            effective_from: from.into(),
            command_id: command_id(),
            ..Default::default()
        };
        let reply = self.operator.assign_team_network(request).await.unwrap().into_inner();
        self.after = reply.consistency;
        reply.etag
    }

    pub async fn place(&mut self, school: &str, network: &str, from: &str) -> String {
        let request = AssignSchoolNetworkRequest {
            name: school.into(),
            network: network.into(),
            effective_from: from.into(),
            command_id: command_id(),
            ..Default::default()
        };
        let reply = self.operator.assign_school_network(request).await.unwrap().into_inner();
        self.after = reply.consistency;
        reply.etag
    }

    pub async fn join(&mut self, person: &str, team: &str, role: &str, from: &str) {
        let request = StartMembershipRequest {
            name: person.into(),
            team: team.into(),
            role: role.into(),
            effective_from: from.into(),
            command_id: command_id(),
            ..Default::default()
        };
        self.after =
            self.operator.start_membership(request).await.unwrap().into_inner().consistency;
    }

    /// A school on a day, as known at an instant; empty texts for today and now. Sees the last command.
    pub async fn school_on(&mut self, name: &str, as_of: &str, known_at: &str) -> School {
        let known_at =
            (!known_at.is_empty()).then(|| wire::time::to_proto(known_at.parse().unwrap()));
        let request = GetSchoolRequest {
            name: name.into(),
            as_of: as_of.into(),
            known_at,
            after: self.after.clone(),
        };
        self.operator.get_school(request).await.unwrap().into_inner().school.unwrap()
    }

    /// A team on a day. Sees the last command.
    pub async fn team_on(&mut self, name: &str, as_of: &str) -> Team {
        let request = GetTeamRequest {
            name: name.into(),
            as_of: as_of.into(),
            known_at: None,
            after: self.after.clone(),
        };
        self.operator.get_team(request).await.unwrap().into_inner().team.unwrap()
    }

    /// Moves the clock.
    pub fn at(&self, instant: &str) {
        self.server.clock.set(instant.parse().unwrap());
    }
}
