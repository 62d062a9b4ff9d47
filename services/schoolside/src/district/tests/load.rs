//! Loading a district into a running system, through its public API.

use secrecy::SecretString;
use testkit::{TestServer, Who, assembled};
use wire::schoolside::directory::v1::{GetSchoolRequest, RegisterSchoolRequest};

use crate::{
    connection::Connection,
    district::{
        Clients, Source, State, alder_bay::ALDER_BAY, apply, apply_fact, enter, plan, read,
    },
};

use super::with;

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
    let change =
        "effective,recorded,what,subject,value\n2026-02-05,2026-02-12,school_tier,0101,3\n";
    let files = with("directory_changes.csv", change).unwrap();
    for (recorded, fact) in files.facts_in_recorded_order() {
        if let Some(recorded) = recorded {
            server.clock.set(recorded);
        }
        apply_fact(&clients, recorded, &fact).await.unwrap();
    }
    server.settle().await;
    let mut tier = async |known_at: &str| {
        let known_at = Some(wire::time::to_proto(known_at.parse().unwrap()));
        let (name, as_of) = ("schools/0101".into(), "2026-02-06".into());
        let request = GetSchoolRequest { name, as_of, known_at, ..Default::default() };
        clients.directory.get_school(request).await.unwrap().into_inner().school.unwrap().tier
    };
    assert_eq!(tier("2026-02-11T12:00:00-05:00").await, 1, "as it was known before 12 February");
    assert_eq!(tier("2026-02-13T12:00:00-05:00").await, 3, "as it truly was");
}
