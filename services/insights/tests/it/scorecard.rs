//! `GetScorecard`: one team's speed with its quality partner.

use testkit::reason_of;
use wire::schoolside::{insights::v1::GetScorecardRequest, requests::v1 as requests};

use crate::world::{answer, client, district, open, resolve, team};

#[tokio::test]
async fn satisfaction_is_shown_from_five_respondents_on() {
    let server = district().await;
    team(&server, "T1", None).await;
    let request = open(&server, "a", "T1").await;
    resolve(&server, request, "T1", requests::Outcome::Done).await;
    for person in ["P1", "P2", "P3", "P4"] {
        answer(&server, request, person, "T1", true).await;
    }
    server.settle_at("2026-02-03T08:00:00-05:00").await;
    let ask = || GetScorecardRequest { team: "teams/T1".into(), ..Default::default() };
    let few =
        client(&server).get_scorecard(ask()).await.unwrap().into_inner().satisfaction.unwrap();
    assert_eq!((few.invited, few.answered, few.satisfied), (4, 4, None));

    answer(&server, request, "P5", "T1", false).await;
    server.settle().await;
    let enough =
        client(&server).get_scorecard(ask()).await.unwrap().into_inner().satisfaction.unwrap();
    assert_eq!((enough.answered, enough.satisfied), (5, Some(4)));
    // Wilson, 4 of 5, 95 %: 0.3755 to 0.9638 (Newcombe 1998's method 3).
    assert!((enough.low.unwrap() - 0.375_5).abs() < 0.000_1, "{enough:?}");
    assert!((enough.high.unwrap() - 0.963_8).abs() < 0.000_1, "{enough:?}");
}

#[tokio::test]
async fn hand_overs_and_backlog_are_those_of_the_present_holder() {
    let server = district().await;
    team(&server, "T1", None).await;
    team(&server, "T2", None).await;
    let stream = open(&server, "a", "T1").await;
    for to in ["T2", "T1"] {
        let event = requests::RequestReassigned { team_id: to.into(), ..Default::default() };
        server.record("requests", stream, "request.reassigned", &event).await;
    }
    server.settle_at("2026-02-02T09:00:00-05:00").await;
    let ask = |team: &str| GetScorecardRequest { team: team.into(), ..Default::default() };
    let holder = client(&server).get_scorecard(ask("teams/T1")).await.unwrap().into_inner();
    let hand_overs = holder.hand_overs.unwrap();
    assert_eq!((hand_overs.requests, hand_overs.changes, hand_overs.ping_pong), (1, 2, 1));
    let backlog = holder.backlog.unwrap();
    assert_eq!((backlog.open, backlog.age_p50), (1, Some(3_600)));
    let other = client(&server).get_scorecard(ask("teams/T2")).await.unwrap().into_inner();
    assert_eq!(other.backlog.unwrap().open, 0);
}

#[tokio::test]
async fn an_unknown_team_is_not_found() {
    let server = district().await;
    server.settle().await;
    let ask = GetScorecardRequest { team: "teams/T9".into(), ..Default::default() };
    let status = client(&server).get_scorecard(ask).await.unwrap_err();
    assert_eq!(reason_of(&status), "NOT_FOUND");
}
