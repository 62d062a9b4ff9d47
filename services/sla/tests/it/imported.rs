//! Imported requests: the source's due date is the promise, and nothing else is.

use eventlog::NewEvent;
use kernel::Timestamp;
use wire::schoolside::{
    requests::v1::{self as requests, Outcome},
    sla::v1::{ClockState, ListClocksRequest},
};

use crate::office::{Office, at, director, event, local, new_request};

/// The events of one imported row.
pub(crate) fn row(
    opened: Timestamp,
    due: Option<Timestamp>,
    resolved: Option<Timestamp>,
) -> Vec<NewEvent> {
    row_of("POTHOLE", "ISD", opened, due, resolved)
}

/// The same of this type, which this team holds.
pub(crate) fn row_of(
    request_type: &str,
    team: &str,
    opened: Timestamp,
    due: Option<Timestamp>,
    resolved: Option<Timestamp>,
) -> Vec<NewEvent> {
    let stamp = |at| Some(wire::time::to_proto(at));
    let opening = requests::RequestOpened {
        request_type_id: request_type.into(),
        imported: true,
        opened_at: stamp(opened),
        ..Default::default()
    };
    let held = requests::RequestHeld { team_id: team.into(), ..Default::default() };
    let mut events = vec![
        event("request.imported", &requests::RequestImported::default(), opened),
        event("request.opened", &opening, opened),
        event("request.held", &held, opened),
    ];
    if let Some(due) = due {
        let stated =
            requests::RequestDueDateStated { due_at: stamp(due), stated_from: stamp(opened) };
        events.push(event("request.due_date_stated", &stated, opened));
    }
    if let Some(resolved) = resolved {
        let resolution = requests::RequestResolved {
            outcome: Outcome::Done.into(),
            resolved_at: stamp(resolved),
            implausible: resolved < opened,
            imported: true,
            ..Default::default()
        };
        events.push(event("request.resolved", &resolution, resolved));
    }
    events
}

#[tokio::test]
async fn an_imported_request_is_judged_by_its_stated_due_date_alone() {
    let office = Office::open().await;
    office.set("thu 08:00");
    let (monday, tuesday, wednesday) = (at("mon 09:00"), at("tue 09:00"), at("wed 09:00"));
    let mut ids = Vec::new();
    for (due, resolved) in [
        (Some(tuesday), Some(tuesday)),
        (Some(tuesday), Some(wednesday)),
        (Some(tuesday), None),
        (None, Some(tuesday)),
        (Some(at("fri 09:00")), Some(at("mon 08:00"))),
    ] {
        let id = new_request();
        office.tell(id, row(monday, due, resolved)).await;
        ids.push(id);
    }
    office.server.settle().await;
    let mut found = Vec::new();
    for id in &ids {
        let ask = ListClocksRequest { request: format!("requests/{id}"), ..Default::default() };
        let clocks = office.clocks(&director(), ask).await;
        found.push(
            clocks
                .iter()
                .map(|clock| (clock.clock.clone().unwrap().metric, clock.state()))
                .collect::<Vec<_>>(),
        );
    }
    let one = |state| vec![("first_resolution".to_owned(), state)];
    let expected = [
        one(ClockState::Met),
        one(ClockState::Missed),
        one(ClockState::MissedOpen),
        vec![],
        one(ClockState::Met),
    ];
    assert_eq!(found, expected);
    let clock = office.resolution(ids[0]).await;
    assert_eq!(
        (clock.basis.unwrap().policy_id.as_str(), local(clock.due_at.as_ref())),
        ("stated", "tue 09:00".into())
    );
    assert_eq!(office.case(ids[0]).await, ["clock_started mon 09:00", "clock_met tue 09:00"]);
}

#[tokio::test]
async fn a_row_that_is_cut_by_a_pages_end_is_judged_as_a_whole() {
    let office = Office::open().await;
    office.set("thu 08:00");
    let tuesday = Some(at("tue 09:00"));
    for index in 0..470 {
        // Three events first, so that no page of a thousand ends between two rows of five.
        let (due, resolved) = if index == 0 { (None, None) } else { (tuesday, tuesday) };
        office.tell(new_request(), row(at("mon 09:00"), due, resolved)).await;
    }
    office.server.settle().await;
    let log = office.log().await;
    let count = |name: &str| log.iter().filter(|event| event.event() == name).count();
    assert_eq!((count("clock_started"), count("clock_met")), (469, 469));
    assert_eq!((count("clock_breached"), count("breach_retracted")), (0, 0));
}

#[tokio::test]
async fn a_due_date_that_becomes_known_later_starts_the_clock() {
    let office = Office::open().await;
    let id = new_request();
    office.tell(id, row(at("mon 07:00"), None, None)).await;
    office.server.settle().await;
    let due_at = Some(wire::time::to_proto(at("tue 09:00")));
    let stated = requests::RequestDueDateStated { due_at, ..Default::default() };
    office.happen(id, "request.due_date_stated", &stated).await;
    office.settle_at("wed 08:00").await;
    assert_eq!(office.case(id).await, ["clock_started mon 07:00", "clock_breached tue 09:00"]);
}
