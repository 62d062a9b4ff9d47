//! What every command promises: once, by its etag, with its limits.

use tonic::Code;
use wire::schoolside::requests::v1::{
    CancelRequest, OpenRequest, PauseReason, PauseRequest, ReplyRequest, ResumeRequest,
};

use crate::support::{Desk, Who, command_id, opening};

#[tokio::test]
async fn a_repeated_command_has_its_first_answer() {
    let desk = Desk::open().await;
    let ask = opening("FAC5");
    let first = desk.requests(Who::Head).open(ask.clone()).await.unwrap().into_inner();
    let again = desk.requests(Who::Head).open(ask).await.unwrap().into_inner();
    assert_eq!(first, again);
    assert_eq!(desk.story(Who::Head, &first.request.unwrap().name).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_hand_over_out_of_ones_own_scope_can_be_repeated() {
    let desk = Desk::open().await;
    let name = desk.held().await;
    let ask = desk.reassignment(&name, "teams/T2");
    let first = desk.requests(Who::Member).reassign(ask.clone()).await.unwrap().into_inner();
    let again = desk.requests(Who::Member).reassign(ask).await.unwrap().into_inner();
    assert_eq!(first, again);
    desk.settle().await;
    let gone = desk.get(Who::Member, &name).await.unwrap_err();
    assert_eq!(gone.code(), Code::NotFound);
}

#[tokio::test]
async fn a_command_id_used_for_something_else_is_refused() {
    let desk = Desk::open().await;
    let ask = opening("FAC5");
    desk.requests(Who::Head).open(ask.clone()).await.unwrap();
    let other = OpenRequest { summary: "Another thing".into(), ..ask };
    let status = desk.requests(Who::Head).open(other).await.unwrap_err();
    assert_eq!(
        (status.code(), desk.reason(&status)),
        (Code::InvalidArgument, "COMMAND_ID_REUSED".into())
    );
}

#[tokio::test]
async fn an_etag_is_honoured_when_given() {
    let desk = Desk::open().await;
    let name = desk.held().await;
    let seen = desk.get(Who::Member, &name).await.unwrap().etag;
    let pause = |etag: &str| PauseRequest {
        name: name.clone(),
        command_id: command_id(),
        etag: etag.into(),
        reason: PauseReason::Scheduled.into(),
        ..Default::default()
    };
    let paused = desk.requests(Who::Member).pause(pause(&seen)).await.unwrap().into_inner();
    let resume = ResumeRequest { name: name.clone(), command_id: command_id(), etag: seen };
    let stale = desk.requests(Who::Member).resume(resume).await.unwrap_err();
    assert_eq!((stale.code(), desk.reason(&stale)), (Code::Aborted, "ETAG_MISMATCH".into()));
    assert_eq!(desk.metadata(&stale, "current_etag"), paused.etag);
    let malformed = desk.requests(Who::Member).pause(pause("banana")).await.unwrap_err();
    assert_eq!(malformed.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn a_state_that_does_not_allow_it_is_a_failed_precondition() {
    let desk = Desk::open().await;
    let name = desk.held().await;
    desk.resolve(Who::Member, &name).await.unwrap();
    let again = desk.resolve(Who::Member, &name).await.unwrap_err();
    assert_eq!(
        (again.code(), desk.reason(&again)),
        (Code::FailedPrecondition, "REQUEST_WRONG_STATE".into())
    );
    assert_eq!(again.message(), "a request that is resolved cannot be resolved");
    let cancel = CancelRequest {
        name,
        command_id: command_id(),
        reason: "withdrawn".into(),
        ..Default::default()
    };
    let late = desk.requests(Who::Head).cancel(cancel).await.unwrap_err();
    assert_eq!(desk.reason(&late), "REQUEST_WRONG_STATE");
}

#[tokio::test]
async fn malformed_and_oversized_fields_are_named() {
    let desk = Desk::open().await;
    let cases = [
        (OpenRequest { command_id: "1".into(), ..opening("FAC5") }, "command_id"),
        (OpenRequest { request_type: "FAC5".into(), ..opening("FAC5") }, "request_type"),
        (OpenRequest { summary: " ".into(), ..opening("FAC5") }, "summary"),
        (OpenRequest { description: "x".repeat(65_537), ..opening("FAC5") }, "description"),
        (OpenRequest { priority: "P9".into(), ..opening("FAC5") }, "priority"),
        (
            OpenRequest { attributes: [("colour".into(), "red".into())].into(), ..opening("FAC5") },
            "attributes.colour",
        ),
        (
            OpenRequest { attributes: [("room".into(), "1\0".into())].into(), ..opening("FAC5") },
            "attributes",
        ),
    ];
    for (ask, field) in cases {
        let status = desk.requests(Who::Head).open(ask).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{field}");
        assert_eq!(desk.field(&status), field);
    }
    let nothing =
        ReplyRequest { name: desk.held().await, command_id: command_id(), ..Default::default() };
    let status = desk.requests(Who::Head).reply(nothing).await.unwrap_err();
    assert_eq!(desk.reason(&status), "TEXT_MISSING");
}

#[tokio::test]
async fn an_unknown_or_retired_type_is_refused() {
    let desk = Desk::open().await;
    let unknown = desk.requests(Who::Head).open(opening("NONE")).await.unwrap_err();
    assert_eq!(
        (unknown.code(), desk.reason(&unknown)),
        (Code::NotFound, "REQUEST_TYPE_UNKNOWN".into())
    );
    desk.retire("FAC5").await;
    let retired = desk.requests(Who::Head).open(opening("FAC5")).await.unwrap_err();
    assert_eq!(desk.reason(&retired), "REQUEST_TYPE_RETIRED");
}

#[tokio::test]
async fn a_reference_finds_its_request_and_a_slip_of_a_digit_is_noticed() {
    let desk = Desk::open().await;
    let opened = desk.ask(Who::Head, "FAC5").await;
    let found = desk.get(Who::Head, &format!("requests/{}", opened.reference)).await.unwrap();
    assert_eq!(found.name, opened.name);
    let last = opened.reference.chars().last().unwrap();
    let slip = if last == '0' { '1' } else { '0' };
    let wrong = format!("requests/{}{slip}", &opened.reference[..opened.reference.len() - 1]);
    let status = desk.get(Who::Head, &wrong).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().contains("check digit"), "{}", status.message());
}
