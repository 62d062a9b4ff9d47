//! An office with a calendar and a policy, and requests told by their events.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use chassis::{
    identity::CallerRole,
    service::{Deps, Service},
};
use eventlog::{Append, EventMeta, Log, NewEvent, Recorded};
use kernel::{Clock, Position, StreamId, Timestamp, Version};
use prost::Message;
use sqlx::PgPool;
use testkit::{Assemble, Client, TestServer, Who, assembled, command_id};
use tonic::Status;
use wire::schoolside::{
    requests::v1 as requests,
    sla::v1::{self as pb, sla_service_client::SlaServiceClient},
};

/// Monday to Friday, 08:00 to 16:30.
pub(crate) const CALENDAR: &str = r#"
zone = "America/New_York"
[weekly]
mon = [["08:00", "16:30"]]
tue = [["08:00", "16:30"]]
wed = [["08:00", "16:30"]]
thu = [["08:00", "16:30"]]
fri = [["08:00", "16:30"]]
"#;

pub(crate) const POLICY: &str = r#"
[defaults]
calendar = "office"
pauses = ["waiting_for_requester"]
warn_at = [80]

[[entries]]
name = "Purchase orders"
match = { request_types = ["PRC1"] }
targets = [{ metric = "first_resolution", length = "2 business_days" }]
without = ["first_response"]

[[entries]]
targets = [
  { metric = "first_response", length = "8 hours" },
  { metric = "first_resolution", length = "10 hours" },
]
"#;

/// A local time of the first week of February 2026 in the calendar's zone: `mon 09:00`.
pub(crate) fn at(text: &str) -> Timestamp {
    let (day, time) = text.split_once(' ').unwrap();
    let day = 2 + ["mon", "tue", "wed", "thu", "fri"].iter().position(|one| *one == day).unwrap();
    format!("2026-02-0{day}T{time}:00-05:00").parse().unwrap()
}

/// As [`at`], the other way round.
pub(crate) fn local(at: Option<&prost_types::Timestamp>) -> String {
    let Some(at) = at.and_then(wire::time::from_proto) else { return "none".to_owned() };
    let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    at.to_zoned_datetime(zone).strftime("%a %H:%M").to_string().to_lowercase()
}

/// The id of a request that nobody has told of.
pub(crate) fn new_request() -> StreamId {
    command_id().parse().unwrap()
}

pub(crate) fn director() -> Who {
    Who::new(CallerRole::Director, "people/director")
}

/// The service beside the logs that it follows.
pub(crate) fn services() -> [Assemble; 2] {
    [neighbours(), assembled(sla::assemble)]
}

/// The requests' log alone.
pub(crate) fn neighbours() -> Assemble {
    assembled(|deps: Deps| async move {
        eventlog::install(&deps.pool, "requests").await.unwrap();
        Ok(Service {
            name: "requests",
            pool: deps.pool,
            routes: Box::new(|_| ()),
            grpc_services: &[],
            permissions: &[],
            time_limits: &[],
            tasks: Vec::new(),
            progress: Vec::new(),
            timers: Vec::new(),
            topics: &[],
            own_log: None,
        })
    })
}

pub(crate) struct Office {
    pub(crate) server: TestServer,
    pub(crate) pool: PgPool,
    requests: Log,
    versions: Mutex<HashMap<StreamId, i32>>,
}

impl Office {
    /// With calendar and policy; the clock stands at Monday, 08:00.
    pub(crate) async fn open() -> Self {
        let office = Self::bare(services()).await;
        office.publish_calendar(CALENDAR).await;
        office.publish_policy(POLICY).await;
        office.server.settle().await;
        office
    }

    pub(crate) async fn bare(services: impl IntoIterator<Item = Assemble>) -> Self {
        let server = TestServer::start(services).await;
        let pool = server.database().pool(4);
        let clock = Arc::new(server.clock.clone());
        let requests = Log::open(pool.clone(), "requests", clock).await.unwrap();
        Self { server, pool, requests, versions: Mutex::default() }
    }

    pub(crate) async fn restart(self, services: impl IntoIterator<Item = Assemble>) -> Self {
        Self { server: self.server.restart(services).await, ..self }
    }

    pub(crate) fn sla(&self, who: &Who) -> SlaServiceClient<Client> {
        SlaServiceClient::new(self.server.client(who))
    }

    pub(crate) async fn publish_calendar(&self, file: &str) -> pb::PublishCalendarResponse {
        self.publish_as("calendars/office", file).await
    }

    pub(crate) async fn publish_as(&self, name: &str, file: &str) -> pb::PublishCalendarResponse {
        let ask = pb::PublishCalendarRequest {
            name: name.into(),
            file: file.into(),
            command_id: command_id(),
            ..Default::default()
        };
        self.sla(&Who::operator()).publish_calendar(ask).await.unwrap().into_inner()
    }

    pub(crate) async fn publish_policy(&self, file: &str) -> pb::PublishPolicyResponse {
        self.try_policy(file).await.unwrap()
    }

    pub(crate) async fn try_policy(&self, file: &str) -> Result<pb::PublishPolicyResponse, Status> {
        let ask = pb::PublishPolicyRequest {
            name: "policies/promises".into(),
            file: file.into(),
            command_id: command_id(),
            ..Default::default()
        };
        Ok(self.sla(&Who::operator()).publish_policy(ask).await?.into_inner())
    }

    /// Moves the clock, e.g. to `tue 12:00`, without waiting for what follows.
    pub(crate) fn set(&self, time: &str) {
        self.server.clock.set(at(time));
    }

    pub(crate) async fn settle_at(&self, time: &str) {
        self.set(time);
        self.server.settle().await;
    }

    /// A request of school 0101 that team T1 holds, opened at this time; all that follows has happened.
    pub(crate) async fn opened_at(&self, time: &str, request_type: &str) -> StreamId {
        self.opened_for(time, request_type, "0101", "T1").await
    }

    pub(crate) async fn opened_for(
        &self,
        time: &str,
        request_type: &str,
        school: &str,
        team: &str,
    ) -> StreamId {
        self.set(time);
        let request = new_request();
        let opened = requests::RequestOpened {
            request_type_id: request_type.into(),
            category: vec!["facilities".into()],
            priority: "P3".into(),
            school_id: school.into(),
            network_id: "N1".into(),
            tier: 2,
            school_level: "k8".into(),
            opened_at: Some(wire::time::to_proto(at(time))),
            ..Default::default()
        };
        self.tell(request, vec![event("request.opened", &opened, at(time))]).await;
        let routed = requests::RequestRouted {
            team_id: team.into(),
            priority: "P3".into(),
            ..Default::default()
        };
        self.happen(request, "request.routed", &routed).await;
        self.server.settle().await;
        request
    }

    /// Something happens to a request now.
    pub(crate) async fn happen(&self, request: StreamId, name: &str, message: &impl Message) {
        self.tell(request, vec![event(name, message, self.server.clock.now())]).await;
    }

    pub(crate) async fn reply(&self, request: StreamId) {
        let reply =
            requests::RequestReplied { author: requests::Author::Staff.into(), public: true };
        self.happen(request, "request.replied", &reply).await;
    }

    pub(crate) async fn pause(&self, request: StreamId) {
        let reason = requests::PauseReason::WaitingForRequester.into();
        self.happen(request, "request.paused", &requests::RequestPaused { reason }).await;
    }

    pub(crate) async fn resume(&self, request: StreamId) {
        let resumed = requests::RequestResumed { cause: "manual".into() };
        self.happen(request, "request.resumed", &resumed).await;
    }

    pub(crate) async fn resolve(&self, request: StreamId) {
        let resolved = requests::RequestResolved {
            outcome: requests::Outcome::Done.into(),
            resolved_at: Some(wire::time::to_proto(self.server.clock.now())),
            ..Default::default()
        };
        self.happen(request, "request.resolved", &resolved).await;
    }

    /// Appends one command's events to a request.
    pub(crate) async fn tell(&self, request: StreamId, events: Vec<NewEvent>) {
        let count = i32::try_from(events.len()).unwrap();
        let version = self.versions.lock().unwrap().get(&request).copied().unwrap_or(0);
        let append = Append {
            command_id: command_id().parse().unwrap(),
            stream: request,
            kind: "request",
            expected: Version(version),
            request_hash: [0; 32],
            events,
            meta: EventMeta { actor: "people/test".into(), ..Default::default() },
            recorded_at: self.server.clock.now(),
            erase_private: false,
        };
        self.requests.append(append).await.unwrap();
        self.versions.lock().unwrap().insert(request, version + count);
    }

    /// What the own log holds, from the beginning.
    pub(crate) async fn log(&self) -> Vec<Recorded> {
        let reader = self.server.logs.reader("sla");
        let (mut all, mut after) = (Vec::new(), Position(0));
        loop {
            let page = reader.page(after, 5_000).await.unwrap();
            let Some(last) = page.last() else { return all };
            after = last.position;
            all.extend(page);
        }
    }

    /// The events of a request's case: `case.clock_started mon 09:00`, by when they occurred.
    pub(crate) async fn case(&self, request: StreamId) -> Vec<String> {
        let log = self.log().await;
        let events = log.iter().filter(|event| event.stream == request);
        events
            .map(|event| {
                let occurred = wire::time::to_proto(event.occurred_at);
                format!("{} {}", event.event(), local(Some(&occurred)))
            })
            .collect()
    }

    pub(crate) async fn clocks(&self, who: &Who, ask: pb::ListClocksRequest) -> Vec<pb::Clock> {
        self.sla(who).list_clocks(ask).await.unwrap().into_inner().clocks
    }

    /// A request's clock of a metric, as a director sees it.
    pub(crate) async fn clock(&self, request: StreamId, metric: &str) -> pb::Clock {
        let ask = pb::ListClocksRequest {
            request: format!("requests/{request}"),
            metric: metric.into(),
            ..Default::default()
        };
        self.clocks(&director(), ask).await.pop().unwrap()
    }

    pub(crate) async fn resolution(&self, request: StreamId) -> pb::Clock {
        self.clock(request, "first_resolution").await
    }

    pub(crate) async fn explain(
        &self,
        who: &Who,
        request: StreamId,
    ) -> Result<pb::ExplainDueDateResponse, Status> {
        let ask = pb::ExplainDueDateRequest {
            request: format!("requests/{request}"),
            ..Default::default()
        };
        Ok(self.sla(who).explain_due_date(ask).await?.into_inner())
    }
}

pub(crate) fn event(name: &str, message: &impl Message, occurred_at: Timestamp) -> NewEvent {
    NewEvent {
        name: name.into(),
        revision: 1,
        occurred_at,
        payload: message.encode_to_vec(),
        private: None,
    }
}
