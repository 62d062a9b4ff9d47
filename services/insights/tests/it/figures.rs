//! `GetFigures`: cohorts in the district's days, judged as of an instant, sliced by team.

use testkit::{TestServer, field_of, reason_of};
use wire::schoolside::{
    insights::v1::{FiguresRow, GetFiguresRequest, GroupBy},
    requests::v1::{self as requests, Outcome},
};

use crate::world::{client, district, due, open, resolve, team};

async fn ask(server: &TestServer, request: GetFiguresRequest) -> Vec<FiguresRow> {
    server.settle().await;
    client(server).get_figures(request).await.unwrap().into_inner().rows
}

/// Monday 8:00: `a` kept at 10:00; `b` late; `c` open and overdue at noon; `d` without a promise, cancelled by nobody.
async fn a_morning() -> TestServer {
    let server = district().await;
    team(&server, "T1", None).await;
    team(&server, "No-Q", Some("No Q")).await;
    let [a, b, c, _d] = [
        open(&server, "a", "T1").await,
        open(&server, "b", "T1").await,
        open(&server, "c", "No-Q").await,
        open(&server, "d", "No-Q").await,
    ];
    due(&server, a, "2026-02-02T10:00:00-05:00").await;
    due(&server, b, "2026-02-02T09:00:00-05:00").await;
    due(&server, c, "2026-02-02T11:00:00-05:00").await;
    server.settle_at("2026-02-02T10:00:00-05:00").await;
    resolve(&server, a, "T1", Outcome::Done).await;
    resolve(&server, b, "T1", Outcome::Declined).await;
    server.settle_at("2026-02-02T12:00:00-05:00").await;
    server
}

#[tokio::test]
async fn a_mornings_figures_are_those_reckoned_by_hand() {
    let server = a_morning().await;
    let rows = ask(&server, GetFiguresRequest::default()).await;
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((row.requests, row.resolved, row.open), (4, 2, 2));
    let attainment = row.attainment.unwrap();
    let pairs = [attainment.closed_only, attainment.open_overdue_as_missed, attainment.due]
        .map(|ratio| ratio.map(|ratio| (ratio.met, ratio.of)));
    assert_eq!(pairs, [Some((1, 2)), Some((1, 3)), Some((1, 3))]);
    assert_eq!(attainment.without_target, 1);
    // Two of four end at two hours: S = 1/2 from there on.
    let durations = row.time_to_resolve.unwrap();
    assert_eq!((durations.p25, durations.p50, durations.p75), (Some(7_200), Some(7_200), None));
}

#[tokio::test]
async fn an_earlier_evaluation_does_not_see_what_happened_later() {
    let server = a_morning().await;
    let at = |evaluated_at: &str| GetFiguresRequest {
        evaluated_at: evaluated_at.into(),
        ..Default::default()
    };
    let row = ask(&server, at("2026-02-02T09:30:00")).await.remove(0);
    assert_eq!((row.resolved, row.open), (0, 4));
    let due = row.attainment.unwrap().due.unwrap();
    assert_eq!((due.met, due.of), (0, 1));
    let before = ask(&server, at("2026-02-02T07:59:59")).await.remove(0);
    assert_eq!(before.requests, 0);
}

#[tokio::test]
async fn teams_are_named_by_their_outside_name_and_sorted() {
    let server = a_morning().await;
    let request = GetFiguresRequest { group_by: GroupBy::Team.into(), ..Default::default() };
    let rows = ask(&server, request).await;
    let teams: Vec<_> =
        rows.iter().map(|row| (row.slice.clone().unwrap().team.unwrap(), row.requests)).collect();
    assert_eq!(teams, [("No Q".to_owned(), 2), ("T1".to_owned(), 2)]);
}

#[tokio::test]
async fn the_cohort_is_the_districts_days_with_an_open_end() {
    let server = a_morning().await;
    let opened = |from: &str, until: &str| GetFiguresRequest {
        opened_from: from.into(),
        opened_until: until.into(),
        ..Default::default()
    };
    assert_eq!(ask(&server, opened("2026-02-02", "2026-02-03")).await[0].requests, 4);
    assert_eq!(ask(&server, opened("2026-02-01", "2026-02-02")).await[0].requests, 0);
}

#[tokio::test]
async fn a_question_that_is_none_names_its_field() {
    let server = district().await;
    server.settle().await;
    let mut client = client(&server);
    for (request, field) in [
        (GetFiguresRequest { opened_from: "2.2.2026".into(), ..Default::default() }, "opened_from"),
        (
            GetFiguresRequest {
                opened_from: "2026-02-02".into(),
                opened_until: "2026-02-02".into(),
                ..Default::default()
            },
            "opened_until",
        ),
        (GetFiguresRequest { evaluated_at: "noon".into(), ..Default::default() }, "evaluated_at"),
        (GetFiguresRequest { group_by: 99, ..Default::default() }, "group_by"),
        (GetFiguresRequest { after: "x".into(), ..Default::default() }, "after"),
    ] {
        let status = client.get_figures(request).await.unwrap_err();
        assert_eq!(field_of(&status), field);
    }
}

#[tokio::test]
async fn figures_need_their_permission() {
    let server = district().await;
    let mut nobody =
        wire::schoolside::insights::v1::insights_service_client::InsightsServiceClient::new(
            server.channel(),
        );
    let status = nobody.get_figures(GetFiguresRequest::default()).await.unwrap_err();
    assert_eq!(reason_of(&status), "TOKEN_MISSING");
}

#[tokio::test]
async fn a_duplicate_changes_nothing_but_its_own_count() {
    let server = a_morning().await;
    let before = ask(&server, GetFiguresRequest::default()).await.remove(0);
    let duplicate = open(&server, "e", "T1").await;
    due(&server, duplicate, "2026-02-02T11:00:00-05:00").await;
    resolve(&server, duplicate, "T1", Outcome::Duplicate).await;
    let after = ask(&server, GetFiguresRequest::default()).await.remove(0);
    assert_eq!((after.requests, after.duplicates), (5, 1));
    assert_eq!(FiguresRow { requests: 4, duplicates: 0, ..after }, before);
}

#[tokio::test]
async fn corrections_are_folded_and_halt_nothing() {
    let server = a_morning().await;
    let before = ask(&server, GetFiguresRequest::default()).await;
    let stream = kernel::StreamId::of("request", "c");
    let (reclassified, priority, school) = (
        requests::RequestReclassified::default(),
        requests::RequestPriorityChanged::default(),
        requests::RequestSchoolChanged::default(),
    );
    server.record("requests", stream, "request.reclassified", &reclassified).await;
    server.record("requests", stream, "request.priority_changed", &priority).await;
    server.record("requests", stream, "request.school_changed", &school).await;
    assert_eq!(ask(&server, GetFiguresRequest::default()).await, before);
    resolve(&server, stream, "No-Q", Outcome::Done).await;
    let after = ask(&server, GetFiguresRequest::default()).await.remove(0);
    assert_eq!(after.resolved, before[0].resolved + 1, "the fold goes on");
}
