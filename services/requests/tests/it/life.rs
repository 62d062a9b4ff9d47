//! A whole life, and what other contexts and time do to it.

use wire::schoolside::requests::v1::{
    Author, CloseRequest, Outcome, PauseReason, PauseRequest, ReopenRequest, ReplyRequest,
    RequestState, ResolveRequest, request_event::Detail,
};

use crate::support::{DAY, Desk, Who, command_id, days};

#[tokio::test]
async fn a_request_lives_from_opening_to_closing_and_its_story_tells_it() {
    let desk = Desk::open().await;
    let opened = desk.ask(Who::Head, "FAC5").await;
    let name = opened.name.clone();
    assert_eq!(opened.state(), RequestState::Open);
    assert_eq!(
        (opened.network.as_str(), opened.tier, opened.school_level.as_str()),
        ("networks/N1", 2, "k8")
    );
    assert_eq!((opened.requester.as_str(), opened.priority.as_str()), ("people/P-0101", "P3"));

    desk.route(&name, "T1", "operations", "T1-operations-1", 1).await;
    let routed = desk.get(Who::Member, &name).await.unwrap();
    assert_eq!(
        (routed.team.as_str(), routed.member.as_str(), routed.priority.as_str()),
        ("teams/T1", "people/T1-operations-1", "P2")
    );

    let ask = ReplyRequest {
        name: name.clone(),
        command_id: command_id(),
        body: "Which room?".into(),
        ..Default::default()
    };
    desk.requests(Who::Member).reply(ask).await.unwrap();
    let pause = PauseRequest {
        name: name.clone(),
        command_id: command_id(),
        reason: PauseReason::WaitingForRequester.into(),
        ..Default::default()
    };
    let paused =
        desk.requests(Who::Member).pause(pause).await.unwrap().into_inner().request.unwrap();
    assert_eq!(paused.state(), RequestState::Paused);
    let answer = ReplyRequest {
        name: name.clone(),
        command_id: command_id(),
        body: "Room 12".into(),
        ..Default::default()
    };
    let resumed =
        desk.requests(Who::Head).reply(answer).await.unwrap().into_inner().request.unwrap();
    assert_eq!(resumed.state(), RequestState::Open);

    desk.resolve(Who::Member, &name).await.unwrap();
    let reopen = ReopenRequest {
        name: name.clone(),
        command_id: command_id(),
        reason: "not_fixed".into(),
        note: "still cold".into(),
        ..Default::default()
    };
    desk.requests(Who::Head).reopen(reopen).await.unwrap();
    let resolved = desk.resolve(Who::Member, &name).await.unwrap();
    assert_eq!(resolved.outcome(), Outcome::Done);
    let close = CloseRequest { name: name.clone(), command_id: command_id(), ..Default::default() };
    let closed = desk.requests(Who::Head).close(close).await.unwrap().into_inner();
    assert_eq!(closed.request.unwrap().state(), RequestState::Closed);

    let story = desk.story(Who::Head, &name).await.unwrap();
    let types: Vec<_> =
        story.iter().map(|event| event.r#type.trim_start_matches("request.")).collect();
    assert_eq!(
        types,
        [
            "opened", "routed", "replied", "paused", "replied", "resumed", "resolved", "reopened",
            "resolved", "closed"
        ]
    );
    let Some(Detail::Replied(first)) = &story[2].detail else { panic!("not a reply") };
    let Some(Detail::Replied(second)) = &story[4].detail else { panic!("not a reply") };
    assert_eq!((first.author(), second.author()), (Author::Staff, Author::Requester));
    assert_eq!(story[4].actor, "people/P-0101");
}

#[tokio::test]
async fn a_resolution_nobody_objects_to_closes_by_itself_after_seven_days() {
    let desk = Desk::open().await;
    let name = desk.held().await;
    desk.resolve(Who::Member, &name).await.unwrap();
    desk.advance(days(7) - DAY / 24).await;
    assert_eq!(desk.get(Who::Head, &name).await.unwrap().state(), RequestState::Resolved);
    desk.advance(DAY / 24).await;
    assert_eq!(desk.get(Who::Head, &name).await.unwrap().state(), RequestState::Closed);
    let story = desk.story(Who::Head, &name).await.unwrap();
    let Some(Detail::Closed(closed)) = &story.last().unwrap().detail else { panic!("not closed") };
    assert!(closed.automatic);

    desk.advance(days(6)).await;
    let reopen = |name: &str| ReopenRequest {
        name: name.into(),
        command_id: command_id(),
        reason: "recurred".into(),
        ..Default::default()
    };
    desk.requests(Who::Head).reopen(reopen(&name)).await.unwrap();
    desk.resolve(Who::Member, &name).await.unwrap();
    desk.advance(days(15)).await;
    let late = desk.requests(Who::Head).reopen(reopen(&name)).await.unwrap_err();
    assert_eq!(desk.reason(&late), "REOPEN_TOO_LATE");
}

#[tokio::test]
async fn a_decision_that_a_person_has_overtaken_changes_nothing() {
    let desk = Desk::open().await;
    let name = desk.held().await;
    desk.reassign(Who::Director, &name, "teams/T2").await.unwrap();
    desk.route(&name, "T1", "operations", "", 1).await;
    assert_eq!(desk.get(Who::Director, &name).await.unwrap().team, "teams/T2");
    desk.route(&name, "T1", "operations", "", 3).await;
    assert_eq!(desk.get(Who::Director, &name).await.unwrap().team, "teams/T1");
}

#[tokio::test]
async fn the_snapshot_is_that_of_the_districts_day() {
    let desk = Desk::open().await;
    desk.school_moves("0101", "N2", "2026-02-04").await;
    assert_eq!(desk.ask(Who::Head, "FAC5").await.network, "networks/N1");
    desk.advance(days(2)).await;
    assert_eq!(desk.ask(Who::Head, "FAC5").await.network, "networks/N2");
}

#[tokio::test]
async fn a_duplicate_is_linked_to_what_the_caller_may_know_of() {
    let desk = Desk::open().await;
    let name = desk.held().await;
    let other = desk.held().await;
    let resolve = |of: &str| ResolveRequest {
        name: name.clone(),
        command_id: command_id(),
        outcome: Outcome::Duplicate.into(),
        duplicate_of: of.into(),
        ..Default::default()
    };
    let itself = desk.requests(Who::Member).resolve(resolve(&name)).await.unwrap_err();
    assert_eq!(desk.reason(&itself), "DUPLICATE_OF_INVALID");
    let nothing = "requests/00000000-0000-4000-8000-000000000000";
    let missing = desk.requests(Who::Member).resolve(resolve(nothing)).await.unwrap_err();
    assert_eq!(desk.reason(&missing), "NOT_FOUND");
    let done = desk.requests(Who::Member).resolve(resolve(&other)).await.unwrap().into_inner();
    assert_eq!(done.request.unwrap().duplicate_of, other);
}
