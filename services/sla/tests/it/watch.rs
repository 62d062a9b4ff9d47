//! The board that never goes stale: a list, then changes, from any token.

use std::{collections::BTreeSet, time::Duration};

use testkit::Who;
use tonic::{Code, Streaming};
use wire::schoolside::{
    requests::v1 as requests,
    sla::v1::{WatchClocksRequest, WatchClocksResponse},
};

use crate::office::{Office, director, local};

async fn watch(
    office: &Office,
    who: &Who,
    ask: WatchClocksRequest,
) -> Streaming<WatchClocksResponse> {
    office.sla(who).watch_clocks(ask).await.unwrap().into_inner()
}

fn of_resolutions(team: &str, resume_token: &str) -> WatchClocksRequest {
    WatchClocksRequest {
        team: team.into(),
        metric: "first_resolution".into(),
        resume_token: resume_token.into(),
        ..Default::default()
    }
}

/// How long something may take to be told before the test has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads until all of these were told, as `request state due`, and answers the token then. A clock may be told again without
/// having changed: the horizon is that of the whole server, on which other tests are at work.
async fn until(stream: &mut Streaming<WatchClocksResponse>, expected: &[String]) -> String {
    let mut missing: BTreeSet<String> = expected.iter().cloned().collect();
    let mut token = String::new();
    while !missing.is_empty() {
        let message = tokio::time::timeout(PATIENCE, stream.message()).await;
        let message = message.unwrap_or_else(|_| panic!("never told: {missing:?}"));
        let message = message.unwrap().unwrap();
        for clock in &message.clocks {
            let due = local(clock.due_at.as_ref());
            missing.remove(&format!("{} {} {due}", clock.request, clock.state().as_str_name()));
        }
        for gone in &message.gone {
            missing.remove(&format!("{} gone", gone.request));
        }
        token = message.resume_token;
    }
    token
}

#[tokio::test]
async fn a_watcher_sees_the_list_then_every_change_and_resumes_where_it_stood() {
    let office = Office::open().await;
    let first = office.opened_at("mon 09:00", "FAC1").await;
    let mut stream = watch(&office, &director(), of_resolutions("", "")).await;
    let running = format!("requests/{first} CLOCK_STATE_RUNNING tue 10:30");
    let token = until(&mut stream, &[running]).await;
    assert!(token.starts_with('w'), "{token}");

    office.set("mon 10:00");
    office.pause(first).await;
    office.server.settle().await;
    let paused = format!("requests/{first} CLOCK_STATE_PAUSED none");
    let token = until(&mut stream, &[paused]).await;
    drop(stream);

    let second = office.opened_at("mon 11:00", "FAC1").await;
    let mut stream = watch(&office, &director(), of_resolutions("", &token)).await;
    until(&mut stream, &[format!("requests/{second} CLOCK_STATE_RUNNING tue 12:30")]).await;
    office.resolve(second).await;
    office.server.settle().await;
    until(&mut stream, &[format!("requests/{second} CLOCK_STATE_MET tue 12:30")]).await;
}

#[tokio::test]
async fn a_clock_that_goes_to_another_team_is_gone_for_who_watches_the_first() {
    let office = Office::open().await;
    let request = office.opened_for("mon 09:00", "FAC1", "0101", "T1").await;
    let running = [format!("requests/{request} CLOCK_STATE_RUNNING tue 10:30")];
    let t1 = Who::lead("people/T1-lead", "T1");
    let t2 = Who::lead("people/T2-lead", "T2");
    let mut own = watch(&office, &t1, of_resolutions("", "")).await;
    let mut asked = watch(&office, &director(), of_resolutions("teams/T1", "")).await;
    let mut other = watch(&office, &t2, of_resolutions("", "")).await;
    until(&mut own, &running).await;
    until(&mut asked, &running).await;
    assert_eq!(other.message().await.unwrap().unwrap().clocks, []);
    let handed = requests::RequestReassigned { team_id: "T2".into(), ..Default::default() };
    office.happen(request, "request.reassigned", &handed).await;
    office.server.settle().await;
    let gone = [format!("requests/{request} gone")];
    until(&mut own, &gone).await;
    until(&mut asked, &gone).await;
    until(&mut other, &running).await;
}

#[tokio::test]
async fn a_change_that_is_committed_after_a_younger_one_is_not_passed_over() {
    let office = Office::open().await;
    let slow = office.opened_at("mon 09:00", "FAC1").await;
    let quick = office.opened_at("mon 10:00", "FAC1").await;
    let (before, after) = ("CLOCK_STATE_RUNNING tue 10:30", "CLOCK_STATE_PAUSED none");
    let mut stream = watch(&office, &director(), of_resolutions("", "")).await;
    until(&mut stream, &[format!("requests/{slow} {before}")]).await;

    // A transaction that began first is over last.
    let mut connection = office.pool.acquire().await.unwrap();
    sqlx::query("begin").execute(&mut *connection).await.unwrap();
    let late =
        "update sla.clock set state = 'paused', due_at = null, changed = pg_current_xact_id()
                where request = $1";
    sqlx::query(late).bind(slow.0).execute(&mut *connection).await.unwrap();
    office.set("mon 11:00");
    office.pause(quick).await;
    office.server.settle().await;
    // Whoever asks between the two gets a token that leaves neither out.
    let mut between = watch(&office, &director(), of_resolutions("", "")).await;
    let listed = [format!("requests/{slow} {before}"), format!("requests/{quick} {after}")];
    let token = until(&mut between, &listed).await;
    sqlx::query("commit").execute(&mut *connection).await.unwrap();

    let both = [slow, quick].map(|request| format!("requests/{request} {after}"));
    until(&mut stream, &both).await;
    until(&mut watch(&office, &director(), of_resolutions("", &token)).await, &both).await;
}

#[tokio::test]
async fn a_token_of_another_database_or_of_nothing_is_refused() {
    let office = Office::open().await;
    let refused = |token: &str| {
        let ask = of_resolutions("", token);
        let mut client = office.sla(&director());
        async move { client.watch_clocks(ask).await.unwrap_err() }
    };
    assert_eq!(refused("w99999999999999").await.code(), Code::OutOfRange);
    assert_eq!(refused("77").await.code(), Code::InvalidArgument);
    assert_eq!(refused("w-1").await.code(), Code::InvalidArgument);
}
