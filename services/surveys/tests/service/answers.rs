//! What a token opens, and what can be answered with it.

use kernel::Position;
use prost::Message;
use testkit::{Who, field_of, metadata_of, reason_of};
use tonic::Code;
use wire::schoolside::{
    requests::v1::{RequestErased, RequestReopened},
    surveys::v1::{
        Answer, AnswerRequest, GetInvitationRequest, InvitationAnswered, InvitationState,
    },
};

use crate::world::{World, answer, principal, request, resolved};

#[tokio::test]
async fn the_form_shows_the_items_and_reading_it_records_nothing() {
    let world = World::invited().await;
    let token = world.invitation().await.token;
    let before = world.server.logs.reader("surveys").head().await.unwrap();
    for _ in 0..3 {
        let form = world.form(&token).await.expect("shown");
        assert_eq!(form.request, format!("requests/{}", request(1)));
        let keys: Vec<_> = form.items.iter().map(|item| item.key.as_str()).collect();
        assert_eq!(keys, ["timely", "solved", "respectful"]);
        assert_eq!((form.answers.len(), form.comment.as_str()), (0, ""));
    }
    assert_eq!(world.server.logs.reader("surveys").head().await.unwrap(), before);
}

#[tokio::test]
async fn a_response_is_recorded_amended_and_kept() {
    let world = World::invited().await;
    let token = world.invitation().await.token;
    world.answer(&token, 2, "too late").await.expect("recorded");
    world.server.settle_at("2026-02-05T08:00:00-05:00").await;
    let amended = world.answer(&token, 5, "it works now").await.expect("amended");
    let ask = GetInvitationRequest { token: token.clone(), after: amended.consistency };
    let form = world.stranger().get_invitation(ask).await.unwrap().into_inner();
    assert_eq!((form.answers, form.comment.as_str()), (amended.answers, "it works now"));
    world.server.settle_at("2026-02-20T08:00:00-05:00").await;
    assert_eq!(world.invitation().await.state(), InvitationState::Answered);
    assert_eq!(world.story().await, ["scheduled", "sent", "answered", "answered"]);
    let answered = world.published().await.into_iter().filter(|event| event.event() == "answered");
    let answered: Vec<_> = answered
        .map(|event| InvitationAnswered::decode(event.payload.as_slice()).unwrap())
        .map(|event| (event.amended, event.satisfied))
        .collect();
    assert_eq!(answered, [(false, false), (true, true)]);
}

#[tokio::test]
async fn the_same_answer_again_changes_nothing() {
    let world = World::invited().await;
    let token = world.invitation().await.token;
    let ask = answer(&token, 4, "thank you");
    let first = world.stranger().answer(ask.clone()).await.unwrap().into_inner();
    let repeated = world.stranger().answer(ask).await.unwrap().into_inner();
    assert_eq!(repeated, first);
    let anew = world.answer(&token, 4, "thank you").await.unwrap();
    assert_eq!(anew.etag, first.etag);
    assert_eq!(world.story().await, ["scheduled", "sent", "answered"]);
}

#[tokio::test]
async fn comments_and_tokens_are_not_published() {
    let world = World::invited().await;
    let token = world.invitation().await.token;
    world.answer(&token, 4, "A COMMENT").await.expect("recorded");
    let log = world.server.logs.reader("surveys");
    let mut bytes = Vec::new();
    for event in log.page(Position(0), 1_000).await.unwrap() {
        assert_eq!(event.private, None);
        bytes.extend(event.payload);
        bytes.extend(event.meta.encode_to_vec());
    }
    let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("principal-0101"), "the search works");
    assert!(!holds("A COMMENT") && !holds(&token));
    // The database holds the token's hash only.
    let pool = world.server.database().pool(1);
    let dump: String =
        sqlx::query_scalar("select string_agg(i::text, ' ') from surveys.invitation i")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert!(!dump.contains(&token));
}

#[tokio::test]
async fn the_erasure_of_a_request_destroys_the_comments_on_it_and_keeps_the_scores() {
    let world = World::invited().await;
    let first = world.invitation().await.token;
    world.answer(&first, 2, "A NAME").await.expect("recorded");
    let kept = world.answer(&first, 5, "").await.expect("amended").answers;
    world.told(1, "reopened", &RequestReopened::default()).await;
    world.told(1, "resolved", &resolved()).await;
    world.server.settle().await;
    world.server.settle_at("2026-02-04T09:00:00-05:00").await;
    let second = world.list(&principal()).await.into_iter().find(|it| it.token != first);
    let second = second.expect("asked again").token;
    world.answer(&second, 1, "A NAME AGAIN").await.expect("recorded");

    let erased = RequestErased { ground: "parent_request".to_owned() };
    for _ in 0..2 {
        world.told(1, "erased", &erased).await;
    }
    world.server.settle().await;
    let form = world.form(&first).await.expect("shown");
    assert_eq!((form.answers, form.comment.as_str()), (kept, ""));
    assert_eq!(world.form(&second).await.expect("shown").comment, "");
    assert_eq!(world.story().await.iter().filter(|event| *event == "erased").count(), 2);
    let sql = "select body from surveys.private";
    let bodies: Vec<Vec<u8>> =
        sqlx::query_scalar(sql).fetch_all(&world.server.database().pool(1)).await.unwrap();
    assert!(!bodies.iter().any(|body| body.windows(6).any(|bytes| bytes == b"A NAME")));

    // Its view can still be built anew, and the token still opens it.
    let pool = world.server.database().pool(1);
    for sql in [
        "delete from surveys.invitation",
        "delete from surveys.checkpoint where subscription = 'surveys.invitations'",
    ] {
        sqlx::query(sql).execute(&pool).await.expect("deleted");
    }
    world.resolves(2).await;
    world.answer(&first, 4, "better now").await.expect("amended");
    assert_eq!(world.form(&first).await.expect("shown").comment, "better now");
}

#[tokio::test]
async fn unknown_malformed_and_foreign_tokens_answer_alike() {
    let world = World::invited().await;
    let token = world.invitation().await.token;
    let flipped: String = token.chars().rev().collect();
    for wrong in ["", "x", "é/\0", flipped.as_str(), &token[..42]] {
        let refused = world.answer(wrong, 5, "").await.unwrap_err();
        let seen = (refused.code(), reason_of(&refused));
        assert_eq!(seen, (Code::NotFound, "INVITATION_UNKNOWN".to_owned()), "{wrong:?}");
    }
    assert_eq!(world.story().await, ["scheduled", "sent"]);
}

#[tokio::test]
async fn malformed_answers_are_refused_with_their_field() {
    let world = World::invited().await;
    let token = world.invitation().await.token;
    let with = |answers: &[(&str, i32)]| AnswerRequest {
        answers: answers
            .iter()
            .map(|(item, value)| Answer { item: (*item).to_owned(), value: *value })
            .collect(),
        ..answer(&token, 3, "")
    };
    for (ask, field) in [
        (with(&[]), "answers"),
        (with(&[("kind", 3)]), "answers[0].item"),
        (with(&[("timely", 3), ("solved", 6)]), "answers[1].value"),
        (AnswerRequest { comment: "x".repeat(65 * 1024), ..with(&[("solved", 3)]) }, "comment"),
        (AnswerRequest { command_id: String::new(), ..with(&[("solved", 3)]) }, "command_id"),
    ] {
        let refused = world.stranger().answer(ask).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
        assert_eq!(field_of(&refused), field);
    }
    assert_eq!(world.story().await, ["scheduled", "sent"]);
}

#[tokio::test]
async fn an_outdated_etag_is_refused_with_the_present_one() {
    let world = World::invited().await;
    let token = world.invitation().await.token;
    let etag = world.form(&token).await.unwrap().etag;
    let first = AnswerRequest { etag: etag.clone(), ..answer(&token, 1, "") };
    let first = world.stranger().answer(first).await.expect("recorded").into_inner();
    let second = AnswerRequest { etag, ..answer(&token, 5, "") };
    let refused = world.stranger().answer(second).await.unwrap_err();
    assert_eq!(refused.code(), Code::Aborted);
    assert_eq!(metadata_of(&refused, "current_etag"), Some(first.etag));
}

#[tokio::test]
async fn whoever_holds_the_token_answers_for_the_respondent() {
    let world = World::invited().await;
    let token = world.invitation().await.token;
    world.client(&Who::operator()).answer(answer(&token, 3, "")).await.expect("recorded");
    let last = world.published().await.pop().expect("an event");
    assert_eq!(last.meta.actor, "people/principal-0101");
}
