//! Records that a subscription cannot handle, as an operator sees and settles them.

use std::sync::{Arc, atomic::Ordering};

use testkit::{TestServer, Who, command_id, reason_of};
use tonic::{Code, Status};
use wire::schoolside::common::v1::{
    DropParkedRecordRequest, GetParkedRecordRequest, ListParkedRecordsRequest, ParkedRecord,
    ParkedState, RetryParkedRecordRequest, parked_record_service_client::ParkedRecordServiceClient,
};

use crate::demo::{Gate, PAD, Pad, demo, patiently, write};

const SUBSCRIPTION: &str = "demo.follow";

type Door = ParkedRecordServiceClient<testkit::Client>;

/// Three notes, the first of which cannot be handled.
async fn stuck() -> (TestServer, Arc<Gate>, Door) {
    let gate = Arc::new(Gate::default());
    gate.poisoned.store(true, Ordering::Relaxed);
    let server = TestServer::start([demo(gate.clone())]).await;
    let mut pad = Pad::new(server.client(&Who::operator()));
    for _ in 0..3 {
        pad.publish_rule_set(write(&command_id(), "")).await.unwrap();
    }
    server.settle().await;
    let door = Door::new(server.client(&Who::operator()));
    (server, gate, door)
}

async fn listed(door: &mut Door) -> Vec<ParkedRecord> {
    let ask = ListParkedRecordsRequest::default();
    door.list_parked_records(ask).await.unwrap().into_inner().records
}

async fn retry(door: &mut Door, position: i64) -> Result<ParkedRecord, Status> {
    let ask = RetryParkedRecordRequest { subscription: SUBSCRIPTION.to_owned(), position };
    Ok(door.retry_parked_record(ask).await?.into_inner().record.unwrap())
}

async fn drop_record(door: &mut Door, position: i64) -> Result<ParkedRecord, Status> {
    let ask = DropParkedRecordRequest { subscription: SUBSCRIPTION.to_owned(), position };
    Ok(door.drop_parked_record(ask).await?.into_inner().record.unwrap())
}

async fn get(door: &mut Door, position: i64) -> Result<ParkedRecord, Status> {
    let ask = GetParkedRecordRequest { subscription: SUBSCRIPTION.to_owned(), position };
    Ok(door.get_parked_record(ask).await?.into_inner().record.unwrap())
}

fn said(refused: &Status) -> (Code, String, &str) {
    (refused.code(), reason_of(refused), refused.message())
}

#[tokio::test]
async fn a_record_that_cannot_be_handled_is_listed_with_its_error_and_what_waits_behind_it() {
    let (_server, _, mut door) = stuck().await;
    let records = listed(&mut door).await;
    let states: Vec<_> = records.iter().map(|r| (r.position, r.state(), r.attempts)).collect();
    let held = |position| (position, ParkedState::Held, 0);
    assert_eq!(states, [(1, ParkedState::Parked, 3), held(2), held(3)]);
    let first = get(&mut door, 1).await.unwrap();
    assert_eq!((first.error.as_str(), first.key.clone()), ("the ink has run out", PAD.to_string()));
    assert_eq!((first.context.as_str(), first.subscription.as_str()), ("demo", SUBSCRIPTION));
    assert_eq!(first.r#type, "schoolside.demo.pad.written.v1");
}

#[tokio::test]
async fn a_long_list_comes_in_pages_without_a_gap() {
    let (_server, _, mut door) = stuck().await;
    let mut ask = ListParkedRecordsRequest {
        context: "demo".to_owned(),
        page_size: 2,
        ..ListParkedRecordsRequest::default()
    };
    let mut pages = Vec::new();
    loop {
        let page = door.list_parked_records(ask.clone()).await.unwrap().into_inner();
        pages.push(page.records.iter().map(|record| record.position).collect::<Vec<_>>());
        if page.next_page_token.is_empty() {
            break;
        }
        ask.page_token = page.next_page_token;
    }
    assert_eq!(pages, [vec![1, 2], vec![3]]);
}

#[tokio::test]
async fn a_retry_after_its_cause_is_gone_applies_the_record_and_those_behind_it() {
    let (_server, gate, mut door) = stuck().await;
    // Not mended yet: one more attempt, and it waits again.
    assert_eq!(retry(&mut door, 1).await.unwrap().state(), ParkedState::Retry);
    patiently(async || get(&mut door, 1).await.unwrap().attempts == 4).await;
    assert_eq!(get(&mut door, 1).await.unwrap().state(), ParkedState::Parked);
    assert_eq!(*gate.followed.lock().unwrap(), [0; 0]);

    gate.poisoned.store(false, Ordering::Relaxed);
    retry(&mut door, 1).await.unwrap();
    patiently(async || listed(&mut door).await.is_empty()).await;
    assert_eq!(*gate.followed.lock().unwrap(), [1, 2, 3]);
}

#[tokio::test]
async fn a_dropped_record_lets_the_rest_go_on_and_stays_on_record() {
    let (_server, gate, mut door) = stuck().await;
    assert_eq!(drop_record(&mut door, 1).await.unwrap().state(), ParkedState::Drop);
    patiently(async || listed(&mut door).await.is_empty()).await;
    assert_eq!(*gate.followed.lock().unwrap(), [2, 3]);
    assert_eq!(get(&mut door, 1).await.unwrap().state(), ParkedState::Dropped);
    let refused = retry(&mut door, 1).await.unwrap_err();
    let words = "the record at position 1 of demo.follow was dropped already";
    assert_eq!(said(&refused), (Code::FailedPrecondition, "RECORD_NOT_PARKED".into(), words));
}

#[tokio::test]
async fn what_is_not_there_or_waits_behind_another_is_refused_in_precise_words() {
    let (_server, _, mut door) = stuck().await;
    let missing = retry(&mut door, 7).await.unwrap_err();
    let words = "no record is parked at position 7 of demo.follow";
    assert_eq!(said(&missing), (Code::NotFound, "NOT_FOUND".into(), words));
    let behind = drop_record(&mut door, 3).await.unwrap_err();
    assert_eq!(reason_of(&behind), "RECORD_NOT_PARKED");
    assert!(behind.message().contains("waits behind the one at position 1"), "{behind}");
    let ask = GetParkedRecordRequest { subscription: "demo.other".to_owned(), position: 1 };
    let unknown = door.get_parked_record(ask).await.unwrap_err();
    let words = "there is no subscription \"demo.other\" here: one of demo.follow";
    assert_eq!(said(&unknown), (Code::NotFound, "NOT_FOUND".into(), words));
    let ask = ListParkedRecordsRequest { context: "sla".to_owned(), ..Default::default() };
    let elsewhere = door.list_parked_records(ask).await.unwrap_err();
    assert_eq!(elsewhere.message(), "sla is not served here: one of demo");
}

#[tokio::test]
async fn nobody_but_an_operator_may_look_or_decide() {
    let (server, _, _) = stuck().await;
    let mut door = Door::new(server.client(&Who::lead("people/T1-lead-1", "T1")));
    let ask = ListParkedRecordsRequest::default();
    for refused in [
        door.list_parked_records(ask).await.map(|_| ()).unwrap_err(),
        get(&mut door, 1).await.unwrap_err(),
        retry(&mut door, 1).await.unwrap_err(),
        drop_record(&mut door, 1).await.unwrap_err(),
    ] {
        assert_eq!(
            (refused.code(), reason_of(&refused).as_str()),
            (Code::PermissionDenied, "PERMISSION_MISSING")
        );
    }
}
