//! Who is told of late clocks, when, and what their inbox shows.

use testkit::{Who, command_id, reason_of};
use tonic::Code;
use wire::schoolside::sla::v1::{AcknowledgeEscalationRequest, Escalation, ListEscalationsRequest};

use crate::office::{CALENDAR, Office, director, local, services};

/// Ten open hours, of calls from nine to twelve.
const POLICY: &str = r#"
[defaults]
calendar = "office"
pauses = ["waiting_for_requester"]
notification_calendar = "calls"
escalations = [
  { at = 50, tell = "holder" },
  { at = "breach", tell = "lead" },
  { at = "breach", after = "2 hours", tell = "director" },
]
[[entries]]
targets = [{ metric = "first_resolution", length = "10 hours" }]
"#;

async fn open() -> Office {
    let office = Office::bare(services()).await;
    office.publish_calendar(CALENDAR).await;
    let calls = CALENDAR.replace(r#"["08:00", "16:30"]"#, r#"["09:00", "12:00"]"#);
    office.publish_as("calendars/calls", &calls).await;
    office.publish_policy(POLICY).await;
    office.server.settle().await;
    office
}

async fn inbox(office: &Office, who: &Who, settled: bool) -> Vec<Escalation> {
    let ask = ListEscalationsRequest { settled, ..Default::default() };
    office.sla(who).list_escalations(ask).await.unwrap().into_inner().escalations
}

fn told(inbox: &[Escalation]) -> Vec<String> {
    let line = |one: &Escalation| {
        let (reached, told) = (local(one.reached_at.as_ref()), local(one.told_at.as_ref()));
        format!("{} {}: {reached}, {told}", one.step, one.audience)
    };
    inbox.iter().map(line).collect()
}

fn step(request: kernel::StreamId, step: i32) -> AcknowledgeEscalationRequest {
    AcknowledgeEscalationRequest {
        request: format!("requests/{request}"),
        target: "first_resolution".into(),
        step,
        command_id: command_id(),
        ..Default::default()
    }
}

#[tokio::test]
async fn people_are_told_step_by_step_within_their_hours_and_once() {
    let office = open().await;
    let request = office.opened_at("mon 09:00", "FAC1").await;
    // Five of ten open hours are used at 14:00, when nobody is called any more; the request is due on Tuesday at 10:30.
    office.settle_at("mon 16:00").await;
    assert!(inbox(&office, &director(), false).await.is_empty());
    office.settle_at("tue 09:30").await;
    let holder = "1 holder: mon 14:00, tue 09:00";
    assert_eq!(told(&inbox(&office, &director(), false).await), [holder]);
    // Breached at 10:30; two hours of calls later it is Wednesday, 09:30.
    office.settle_at("wed 09:29").await;
    let lead = "2 lead: tue 10:30, tue 10:30";
    assert_eq!(told(&inbox(&office, &director(), false).await), [holder, lead]);
    office.settle_at("wed 10:00").await;
    office.settle_at("thu 10:00").await;
    let all = [holder, lead, "3 director: tue 10:30, wed 09:30"];
    assert_eq!(told(&inbox(&office, &director(), false).await), all);
    let escalated = office.case(request).await;
    let escalated: Vec<_> = escalated.iter().filter(|one| one.starts_with("escalated")).collect();
    assert_eq!(escalated, ["escalated tue 09:00", "escalated tue 10:30", "escalated wed 09:30"]);
}

#[tokio::test]
async fn what_somebody_took_notice_of_leaves_the_inbox_and_so_does_what_is_done() {
    let office = open().await;
    let request = office.opened_at("mon 09:00", "FAC1").await;
    office.settle_at("wed 10:00").await;
    let lead = Who::lead("people/T1-lead", "T1");
    let early = office.sla(&lead).acknowledge_escalation(step(request, 4)).await.unwrap_err();
    assert_eq!(reason_of(&early), "NOT_ESCALATED");
    for news in [true, false] {
        let noticed = office.sla(&lead).acknowledge_escalation(step(request, 1)).await.unwrap();
        assert_eq!(noticed.into_inner().acknowledged, news);
    }
    let left: Vec<_> = inbox(&office, &lead, false).await.iter().map(|one| one.step).collect();
    assert_eq!(left, [2, 3]);
    office.resolve(request).await;
    office.server.settle().await;
    assert!(inbox(&office, &lead, false).await.is_empty());
    let all = inbox(&office, &lead, true).await;
    assert_eq!((all.len(), all[0].acknowledged_by.as_str()), (3, "people/T1-lead"));
}

#[tokio::test]
async fn nobody_is_told_of_a_clock_that_waits_or_is_done_by_the_hour_of_calls() {
    let office = open().await;
    let done = office.opened_at("mon 09:00", "FAC1").await;
    office.set("mon 15:00");
    office.resolve(done).await;
    let waits = office.opened_at("mon 15:30", "FAC1").await;
    office.set("mon 16:00");
    office.pause(waits).await;
    office.server.settle().await;
    office.settle_at("fri 10:00").await;
    assert!(inbox(&office, &director(), true).await.is_empty());
}

#[tokio::test]
async fn an_inbox_shows_what_its_reader_may_know_and_requesters_have_none() {
    let office = open().await;
    let request = office.opened_for("mon 09:00", "FAC1", "0101", "T1").await;
    office.settle_at("wed 10:00").await;
    assert_eq!(inbox(&office, &Who::lead("people/T1-lead", "T1"), false).await.len(), 3);
    assert!(inbox(&office, &Who::lead("people/T2-lead", "T2"), false).await.is_empty());
    assert!(inbox(&office, &Who::principal("people/P-0101", "0101"), false).await.is_empty());
    for who in [Who::lead("people/T2-lead", "T2"), Who::principal("people/P-0101", "0101")] {
        let refused = office.sla(&who).acknowledge_escalation(step(request, 1)).await.unwrap_err();
        assert_eq!(refused.code(), Code::NotFound);
    }
}
