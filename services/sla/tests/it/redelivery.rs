//! What is delivered again changes nothing, and what another process recorded meanwhile is not overlooked.

use sqlx::Row;
use wire::schoolside::sla::v1::ClockState;

use crate::office::{Office, local, services};

/// A few lives, in every state.
async fn lived() -> Office {
    let office = Office::open().await;
    let late = office.opened_at("mon 08:00", "FAC1").await;
    let waiting = office.opened_at("mon 09:00", "FAC1").await;
    office.opened_at("mon 09:30", "PRC1").await;
    office.set("mon 10:00");
    office.pause(waiting).await;
    office.settle_at("tue 12:00").await;
    office.resolve(late).await;
    office.server.settle().await;
    office
}

async fn board(office: &Office) -> Vec<String> {
    let sql = "select (to_jsonb(clock) - 'changed')::text from sla.clock clock order by request, metric, cycle";
    let rows = sqlx::query(sql).fetch_all(&office.pool).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

async fn again_after(office: Office, loss: &[&'static str]) {
    let (log, rows) = (office.log().await, board(&office).await);
    assert!(!rows.is_empty());
    for sql in loss {
        sqlx::query(*sql).execute(&office.pool).await.unwrap();
    }
    let office = office.restart(services()).await;
    office.server.settle().await;
    assert_eq!(office.log().await, log);
    assert_eq!(board(&office).await, rows);
}

#[tokio::test]
async fn events_that_come_again_change_nothing() {
    let rewind = "update sla.checkpoint set position = 0 where subscription = 'sla.requests'";
    again_after(lived().await, &[rewind]).await;
}

#[tokio::test]
async fn a_crash_between_the_events_and_the_rows_is_made_good() {
    // As if no transaction of the subscription had been committed: its events stand, its rows are gone.
    let loss = [
        "delete from sla.checkpoint where subscription = 'sla.requests'",
        "delete from sla.request_facts",
        "delete from sla.clock",
    ];
    again_after(lived().await, &loss).await;
}

#[tokio::test]
async fn a_process_that_knows_an_old_state_of_a_case_goes_by_the_recorded_one() {
    let office = Office::open().await;
    let request = office.opened_at("mon 09:00", "FAC1").await;
    // Another process, whose clock is a day ahead, records warnings and breaches of which this one knows nothing.
    let mut other = office.server.twin("2026-02-03T12:00:00-05:00", services()).await;
    other.settle().await;
    other.stop().await;
    let recorded = office.case(request).await;
    assert_eq!(recorded.last().unwrap(), "clock_breached tue 10:30");

    office.set("tue 13:00");
    office.resolve(request).await;
    office.server.settle().await;
    let case = office.case(request).await;
    assert_eq!(case[..recorded.len()], recorded);
    let after = &case[recorded.len()..];
    assert!(after.iter().all(|event| event.ends_with("tue 13:00")), "{after:?}");
    for metric in ["first_response", "first_resolution"] {
        let clock = office.clock(request, metric).await;
        assert_eq!(clock.state(), ClockState::Missed);
        assert_eq!(local(clock.fulfilled_at.as_ref()), "tue 13:00");
    }
}
