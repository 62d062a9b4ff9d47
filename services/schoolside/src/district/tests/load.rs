//! Loading a district into a running system, through its public API.

use secrecy::SecretString;
use testkit::{TestServer, Who, assembled};
use wire::schoolside::directory::v1::{GetSchoolRequest, GetTeamRequest, RegisterSchoolRequest};

use crate::{
    cli::Connection,
    district::{Clients, Fact, Source, State, alder_bay::ALDER_BAY, apply, enter, plan, read},
};

async fn running() -> (TestServer, Clients) {
    let server = TestServer::start([
        assembled(directory::assemble),
        assembled(requests::assemble),
        assembled(routing::assemble),
        assembled(sla::assemble),
        assembled(surveys::assemble),
    ])
    .await;
    let token = SecretString::from(server.token(&Who::operator()));
    let connection = Connection::to(&format!("http://{}", server.address()), &token).unwrap();
    let clients = Clients::new(&connection).unwrap();
    (server, clients)
}

fn facts(source: &Source) -> crate::district::DistrictFiles {
    read(source).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_district_is_planned_loaded_and_then_unchanged() {
    let (server, clients) = running().await;
    let files = facts(&ALDER_BAY);
    let first = plan(&clients, &files).await.unwrap();
    assert!(first.steps.iter().all(|step| step.state == State::New));
    let nothing = plan(&clients, &files).await.unwrap();
    assert_eq!(nothing.pending().count(), files.entries.len(), "planning writes nothing");

    apply(&clients, &first, &|| {}).await.unwrap();
    server.settle().await;
    let again = plan(&clients, &files).await.unwrap();
    let pending: Vec<_> = again.pending().map(|step| (step.state, step.fact.summary())).collect();
    assert_eq!(pending, [], "what was loaded is known");
    let report = again.report(false).to_text(40);
    assert_eq!(
        report,
        format!("{0} facts: 0 new and 0 changed to enter, {0} unchanged", files.entries.len())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_description_is_changed_back_and_a_cut_load_goes_on() {
    let (server, mut clients) = running().await;
    let files = facts(&ALDER_BAY);
    let ordered = files.facts_to_load();
    enter(&clients, &ordered[..200]).await.unwrap();
    let rename = RegisterSchoolRequest {
        name: "schools/0101".into(),
        display_name: "Canal Street Academy".into(),
        command_id: testkit::command_id(),
        ..Default::default()
    };
    clients.directory.register_school(rename).await.unwrap();
    server.settle().await;
    let rest = plan(&clients, &files).await.unwrap();
    assert_eq!(rest.pending().count(), ordered.len() - 199);
    let changed = |step: &&crate::district::Step| step.state == State::Changed;
    let changed: Vec<_> =
        rest.steps.iter().filter(changed).map(|step| step.fact.summary()).collect();
    assert_eq!(changed, ["school 0101 Canal Street ES"]);
    apply(&clients, &rest, &|| {}).await.unwrap();
    server.settle().await;
    assert_eq!(plan(&clients, &files).await.unwrap().pending().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_entered_when_their_time_came_tell_what_was_known_when() {
    let (server, mut clients) = running().await;
    for (recorded, fact) in facts(&ALDER_BAY).facts_in_recorded_order() {
        if let Some(recorded) = recorded {
            server.clock.set(recorded);
        }
        if !matches!(fact, Fact::RuleSet(_)) {
            enter(&clients, &[(recorded, fact)]).await.unwrap();
        }
    }
    server.settle().await;
    let mut team = async |known_at: &str| {
        let known_at = Some(wire::time::to_proto(known_at.parse().unwrap()));
        let (name, as_of) = ("schools/0208".into(), "2026-01-06".into());
        let request = GetSchoolRequest { name, as_of, known_at, ..Default::default() };
        clients.directory.get_school(request).await.unwrap().into_inner().school.unwrap().team
    };
    assert_eq!(
        team("2026-01-11T12:00:00-05:00").await,
        "teams/T2",
        "as it was known before 12 January"
    );
    assert_eq!(team("2026-01-13T12:00:00-05:00").await, "teams/T3", "as it truly was");
    let request = GetTeamRequest {
        name: "teams/T1".into(),
        as_of: "2026-02-02".into(),
        ..Default::default()
    };
    let team = clients.directory.get_team(request).await.unwrap().into_inner().team.unwrap();
    assert_eq!((team.schools.len(), team.members.len()), (15, 9));
}
