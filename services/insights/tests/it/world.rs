//! A small district whose figures can be reckoned by hand.

use kernel::StreamId;
use prost_types::Timestamp;
use testkit::{Client, TestServer, Who, assembled};
use wire::schoolside::{
    directory::v1 as directory, insights::v1::insights_service_client::InsightsServiceClient,
    requests::v1 as requests, surveys::v1 as surveys,
};

/// The service beside the logs that it follows, and a district in New York.
pub async fn district() -> TestServer {
    let server = TestServer::start_beside(
        &["directory", "requests", "sla", "surveys"],
        [assembled(insights::assemble)],
    )
    .await;
    let zone = directory::DistrictDefined { zone: "America/New_York".into(), ..Default::default() };
    server.record("directory", StreamId::of("district", "1"), "district.defined", &zone).await;
    server
}

pub fn client(server: &TestServer) -> InsightsServiceClient<Client> {
    InsightsServiceClient::new(
        server.client(&Who::new(chassis::identity::CallerRole::Director, "people/d")),
    )
}

pub async fn team(server: &TestServer, id: &str, outside: Option<&str>) {
    let external_keys =
        outside.map(|name| ("old".to_owned(), name.to_owned())).into_iter().collect();
    let event = directory::TeamDefined { team_id: id.into(), external_keys, ..Default::default() };
    server.record("directory", StreamId::of("team", id), "team.defined", &event).await;
}

/// A request that is opened now and held by `team`.
pub async fn open(server: &TestServer, key: &str, team: &str) -> StreamId {
    let stream = StreamId::of("request", key);
    server.record("requests", stream, "request.opened", &requests::RequestOpened::default()).await;
    let routed = requests::RequestRouted { team_id: team.into(), ..Default::default() };
    server.record("requests", stream, "request.routed", &routed).await;
    stream
}

pub async fn due(server: &TestServer, stream: StreamId, due: &str) {
    let due: jiff::Timestamp = due.parse().unwrap();
    let due_at = Some(wire::time::to_proto(due));
    let event = requests::RequestDueDateStated { due_at, ..Default::default() };
    server.record("requests", stream, "request.due_date_stated", &event).await;
}

pub async fn resolve(
    server: &TestServer,
    stream: StreamId,
    team: &str,
    outcome: requests::Outcome,
) {
    let event = requests::RequestResolved {
        outcome: outcome.into(),
        team_id: team.into(),
        ..Default::default()
    };
    server.record("requests", stream, "request.resolved", &event).await;
}

pub async fn answer(
    server: &TestServer,
    request: StreamId,
    person: &str,
    team: &str,
    satisfied: bool,
) {
    let stream = StreamId::of("invitation", &format!("{request}/{person}"));
    let scheduled = surveys::InvitationScheduled {
        request_id: request.to_string(),
        respondent_id: person.into(),
        team_id: team.into(),
        ..Default::default()
    };
    server.record("surveys", stream, "invitation.scheduled", &scheduled).await;
    let sent = surveys::InvitationSent { expires_at: Some(Timestamp::default()) };
    server.record("surveys", stream, "invitation.sent", &sent).await;
    let answered = surveys::InvitationAnswered { satisfied, ..Default::default() };
    server.record("surveys", stream, "invitation.answered", &answered).await;
}
