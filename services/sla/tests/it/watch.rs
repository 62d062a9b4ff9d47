//! The board that never goes stale: a list, then changes, from any token.

use testkit::Who;
use tonic::{Code, Streaming};
use wire::schoolside::{
    requests::v1 as requests,
    sla::v1::{ClockState, WatchClocksRequest, WatchClocksResponse},
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

/// The next message that tells something, as `request state due`.
async fn next(stream: &mut Streaming<WatchClocksResponse>) -> (Vec<String>, String) {
    loop {
        let message = stream.message().await.unwrap().unwrap();
        let clocks = message.clocks.iter().map(|clock| {
            let due = local(clock.due_at.as_ref());
            format!("{} {} {due}", clock.request, clock.state().as_str_name())
        });
        let gone = message.gone.iter().map(|gone| format!("{} gone", gone.request));
        let told: Vec<String> = clocks.chain(gone).collect();
        if !told.is_empty() {
            return (told, message.resume_token);
        }
    }
}

#[tokio::test]
async fn a_watcher_sees_the_list_then_every_change_and_resumes_where_it_stood() {
    let office = Office::open().await;
    let first = office.opened_at("mon 09:00", "FAC1").await;
    let mut stream = watch(&office, &director(), of_resolutions("", "")).await;
    let (told, token) = next(&mut stream).await;
    assert_eq!(told, [format!("requests/{first} CLOCK_STATE_RUNNING tue 10:30")]);
    assert!(token.starts_with('w'), "{token}");

    office.set("mon 10:00");
    office.pause(first).await;
    office.server.settle().await;
    let (told, token) = next(&mut stream).await;
    assert_eq!(told, [format!("requests/{first} CLOCK_STATE_PAUSED none")]);
    drop(stream);

    let second = office.opened_at("mon 11:00", "FAC1").await;
    let mut stream = watch(&office, &director(), of_resolutions("", &token)).await;
    let (told, _) = next(&mut stream).await;
    assert_eq!(told, [format!("requests/{second} CLOCK_STATE_RUNNING tue 12:30")]);
    office.resolve(second).await;
    office.server.settle().await;
    let (told, _) = next(&mut stream).await;
    assert_eq!(told, [format!("requests/{second} CLOCK_STATE_MET tue 12:30")]);
}

#[tokio::test]
async fn a_clock_that_goes_to_another_team_is_gone_for_who_watches_the_first() {
    let office = Office::open().await;
    let request = office.opened_for("mon 09:00", "FAC1", "0101", "T1").await;
    let mut own = watch(&office, &Who::lead("people/T1-lead", "T1"), of_resolutions("", "")).await;
    let mut asked = watch(&office, &director(), of_resolutions("teams/T1", "")).await;
    let mut other =
        watch(&office, &Who::lead("people/T2-lead", "T2"), of_resolutions("", "")).await;
    assert_eq!(next(&mut own).await.0.len(), 1);
    assert_eq!(next(&mut asked).await.0.len(), 1);
    let handed = requests::RequestReassigned { team_id: "T2".into(), ..Default::default() };
    office.happen(request, "request.reassigned", &handed).await;
    office.server.settle().await;
    assert_eq!(next(&mut own).await.0, [format!("requests/{request} gone")]);
    assert_eq!(next(&mut asked).await.0, [format!("requests/{request} gone")]);
    let (told, _) = next(&mut other).await;
    assert_eq!(told, [format!("requests/{request} CLOCK_STATE_RUNNING tue 10:30")]);
    let state = office.resolution(request).await.state();
    assert_eq!(state, ClockState::Running);
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
