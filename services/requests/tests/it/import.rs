//! Taking history over.

use std::time::Instant;

use prost_types::Timestamp;
use tonic::Code;
use uuid::Uuid;
use wire::schoolside::requests::v1::{
    ImportOutcome as O, ImportRequestsRequest, ImportRequestsResponse, ImportRow, ListRequest,
    RequestState,
};

use crate::support::{Desk, Who, command_id, days};

fn at(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp { seconds: 1_420_000_000 + seconds, nanos: 0 })
}

fn row(id: usize) -> ImportRow {
    let mut row = ImportRow {
        external_id: format!("10100{id:07}"),
        row_hash: vec![],
        opened_at: at(0),
        request_type: "requestTypes/FAC5".into(),
        team: "teams/ISD".into(),
        queue: "ISD_Housing".into(),
        channel: "phone".into(),
        due_at: at(86_400),
        ..Default::default()
    };
    hash(&mut row);
    row
}

fn hash(row: &mut ImportRow) {
    row.row_hash = vec![];
    let digest = Uuid::new_v5(&Uuid::nil(), format!("{row:?}").as_bytes());
    row.row_hash = [digest.as_bytes().as_slice(), digest.as_bytes().as_slice()].concat();
}

fn changed(id: usize, change: impl FnOnce(&mut ImportRow)) -> ImportRow {
    let mut row = row(id);
    change(&mut row);
    hash(&mut row);
    row
}

async fn import(desk: &Desk, rows: Vec<ImportRow>) -> ImportRequestsResponse {
    let ask = batch(rows);
    desk.imports(Who::Importer).import_requests(ask).await.unwrap().into_inner()
}

fn batch(rows: Vec<ImportRow>) -> ImportRequestsRequest {
    ImportRequestsRequest {
        command_id: command_id(),
        source_system: "boston-311".into(),
        rows,
        validate_only: false,
    }
}

fn outcomes(response: &ImportRequestsResponse) -> Vec<O> {
    response.results.iter().map(wire::schoolside::requests::v1::ImportResult::outcome).collect()
}

#[tokio::test]
async fn rows_are_accepted_unchanged_updated_or_refused_for_ever() {
    let desk = Desk::open().await;
    let resolved = changed(2, |row| row.resolved_at = at(9_000));
    let first = import(&desk, vec![row(1), resolved.clone(), row(1)]).await;
    assert_eq!(outcomes(&first), [O::Accepted, O::Accepted, O::Unchanged]);
    let again = import(&desk, vec![row(1), resolved]).await;
    assert_eq!(outcomes(&again), [O::Unchanged, O::Unchanged]);
    assert_eq!(again.consistency, "");

    let adds = changed(1, |row| row.resolved_at = at(9_000));
    let contradicts = changed(2, |row| {
        row.resolved_at = at(9_000);
        row.team = "teams/PWD".into();
    });
    let malformed = changed(3, |row| row.tier = 7);
    let third = import(&desk, vec![adds, contradicts, malformed]).await;
    assert_eq!(outcomes(&third), [O::Updated, O::Refused, O::Refused]);
    let refusal = third.results[1].refusal.as_ref().unwrap();
    assert_eq!(
        (
            refusal.reason.as_str(),
            refusal.field.as_str(),
            refusal.value.as_str(),
            refusal.expected.as_str()
        ),
        ("IMPORT_CONTRADICTION", "team", "PWD", "ISD")
    );
    let refusal = third.results[2].refusal.as_ref().unwrap();
    assert_eq!(
        (refusal.reason.as_str(), refusal.field.as_str(), refusal.value.as_str()),
        ("IMPORT_ROW_INVALID", "tier", "7")
    );
}

#[tokio::test]
async fn an_imported_request_is_as_its_source_states_and_lives_on() {
    let desk = Desk::open().await;
    let first = import(&desk, vec![changed(1, |row| row.resolved_at = at(-60)), row(2)]).await;
    desk.see(&first.consistency);
    let request = desk.get(Who::Director, &first.results[0].name).await.unwrap();
    assert_eq!((request.state(), request.imported), (RequestState::Resolved, true));
    assert_eq!(
        (request.opened_at, request.resolved_at, request.stated_due_at),
        (at(0), at(-60), at(86_400))
    );
    assert_eq!(
        (request.team.as_str(), request.source_queue.as_str()),
        ("teams/ISD", "ISD_Housing")
    );
    assert_eq!((request.school.as_str(), request.tier), ("", 0));
    let story = desk.story(Who::Director, &request.name).await.unwrap();
    assert_eq!(story.iter().map(|event| event.occurred_at).nth(1), Some(at(0)));

    desk.advance(days(400)).await;
    assert_eq!(
        desk.get(Who::Director, &request.name).await.unwrap().state(),
        RequestState::Resolved,
        "not closed by itself"
    );
    let living = desk.resolve(Who::Director, &first.results[1].name).await.unwrap();
    assert_eq!(living.state(), RequestState::Resolved);
    let late = import(&desk, vec![changed(2, |row| row.resolved_at = at(9_000))]).await;
    assert_eq!(outcomes(&late), [O::Refused]);
}

#[tokio::test]
async fn a_repeated_batch_repeats_its_answers_and_a_trial_writes_nothing() {
    let desk = Desk::open().await;
    let trial = ImportRequestsRequest { validate_only: true, ..batch(vec![row(1), row(1)]) };
    let tried = desk.imports(Who::Importer).import_requests(trial).await.unwrap().into_inner();
    assert_eq!(outcomes(&tried), [O::Accepted, O::Unchanged]);
    let ask = batch(vec![row(1)]);
    let first =
        desk.imports(Who::Importer).import_requests(ask.clone()).await.unwrap().into_inner();
    let again = desk.imports(Who::Importer).import_requests(ask).await.unwrap().into_inner();
    assert_eq!(outcomes(&first), [O::Accepted]);
    assert_eq!(first, again);
}

#[tokio::test]
async fn only_importers_import_and_only_so_much_at_once() {
    let desk = Desk::open().await;
    let status =
        desk.imports(Who::Operator).import_requests(batch(vec![row(1)])).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    let many = (0..1_001).map(row).collect();
    let status = desk.imports(Who::Importer).import_requests(batch(many)).await.unwrap_err();
    assert_eq!((status.code(), desk.field(&status)), (Code::InvalidArgument, "rows".into()));
}

/// Not a benchmark, but a guard against rows being taken one by one: the view has a thousand rows in no time.
#[tokio::test]
async fn a_full_batch_is_taken_and_shown() {
    let desk = Desk::open().await;
    let began = Instant::now();
    let rows = (0..1_000).map(|id| changed(id, |row| row.resolved_at = at(9_000))).collect();
    let response = import(&desk, rows).await;
    assert!(outcomes(&response).iter().all(|outcome| *outcome == O::Accepted));
    let imported = began.elapsed();
    let list = ListRequest { after: response.consistency, page_size: 500, ..Default::default() };
    let page = desk.requests(Who::Director).list(list).await.unwrap().into_inner();
    assert_eq!(page.requests.len(), 500);
    eprintln!("1,000 rows imported in {imported:?}, shown after {:?}", began.elapsed());
}
