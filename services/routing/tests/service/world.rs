//! A small district: team T1 serves network N1 with two people for operations, Ann and Ben, and the intake desk takes the rest.

use kernel::StreamId;
use testkit::{Client, TestServer, Who, assembled, command_id};
use tonic::Status;
use uuid::Uuid;
use wire::schoolside::{
    directory::v1 as directory,
    requests::v1 as requests,
    routing::v1::{
        self as pb, CaseDecided, GetDecisionRequest, PublishRuleSetRequest, PublishRuleSetResponse,
        routing_service_client::RoutingServiceClient,
    },
};

use crate::tell::Context;

pub struct World {
    pub server: TestServer,
    pub directory: Context,
    pub requests: Context,
}

/// The request number `n`.
pub fn request(n: u128) -> StreamId {
    StreamId(Uuid::from_u128(n))
}

/// A rule without conditions.
pub fn rule(name: &str, team: &str) -> pb::Rule {
    pb::Rule { name: name.to_owned(), team_id: team.to_owned(), ..pb::Rule::default() }
}

/// A rule with one condition.
pub fn rule_when(name: &str, field: &str, operator: &str, values: &[&str]) -> pb::Rule {
    let condition = pb::Condition {
        field: field.to_owned(),
        operator: operator.to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    pb::Rule { conditions: vec![condition], ..rule(name, "") }
}

/// Intensive schools first, then the school's team, then intake.
pub fn usual_rules() -> Vec<pb::Rule> {
    let urgent = pb::Rule {
        priority: "P2".to_owned(),
        r#continue: true,
        ..rule_when("intensive schools first", "tier", "in", &["3"])
    };
    vec![urgent, rule("the school's team", ""), rule("the rest", "INTAKE")]
}

/// A request of school 0101 for operations.
pub fn opened() -> requests::RequestOpened {
    requests::RequestOpened {
        request_type_id: "FAC1".to_owned(),
        category: vec!["facilities".to_owned(), "heating".to_owned()],
        priority: "P3".to_owned(),
        channel: "portal".to_owned(),
        requester_id: "principal-0101".to_owned(),
        school_id: "0101".to_owned(),
        network_id: "N1".to_owned(),
        tier: 1,
        school_level: "k8".to_owned(),
        accountable_role: "operations".to_owned(),
        contributing: vec!["desk:SHOP".to_owned()],
        ..requests::RequestOpened::default()
    }
}

impl World {
    /// A server that knows nothing yet.
    pub async fn empty() -> Self {
        let (directory, requests) = (Context::named("directory"), Context::named("requests"));
        let services = [directory.assemble(), requests.assemble(), assembled(routing::assemble)];
        Self { server: TestServer::start(services).await, directory, requests }
    }

    /// The district with the usual rules.
    pub async fn new() -> Self {
        let world = Self::empty().await;
        world.found().await;
        world.publish(usual_rules()).await.expect("published");
        world
    }

    /// The same database with the service started anew.
    pub async fn restart(self) -> Self {
        let Self { server, directory, requests } = self;
        let services = [directory.assemble(), requests.assemble(), assembled(routing::assemble)];
        Self { server: server.restart(services).await, directory, requests }
    }

    /// Tells the district's directory and catalogue.
    pub async fn found(&self) {
        let from = || "2025-07-01".to_owned();
        let it = directory::DistrictDefined {
            zone: "America/New_York".to_owned(),
            ..Default::default()
        };
        self.fact("district", "district", "defined", &it).await;
        self.team("T1", directory::TeamKind::NetworkTeam).await;
        self.team("INTAKE", directory::TeamKind::Intake).await;
        let it = directory::NetworkDefined { network_id: "N1".to_owned(), ..Default::default() };
        self.fact("network", "N1", "defined", &it).await;
        let it = directory::TeamNetworkAssigned {
            team_id: "T1".to_owned(),
            network_id: "N1".to_owned(),
            effective_from: from(),
        };
        self.fact("team", "T1", "network_assigned", &it).await;
        let it = directory::SchoolRegistered { school_id: "0101".to_owned(), ..Default::default() };
        self.fact("school", "0101", "registered", &it).await;
        let it = directory::SchoolNetworkAssigned {
            school_id: "0101".to_owned(),
            network_id: "N1".to_owned(),
            effective_from: from(),
        };
        self.fact("school", "0101", "network_assigned", &it).await;
        let it = directory::SchoolPrincipalAppointed {
            school_id: "0101".to_owned(),
            person_id: "principal-0101".to_owned(),
            effective_from: from(),
        };
        self.fact("school", "0101", "principal_appointed", &it).await;
        self.member("ann", "T1", "operations").await;
        self.member("ben", "T1", "operations").await;
        self.member("ida", "INTAKE", "intake").await;
        let amount = requests::Attribute {
            name: "amount".to_owned(),
            published: true,
            ..Default::default()
        };
        let it = requests::RequestTypeDefined {
            request_type_id: "FAC1".to_owned(),
            category: opened().category,
            attributes: vec![amount],
            ..Default::default()
        };
        let stream = StreamId::of("request_type", "FAC1");
        self.requests.tell(stream, "request_type", "defined", &it).await;
    }

    pub async fn team(&self, id: &str, kind: directory::TeamKind) {
        let it = directory::TeamDefined {
            team_id: id.to_owned(),
            kind: kind.into(),
            ..Default::default()
        };
        self.fact("team", id, "defined", &it).await;
    }

    pub async fn member(&self, person: &str, team: &str, role: &str) {
        let it = directory::PersonMembershipStarted {
            person_id: person.to_owned(),
            team_id: team.to_owned(),
            role: role.to_owned(),
            effective_from: "2025-07-01".to_owned(),
            capacity_percent: 100,
        };
        self.fact("person", person, "membership_started", &it).await;
    }

    /// From the day after, the person is no longer in T1 for operations.
    pub async fn leaves(&self, person: &str, last_day: &str) {
        let it = directory::PersonMembershipEnded {
            person_id: person.to_owned(),
            team_id: "T1".to_owned(),
            role: "operations".to_owned(),
            effective_until: last_day.to_owned(),
        };
        self.fact("person", person, "membership_ended", &it).await;
    }

    async fn fact(
        &self,
        kind: &'static str,
        key: &str,
        event: &str,
        message: &impl prost::Message,
    ) {
        self.directory.tell(StreamId::of(kind, key), kind, event, message).await;
    }

    /// Tells an event of request number `n`.
    pub async fn told(&self, n: u128, event: &str, message: &impl prost::Message) {
        self.requests.tell(request(n), "request", event, message).await;
    }

    /// The requests service takes a decision over, or a person hands the request to a member.
    pub async fn reassigned(&self, n: u128, member: &str) {
        let it = requests::RequestReassigned {
            team_id: "T1".to_owned(),
            role: "operations".to_owned(),
            member_id: member.to_owned(),
            ..Default::default()
        };
        self.told(n, "reassigned", &it).await;
    }

    pub fn client(&self, who: &Who) -> RoutingServiceClient<Client> {
        RoutingServiceClient::new(self.server.client(who))
    }

    pub async fn publish(&self, rules: Vec<pb::Rule>) -> Result<PublishRuleSetResponse, Status> {
        let ask = PublishRuleSetRequest { rules, command_id: command_id(), ..Default::default() };
        let mut client = self.client(&Who::operator());
        client.publish_rule_set(ask).await.map(tonic::Response::into_inner)
    }

    /// The decisions of a request as an operator sees them, oldest first.
    pub async fn decisions(&self, n: u128) -> Vec<CaseDecided> {
        let ask =
            GetDecisionRequest { name: format!("requests/{}", request(n)), after: String::new() };
        let reply = self.client(&Who::operator()).get_decision(ask).await;
        let reply = match reply {
            Ok(reply) => reply.into_inner(),
            Err(status) if status.code() == tonic::Code::NotFound => return Vec::new(),
            Err(status) => panic!("{status}"),
        };
        let all = reply.earlier.into_iter().chain(reply.decision);
        all.filter_map(|decision| decision.decided).collect()
    }

    /// The one decision of a request.
    pub async fn decision(&self, n: u128) -> CaseDecided {
        let mut all = self.decisions(n).await;
        assert_eq!(all.len(), 1, "decided once");
        all.remove(0)
    }
}
