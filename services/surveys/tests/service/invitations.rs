//! Who is invited, when it goes out, and when it ends.

use prost::Message;
use testkit::{Who, reason_of};
use tonic::Code;
use wire::schoolside::{
    requests::v1 as requests,
    surveys::v1::{InvitationScheduled, InvitationState, ListInvitationsRequest},
};

use crate::world::{World, instrument, opened, principal, request, resolved};

#[tokio::test]
async fn an_invitation_goes_out_when_the_settle_delay_is_over_and_not_before() {
    let world = World::new().await;
    world.resolves(1).await;
    world.server.settle_at("2026-02-03T07:59:59-05:00").await;
    let waiting = world.invitation().await;
    assert_eq!(waiting.state(), InvitationState::Scheduled);
    assert_eq!(waiting.token, "");
    world.server.settle_at("2026-02-03T08:00:00-05:00").await;
    let sent = world.invitation().await;
    assert_eq!(sent.state(), InvitationState::Sent);
    assert_eq!(sent.request, format!("requests/{}", request(1)));
    assert_eq!(sent.team, "teams/T1");
    assert_eq!(sent.expires_at.unwrap().seconds - sent.send_at.unwrap().seconds, 7 * 24 * 3_600);
    assert_eq!(sent.token.len(), 43);
    let scheduled = world.published().await.remove(0);
    let scheduled = InvitationScheduled::decode(scheduled.payload.as_slice()).unwrap();
    assert_eq!((scheduled.tier, scheduled.school_id.as_str()), (3, "0101"));
}

#[tokio::test]
async fn a_reopening_withdraws_and_the_next_resolution_invites_anew() {
    let world = World::invited().await;
    let token = world.invitation().await.token;
    world.told(1, "reopened", &requests::RequestReopened::default()).await;
    world.server.settle().await;
    assert_eq!(world.invitation().await.state(), InvitationState::Withdrawn);
    let withdrawn = world.form(&token).await.unwrap_err();
    let unknown = world.form("no such token").await.unwrap_err();
    assert_eq!((withdrawn.code(), withdrawn.message()), (unknown.code(), unknown.message()));
    world.told(1, "resolved", &resolved()).await;
    world.server.settle_at("2026-02-05T08:00:00-05:00").await;
    let both = world.list(&principal()).await;
    let states: Vec<_> = both.iter().map(|it| (it.resolution, it.state())).collect();
    assert_eq!(states, [(2, InvitationState::Sent), (1, InvitationState::Withdrawn)]);
    assert_ne!(both[0].token, token);
}

#[tokio::test]
async fn a_duplicate_invites_nobody() {
    let world = World::new().await;
    world.told(1, "opened", &opened()).await;
    let duplicate = requests::RequestResolved {
        outcome: requests::Outcome::Duplicate.into(),
        duplicate_of: format!("requests/{}", request(2)),
        ..resolved()
    };
    world.told(1, "resolved", &duplicate).await;
    world.server.settle_at("2026-02-10T08:00:00-05:00").await;
    assert_eq!(world.story().await, [""; 0]);
}

#[tokio::test]
async fn a_corrected_request_asks_whom_it_was_for_in_the_end() {
    let world = World::new().await;
    world.told(1, "opened", &opened()).await;
    let moved = requests::RequestSchoolChanged {
        school_id: "0202".to_owned(),
        tier: 1,
        requester_id: "principal-0202".to_owned(),
        ..Default::default()
    };
    world.told(1, "school_changed", &moved).await;
    world.told(1, "resolved", &resolved()).await;
    world.server.settle().await;
    let scheduled = world.published().await.remove(0);
    let scheduled = InvitationScheduled::decode(scheduled.payload.as_slice()).unwrap();
    assert_eq!((scheduled.tier, scheduled.school_id.as_str()), (1, "0202"));
    assert_eq!(scheduled.respondent_id, "principal-0202");
}

#[tokio::test]
async fn a_request_of_a_confidential_type_invites_nobody_also_if_it_became_so() {
    let world = World::new().await;
    world.told(1, "opened", &opened()).await;
    let reclassified = requests::RequestReclassified {
        confidentiality: "student".to_owned(),
        ..Default::default()
    };
    world.told(1, "reclassified", &reclassified).await;
    world.told(1, "resolved", &resolved()).await;
    world.server.settle_at("2026-02-10T08:00:00-05:00").await;
    assert_eq!(world.story().await, [""; 0]);
}

#[tokio::test]
async fn a_reopening_before_the_sending_leaves_nothing_to_send() {
    let world = World::new().await;
    world.resolves(1).await;
    world.told(1, "reopened", &requests::RequestReopened::default()).await;
    world.server.settle_at("2026-02-10T08:00:00-05:00").await;
    assert_eq!(world.story().await, ["scheduled", "withdrawn"]);
}

#[tokio::test]
async fn what_nobody_answered_expires() {
    let world = World::invited().await;
    let token = world.invitation().await.token;
    world.server.settle_at("2026-02-10T07:59:59-05:00").await;
    assert_eq!(world.invitation().await.state(), InvitationState::Sent);
    world.server.settle_at("2026-02-10T08:00:00-05:00").await;
    let expired = world.invitation().await;
    assert_eq!((expired.state(), expired.token.as_str()), (InvitationState::Expired, ""));
    let refused = world.answer(&token, 5, "").await.unwrap_err();
    assert_eq!(
        (refused.code(), reason_of(&refused).as_str()),
        (Code::FailedPrecondition, "INVITATION_EXPIRED")
    );
    assert_eq!(world.story().await, ["scheduled", "sent", "expired"]);
}

#[tokio::test]
async fn nobody_is_asked_where_there_is_a_reason_not_to() {
    let world = World::new().await;
    let cases = [
        (requests::RequestOpened { confidentiality: "student".to_owned(), ..opened() }, resolved()),
        (requests::RequestOpened { imported: true, ..opened() }, resolved()),
        (requests::RequestOpened { channel: "automatic".to_owned(), ..opened() }, resolved()),
        (requests::RequestOpened { requester_id: String::new(), ..opened() }, resolved()),
        (requests::RequestOpened { requester_id: "ann".to_owned(), ..opened() }, resolved()),
        (
            opened(),
            requests::RequestResolved {
                outcome: requests::Outcome::Duplicate.into(),
                ..resolved()
            },
        ),
    ];
    for (n, (opened, resolved)) in (1..).zip(cases) {
        world.told(n, "opened", &opened).await;
        world.told(n, "resolved", &resolved).await;
    }
    // Here the one who says that it is resolved is the one it was for.
    world.told(99, "opened", &opened()).await;
    let by = "people/principal-0101";
    world.requests.tell_as(by, request(99), "request", "resolved", &resolved()).await;
    world.server.settle_at("2026-02-10T08:00:00-05:00").await;
    assert_eq!(world.story().await, [""; 0]);
}

#[tokio::test]
async fn without_a_questionnaire_nobody_is_asked() {
    let world = World::empty().await;
    world.resolves(1).await;
    world.publish(instrument()).await.expect("published");
    world.resolves(2).await;
    let asked = world.invitation().await;
    assert_eq!(asked.request, format!("requests/{}", request(2)));
}

#[tokio::test]
async fn operators_see_all_without_tokens_and_others_only_their_own() {
    let world = World::invited().await;
    let own = world.invitation().await;
    let seen = world.list(&Who::operator()).await;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].token, "");
    assert_eq!(seen[0].respondent, "people/principal-0101");
    assert_eq!(world.list(&Who::principal("people/principal-0202", "0202")).await, []);
    assert_eq!(world.list(&Who::lead("people/lead", "T1")).await, []);
    let ask = ListInvitationsRequest { respondent: own.respondent, ..Default::default() };
    let lead = Who::lead("people/lead", "T1");
    let of_another = world.client(&lead).list_invitations(ask).await.unwrap().into_inner();
    assert_eq!(of_another.invitations, []);
}

#[tokio::test]
async fn the_list_is_paged_and_a_page_token_belongs_to_its_question() {
    let world = World::new().await;
    for n in 1..=5 {
        world.resolves(n).await;
    }
    let mut client = world.client(&Who::operator());
    let (mut ask, mut found) =
        (ListInvitationsRequest { page_size: 2, ..Default::default() }, Vec::new());
    loop {
        let page = client.list_invitations(ask.clone()).await.unwrap().into_inner();
        assert!(page.invitations.len() <= 2);
        found.extend(page.invitations.into_iter().map(|it| it.request));
        if page.next_page_token.is_empty() {
            break;
        }
        ask.page_token = page.next_page_token;
    }
    found.sort();
    let all: Vec<_> = (1..=5).map(|n| format!("requests/{}", request(n))).collect();
    assert_eq!(found, all);
    ask.state = InvitationState::Sent.into();
    let refused = client.list_invitations(ask).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
}
