//! A district with two schools and two teams, its catalogue, and the contexts around it played by the test.

use std::sync::{Arc, Mutex};

use chassis::{identity::CallerRole, service::Deps};
use eventlog::{Append, EventMeta, Log, NewEvent};
use kernel::{Clock, CommandId, StreamId, Version, time::SignedDuration};
use prost::Message;
use sqlx::{AssertSqlSafe, PgPool, Row};
use testkit::{Client, TestServer, assembled};
use tonic::Status;
use uuid::Uuid;
use wire::schoolside::{
    directory::v1 as directory,
    requests::v1::{
        self as pb, catalogue_service_client::CatalogueServiceClient,
        import_service_client::ImportServiceClient, request_service_client::RequestServiceClient,
    },
    routing::v1::CaseDecided,
};

pub(crate) use testkit::command_id;

pub(crate) const DAY: SignedDuration = SignedDuration::from_hours(24);

pub(crate) fn days(count: i32) -> SignedDuration {
    DAY * count
}

/// The people of the tests.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Who {
    /// The principal who asks: of school 0101.
    Head,
    /// Another person with rights for school 0101.
    Deputy,
    /// The principal of school 0202.
    OtherHead,
    /// Operations in team T1: who holds what is routed.
    Member,
    /// Budget in team T1.
    Colleague,
    /// The lead of team T1.
    Lead,
    /// The lead of team T2.
    OtherTeam,
    Director,
    Operator,
    Integrator,
    Importer,
}

impl Who {
    fn claims(self) -> testkit::Who {
        use testkit::Who as T;
        match self {
            Self::Head => T::principal("people/P-0101", "0101"),
            Self::Deputy => T::principal("people/P-0101-2", "0101"),
            Self::OtherHead => T::principal("people/P-0202", "0202"),
            Self::Member => T::team_member("people/T1-operations-1", "T1"),
            Self::Colleague => T::team_member("people/T1-budget-1", "T1"),
            Self::Lead => T::lead("people/T1-lead-1", "T1"),
            Self::OtherTeam => T::lead("people/T2-lead-1", "T2"),
            Self::Director => T::new(CallerRole::Director, "people/director-1"),
            Self::Operator => T::operator(),
            Self::Integrator => T::new(CallerRole::Integrator, "systems/sis"),
            Self::Importer => T::importer(),
        }
    }
}

/// A type that asks for a private room and a published number of pupils.
pub(crate) fn a_type(code: &str, confidentiality: &str) -> pb::RequestType {
    let confidentiality = match confidentiality {
        "student" => pb::Confidentiality::Student,
        "idea" => pb::Confidentiality::Idea,
        "personnel" => pb::Confidentiality::Personnel,
        "legal" => pb::Confidentiality::Legal,
        _ => pb::Confidentiality::None,
    };
    let attribute = |name: &str, kind: pb::AttributeKind, published| pb::Attribute {
        name: name.into(),
        kind: kind.into(),
        published,
        ..Default::default()
    };
    pb::RequestType {
        name: format!("requestTypes/{code}"),
        display_name: "Heating".into(),
        category: vec!["facilities".into()],
        accountable_role: "operations".into(),
        default_priority: "P3".into(),
        attributes: vec![
            attribute("room", pb::AttributeKind::Text, false),
            attribute("pupils", pb::AttributeKind::Integer, true),
        ],
        confidentiality: confidentiality.into(),
        ..Default::default()
    }
}

pub(crate) fn opening(code: &str) -> pb::OpenRequest {
    saying(code, "It is cold")
}

fn saying(code: &str, text: &str) -> pb::OpenRequest {
    pb::OpenRequest {
        command_id: command_id(),
        request_type: format!("requestTypes/{code}"),
        school: "schools/0101".into(),
        summary: text.into(),
        description: text.into(),
        attributes: [("room".into(), text.into()), ("pupils".into(), "31".into())].into(),
        ..Default::default()
    }
}

/// The service, and what is around it.
pub(crate) struct Desk {
    server: TestServer,
    pool: PgPool,
    directory: Log,
    routing: Log,
    latest: Mutex<String>,
}

impl Desk {
    pub(crate) async fn open() -> Self {
        let service = assembled(|deps: Deps| async move {
            for neighbour in ["directory", "routing"] {
                eventlog::install(&deps.pool, neighbour).await.unwrap();
            }
            requests::assemble(deps).await
        });
        let server = TestServer::start([service]).await;
        let pool = server.database().pool(4);
        let clock = Arc::new(server.clock.clone());
        let directory = Log::open(pool.clone(), "directory", clock.clone()).await.unwrap();
        let routing = Log::open(pool.clone(), "routing", clock).await.unwrap();
        let desk = Self { server, pool, directory, routing, latest: Mutex::default() };
        desk.tell_the_directory().await;
        for (code, confidentiality) in [
            ("FAC5", "none"),
            ("STU", "student"),
            ("IDEA", "idea"),
            ("PERS", "personnel"),
            ("LEG", "legal"),
        ] {
            let request_type = Some(a_type(code, confidentiality));
            let ask = pb::DefineRequestTypeRequest {
                request_type,
                command_id: command_id(),
                ..Default::default()
            };
            let defined = desk.catalogue(Who::Operator).define_request_type(ask).await.unwrap();
            desk.see(&defined.into_inner().consistency);
        }
        desk.settle().await;
        desk
    }

    pub(crate) fn requests(&self, who: Who) -> RequestServiceClient<Client> {
        RequestServiceClient::new(self.server.client(&who.claims()))
    }

    pub(crate) fn anonymous(&self) -> RequestServiceClient<tonic::transport::Channel> {
        RequestServiceClient::new(self.server.channel())
    }

    pub(crate) fn catalogue(&self, who: Who) -> CatalogueServiceClient<Client> {
        CatalogueServiceClient::new(self.server.client(&who.claims()))
    }

    pub(crate) fn imports(&self, who: Who) -> ImportServiceClient<Client> {
        ImportServiceClient::new(self.server.client(&who.claims()))
    }

    /// Remembers what must be seen by the next reads.
    pub(crate) fn see(&self, consistency: &str) {
        consistency.clone_into(&mut self.latest.lock().unwrap());
    }

    pub(crate) fn after(&self) -> String {
        self.latest.lock().unwrap().clone()
    }

    pub(crate) async fn settle(&self) {
        self.server.settle().await;
    }

    pub(crate) async fn advance(&self, by: SignedDuration) {
        let next = self.server.clock.now() + by;
        self.server.settle_at(&next.to_string()).await;
    }

    pub(crate) async fn ask(&self, who: Who, code: &str) -> pb::Request {
        self.ask_saying(who, opening(code)).await
    }

    async fn ask_saying(&self, who: Who, ask: pb::OpenRequest) -> pb::Request {
        let opened = self.requests(who).open(ask).await.unwrap().into_inner();
        self.see(&opened.consistency);
        opened.request.unwrap()
    }

    /// A request of the principal that team T1 holds.
    pub(crate) async fn held(&self) -> String {
        self.held_of("FAC5").await
    }

    pub(crate) async fn held_of(&self, code: &str) -> String {
        let name = self.ask(Who::Head, code).await.name;
        self.route(&name, "T1", "operations", "T1-operations-1", 1).await;
        name
    }

    pub(crate) async fn held_saying(&self, text: &str) -> String {
        let name = self.ask_saying(Who::Head, saying("FAC5", text)).await.name;
        self.route(&name, "T1", "operations", "T1-operations-1", 1).await;
        name
    }

    pub(crate) async fn get(&self, who: Who, name: &str) -> Result<pb::Request, Status> {
        let ask = pb::GetRequest { name: name.into(), after: self.after() };
        Ok(self.requests(who).get(ask).await?.into_inner().request.unwrap())
    }

    pub(crate) async fn story(
        &self,
        who: Who,
        name: &str,
    ) -> Result<Vec<pb::RequestEvent>, Status> {
        let ask = pb::ListEventsRequest { name: name.into(), ..Default::default() };
        Ok(self.requests(who).list_events(ask).await?.into_inner().events)
    }

    pub(crate) async fn resolve(&self, who: Who, name: &str) -> Result<pb::Request, Status> {
        self.resolve_saying(who, name, "done").await
    }

    pub(crate) async fn resolve_saying(
        &self,
        who: Who,
        name: &str,
        text: &str,
    ) -> Result<pb::Request, Status> {
        let ask = pb::ResolveRequest {
            name: name.into(),
            command_id: command_id(),
            outcome: pb::Outcome::Done.into(),
            summary: text.into(),
            ..Default::default()
        };
        let resolved = self.requests(who).resolve(ask).await?.into_inner();
        self.see(&resolved.consistency);
        Ok(resolved.request.unwrap())
    }

    pub(crate) fn reassignment(&self, name: &str, team: &str) -> pb::ReassignRequest {
        pb::ReassignRequest {
            name: name.into(),
            command_id: command_id(),
            team: team.into(),
            reason: "wrong_team".into(),
            ..Default::default()
        }
    }

    pub(crate) async fn reassign(&self, who: Who, name: &str, team: &str) -> Result<(), Status> {
        let ask = self.reassignment(name, team);
        let reassigned = self.requests(who).reassign(ask).await?.into_inner();
        self.see(&reassigned.consistency);
        Ok(())
    }

    pub(crate) async fn retire(&self, code: &str) {
        let ask = pb::RetireRequestTypeRequest {
            name: format!("requestTypes/{code}"),
            command_id: command_id(),
            ..Default::default()
        };
        let retired = self.catalogue(Who::Operator).retire_request_type(ask).await.unwrap();
        self.see(&retired.into_inner().consistency);
    }

    pub(crate) fn reason(&self, status: &Status) -> String {
        testkit::reason_of(status)
    }

    pub(crate) fn field(&self, status: &Status) -> String {
        testkit::field_of(status)
    }

    pub(crate) fn metadata(&self, status: &Status, key: &str) -> String {
        testkit::metadata_of(status, key).unwrap_or_default()
    }

    /// Routing decides, and the request takes it over.
    pub(crate) async fn route(
        &self,
        name: &str,
        team: &str,
        role: &str,
        member: &str,
        version: i32,
    ) {
        let decided = CaseDecided {
            request_id: name.trim_start_matches("requests/").into(),
            rule_set_version: 1,
            team_id: team.into(),
            role: role.into(),
            member_id: member.into(),
            priority: "P2".into(),
            request_version: version,
            ..Default::default()
        };
        self.record(&self.routing, "case", "case.decided", &decided).await;
        self.settle().await;
    }

    pub(crate) async fn school_moves(&self, school: &str, network: &str, from: &str) {
        let moved = directory::SchoolNetworkAssigned {
            school_id: school.into(),
            network_id: network.into(),
            effective_from: from.into(),
        };
        self.record(&self.directory, "school", "school.network_assigned", &moved).await;
        self.settle().await;
    }

    async fn tell_the_directory(&self) {
        let zone =
            directory::DistrictDefined { zone: "America/New_York".into(), ..Default::default() };
        self.record(&self.directory, "district", "district.defined", &zone).await;
        for (id, person) in [("0101", "P-0101"), ("0202", "P-0202")] {
            let level = directory::SchoolLevel::K8.into();
            let school =
                directory::SchoolRegistered { school_id: id.into(), level, ..Default::default() };
            self.record(&self.directory, "school", "school.registered", &school).await;
            let effective_from = String::from("2025-07-01");
            let tier =
                directory::SchoolTierAssigned { school_id: id.into(), tier: 2, effective_from };
            self.record(&self.directory, "school", "school.tier_assigned", &tier).await;
            let person_id = person.into();
            let principal = directory::SchoolPrincipalAppointed {
                school_id: id.into(),
                person_id,
                effective_from: "2025-07-01".into(),
            };
            self.record(&self.directory, "school", "school.principal_appointed", &principal).await;
        }
        self.school_moves("0101", "N1", "2025-07-01").await;
        for (person, role) in [("T1-operations-1", "operations"), ("T1-budget-1", "budget")] {
            let membership = directory::PersonMembershipStarted {
                person_id: person.into(),
                team_id: "T1".into(),
                role: role.into(),
                effective_from: "2025-07-01".into(),
                capacity_percent: 100,
            };
            self.record(&self.directory, "person", "person.membership_started", &membership).await;
        }
    }

    async fn record(&self, log: &Log, kind: &'static str, name: &str, message: &impl Message) {
        let at = self.server.clock.now();
        let append = Append {
            command_id: CommandId::of(&command_id()),
            stream: StreamId::of(kind, &command_id()),
            kind,
            expected: Version(0),
            request_hash: [0; 32],
            events: vec![NewEvent {
                name: name.into(),
                revision: 1,
                occurred_at: at,
                payload: message.encode_to_vec(),
                private: None,
            }],
            meta: EventMeta::default(),
            recorded_at: at,
            erase_private: false,
        };
        log.append(append).await.unwrap();
    }

    /// The looks kept for a request: who, by which rpc, and whether text was shown.
    pub(crate) async fn looks(&self, name: &str) -> Vec<(String, String, bool)> {
        let id: Uuid = name.trim_start_matches("requests/").parse().unwrap();
        let sql = "select subject, rpc, text_shown from requests.access_log where request = $1 order by id";
        let rows = sqlx::query(sql).bind(id).fetch_all(&self.pool).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
    }

    /// The tables of the service in which a word stands, in text or in bytes.
    pub(crate) async fn tables_with(&self, word: &str) -> Vec<String> {
        let sql = "select table_name::text from information_schema.tables
                   where table_schema = 'requests' order by table_name";
        let tables: Vec<String> = sqlx::query_scalar(sql).fetch_all(&self.pool).await.unwrap();
        let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
        let mut found = Vec::new();
        for table in tables {
            let sql = format!(
                "select exists (select from requests.{table} t where t::text ilike '%{word}%' or t::text ilike '%{hex}%')"
            );
            let there: bool =
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.pool).await.unwrap();
            if there {
                found.push(table);
            }
        }
        found
    }
}
