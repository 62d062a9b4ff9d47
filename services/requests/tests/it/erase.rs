//! Destroying free text.

use tonic::Code;
use wire::schoolside::requests::v1::{EraseRequest, ReplyRequest, TextState};

use crate::support::{Desk, Who, command_id};

/// A word that stands in every free text of the test, and nowhere else.
const MARK: &str = "zebra";

#[tokio::test]
async fn after_an_erasure_no_table_holds_any_text_and_the_history_stays() {
    let desk = Desk::open().await;
    let name = desk.held_saying(MARK).await;
    let reply = ReplyRequest {
        name: name.clone(),
        command_id: command_id(),
        body: MARK.into(),
        ..Default::default()
    };
    desk.requests(Who::Head).reply(reply).await.unwrap();
    desk.resolve_saying(Who::Member, &name, MARK).await.unwrap();
    desk.settle().await;
    assert!(!desk.tables_with(MARK).await.is_empty(), "the search finds what is there");

    let erase = EraseRequest {
        name: name.clone(),
        command_id: command_id(),
        ground: "parent_request".into(),
        ..Default::default()
    };
    let forbidden = desk.requests(Who::Head).erase(erase.clone()).await.unwrap_err();
    assert_eq!(forbidden.code(), Code::PermissionDenied);
    desk.requests(Who::Director).erase(erase.clone()).await.unwrap();
    desk.requests(Who::Director).erase(erase.clone()).await.unwrap();
    let again = EraseRequest { command_id: command_id(), ..erase };
    desk.requests(Who::Director).erase(again).await.unwrap();
    desk.settle().await;
    assert_eq!(desk.tables_with(MARK).await, Vec::<String>::new());

    let request = desk.get(Who::Head, &name).await.unwrap();
    assert_eq!((request.text_state(), request.summary.as_str()), (TextState::Destroyed, ""));
    assert_eq!(
        request.attributes.keys().collect::<Vec<_>>(),
        ["pupils"],
        "what is published stays"
    );
    let story = desk.story(Who::Head, &name).await.unwrap();
    let types: Vec<_> = story.iter().map(|event| event.r#type.as_str()).collect();
    assert_eq!(
        types,
        [
            "request.opened",
            "request.routed",
            "request.replied",
            "request.resolved",
            "request.erased",
            "request.erased"
        ],
        "a repetition is none, another erasure is said: surveys may have text of the request again"
    );
    assert_eq!(story[2].text_state(), TextState::Destroyed);
    assert_eq!(story[2].text, None);
}
