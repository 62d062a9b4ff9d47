//! What a request's own changes, questions and hand-overs do to its clocks, told by the requests' events.

use wire::schoolside::{
    requests::v1 as requests,
    sla::v1::{Clock, ClockState, ListClocksRequest},
};

use crate::office::{CALENDAR, Office, director, local, services};

const POLICY: &str = r#"
[defaults]
calendar = "office"
pauses = ["waiting_for_requester"]

[[entries]]
match = { priorities = ["P1"] }
targets = [{ metric = "first_resolution", length = "2 hours" }]
without = ["next_response", "ownership"]

[[entries]]
match = { request_types = ["TEC1"] }
targets = [{ metric = "first_resolution", length = "4 hours", on_change = "restart" }]
without = ["next_response", "ownership"]

[[entries]]
match = { tiers = ["3"] }
targets = [{ metric = "first_resolution", length = "3 hours", on_change = "keep" }]
without = ["next_response", "ownership"]

[[entries]]
targets = [
  { metric = "next_response", length = "1 hours" },
  { metric = "first_resolution", length = "10 hours" },
  { metric = "ownership", length = "6 hours" },
]
"#;

async fn open() -> Office {
    let office = Office::bare(services()).await;
    office.publish_calendar(CALENDAR).await;
    office.publish_policy(POLICY).await;
    office.server.settle().await;
    office
}

async fn clocks(office: &Office, request: kernel::StreamId, metric: &str) -> Vec<String> {
    let ask = ListClocksRequest {
        request: format!("requests/{request}"),
        metric: metric.into(),
        ..Default::default()
    };
    let mut clocks = office.clocks(&director(), ask).await;
    clocks.sort_by_key(|clock| clock.clock.as_ref().map(|clock| clock.cycle));
    let word = |clock: &Clock| {
        let state = clock.state().as_str_name().trim_start_matches("CLOCK_STATE_").to_lowercase();
        format!("{state} {}", local(clock.due_at.as_ref()))
    };
    clocks.iter().map(word).collect()
}

async fn resolution(office: &Office, request: kernel::StreamId) -> Vec<String> {
    clocks(office, request, "first_resolution").await
}

async fn priority(office: &Office, request: kernel::StreamId, priority: &str) {
    let changed = requests::RequestPriorityChanged {
        priority: priority.into(),
        previous_priority: "P3".into(),
        reason: "other".into(),
    };
    office.happen(request, "request.priority_changed", &changed).await;
    office.server.settle().await;
}

#[tokio::test]
async fn what_has_passed_is_carried_into_the_target_of_a_new_priority() {
    let office = open().await;
    let request = office.opened_at("mon 09:00", "FAC1").await;
    office.set("mon 10:00");
    office.pause(request).await;
    office.set("mon 10:30");
    office.resume(request).await;
    priority(&office, request, "P1").await;
    // Two hours from nine, and half an hour of waiting that survives.
    assert_eq!(resolution(&office, request).await, ["running mon 11:30"]);
    // A breach stays, whatever the request is called afterwards.
    office.settle_at("mon 12:00").await;
    priority(&office, request, "P3").await;
    assert_eq!(resolution(&office, request).await, ["missed_open mon 11:30"]);
}

#[tokio::test]
async fn a_target_may_restart_or_keep_when_the_request_changes() {
    let office = open().await;
    let restarts = office.opened_at("mon 09:00", "TEC1").await;
    office.set("mon 11:00");
    let reclassified = requests::RequestReclassified {
        request_type_id: "FAC1".into(),
        category: vec!["facilities".into()],
        priority: "P3".into(),
        previous_request_type_id: "TEC1".into(),
        ..Default::default()
    };
    office.happen(restarts, "request.reclassified", &reclassified).await;
    office.server.settle().await;
    // Ten hours from eleven: five and a half on Monday, the rest until Tuesday, 12:30.
    assert_eq!(resolution(&office, restarts).await, ["superseded mon 13:00", "running tue 12:30"]);

    let keeps = office.opened_at("mon 12:00", "FAC1").await;
    let moved = |school: &str, tier| requests::RequestSchoolChanged {
        school_id: school.into(),
        network_id: "N2".into(),
        school_level: "k8".into(),
        tier,
        previous_school_id: "0101".into(),
        ..Default::default()
    };
    office.set("mon 12:30");
    office.happen(keeps, "request.school_changed", &moved("0303", 3)).await;
    office.server.settle().await;
    assert_eq!(resolution(&office, keeps).await, ["running mon 15:00"]);
    office.set("mon 13:00");
    office.happen(keeps, "request.school_changed", &moved("0101", 2)).await;
    office.server.settle().await;
    assert_eq!(resolution(&office, keeps).await, ["running mon 15:00"]);
    let clock = office.resolution(keeps).await;
    assert_eq!(clock.snapshot.unwrap().school_id, "0101");
}

#[tokio::test]
async fn each_question_has_a_clock_of_its_own_and_each_team_its_tenure() {
    let office = open().await;
    let request = office.opened_at("mon 09:00", "FAC1").await;
    office.set("mon 09:30");
    office.reply(request).await;
    office.set("mon 10:00");
    let question =
        requests::RequestReplied { author: requests::Author::Requester.into(), public: true };
    office.happen(request, "request.replied", &question).await;
    office.set("mon 10:20");
    office.happen(request, "request.replied", &question).await;
    office.server.settle().await;
    assert_eq!(clocks(&office, request, "next_response").await, ["running mon 11:00"]);
    office.set("mon 10:40");
    office.reply(request).await;
    office.set("mon 11:00");
    let handed = requests::RequestReassigned { team_id: "T2".into(), ..Default::default() };
    office.happen(request, "request.reassigned", &handed).await;
    let member = requests::RequestReassigned { member_id: "P-7".into(), ..handed };
    office.set("mon 11:30");
    office.happen(request, "request.reassigned", &member).await;
    office.server.settle().await;
    assert_eq!(clocks(&office, request, "next_response").await, ["met mon 11:00"]);
    assert_eq!(clocks(&office, request, "ownership").await, ["met mon 15:00", "running tue 08:30"]);
    assert_eq!(office.resolution(request).await.state(), ClockState::Running);
}
