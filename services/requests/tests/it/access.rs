//! Who may read and do what.

use tonic::Code;
use wire::schoolside::requests::v1::{
    ListRequest, OpenRequest, PauseReason, PauseRequest, ReplyRequest, TextState,
};

use crate::support::{Desk, Who, command_id, opening};

/// What a caller is shown of a request of each type, by every read.
#[tokio::test]
async fn confidentiality_is_respected_by_every_read() {
    use TextState::{Shown as S, Withheld as W};
    let table = [
        (Who::Head, [Some(S), Some(S), Some(S), Some(S), Some(S)]),
        (Who::Deputy, [Some(S), Some(S), Some(S), Some(W), Some(W)]),
        (Who::OtherHead, [None; 5]),
        (Who::Member, [Some(S), Some(S), Some(S), Some(S), Some(S)]),
        (Who::Colleague, [Some(S), Some(S), Some(W), Some(W), Some(W)]),
        (Who::Lead, [Some(S), Some(S), Some(S), Some(S), Some(S)]),
        (Who::OtherTeam, [None; 5]),
        (Who::Director, [Some(S), Some(S), Some(S), Some(S), Some(W)]),
        (Who::Operator, [Some(W); 5]),
        (Who::Integrator, [Some(W); 5]),
        (Who::Importer, [Some(W); 5]),
    ];
    let desk = Desk::open().await;
    let types = ["FAC5", "STU", "IDEA", "PERS", "LEG"];
    let mut names = Vec::new();
    for code in types {
        names.push(desk.held_of(code).await);
    }
    for (who, expected) in table {
        let ask = ListRequest { after: desk.after(), ..Default::default() };
        let list = desk.requests(who).list(ask).await.unwrap().into_inner().requests;
        for (at, (name, expected)) in names.iter().zip(expected).enumerate() {
            let what = format!("{who:?} reads {}", types[at]);
            let got = desk.get(who, name).await;
            let listed = list.iter().find(|request| request.name == *name);
            let story = desk.story(who, name).await;
            let Some(expected) = expected else {
                assert_eq!(got.unwrap_err().code(), Code::NotFound, "{what}");
                assert_eq!(story.unwrap_err().code(), Code::NotFound, "{what}");
                assert!(listed.is_none(), "{what}");
                continue;
            };
            let story = story.unwrap();
            for request in [&got.unwrap(), listed.unwrap()] {
                assert_eq!(request.text_state(), expected, "{what}");
                assert_eq!(request.summary.is_empty(), expected == W, "{what}");
                assert_eq!(request.attributes.contains_key("room"), expected == S, "{what}");
            }
            assert_eq!(story[0].text_state(), expected, "{what}");
            assert_eq!(story[0].text.is_some(), expected == S, "{what}");
        }
    }
}

#[tokio::test]
async fn what_lies_outside_the_scope_answers_like_what_does_not_exist() {
    let desk = Desk::open().await;
    let name = desk.held().await;
    let absent = "requests/00000000-0000-4000-8000-000000000000";
    let reply = |name: &str| ReplyRequest {
        name: name.into(),
        command_id: command_id(),
        body: "x".into(),
        ..Default::default()
    };
    let outside = desk.requests(Who::OtherHead).reply(reply(&name)).await.unwrap_err();
    let missing = desk.requests(Who::OtherHead).reply(reply(absent)).await.unwrap_err();
    assert_eq!(outside.code(), missing.code());
    assert_eq!(outside.message().replace(&name, ""), missing.message().replace(absent, ""));
    assert_eq!(desk.reason(&outside), desk.reason(&missing));
}

#[tokio::test]
async fn permission_is_asked_before_existence_is_revealed() {
    let desk = Desk::open().await;
    let name = desk.held().await;
    let absent = "requests/00000000-0000-4000-8000-000000000000";
    for name in [name.as_str(), absent] {
        let pause = PauseRequest {
            name: name.into(),
            command_id: command_id(),
            reason: PauseReason::Scheduled.into(),
            ..Default::default()
        };
        let status = desk.requests(Who::Head).pause(pause).await.unwrap_err();
        assert_eq!(
            (status.code(), desk.reason(&status)),
            (Code::PermissionDenied, "PERMISSION_MISSING".into())
        );
    }
    let anonymous = desk.anonymous().list(ListRequest::default()).await.unwrap_err();
    assert_eq!(anonymous.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn who_may_not_read_the_text_may_not_work_on_it() {
    let desk = Desk::open().await;
    let name = desk.held_of("IDEA").await;
    let status = desk.resolve(Who::Colleague, &name).await.unwrap_err();
    assert_eq!(
        (status.code(), desk.reason(&status)),
        (Code::PermissionDenied, "NOT_ALLOWED".into())
    );
}

#[tokio::test]
async fn a_principal_opens_for_their_own_school_only() {
    let desk = Desk::open().await;
    let other = OpenRequest { school: "schools/0202".into(), ..opening("FAC5") };
    let unknown = OpenRequest { school: "schools/9999".into(), ..opening("FAC5") };
    for ask in [other.clone(), unknown] {
        let status = desk.requests(Who::Head).open(ask).await.unwrap_err();
        assert_eq!(desk.reason(&status), "SCHOOL_NOT_KNOWN");
    }
    let typed_by_staff =
        desk.requests(Who::Member).open(other).await.unwrap().into_inner().request.unwrap();
    assert_eq!(typed_by_staff.requester, "people/P-0202", "the school's principal of record");
    assert_eq!(typed_by_staff.submitter, "people/T1-operations-1");
}

#[tokio::test]
async fn internal_replies_are_for_the_office() {
    let desk = Desk::open().await;
    let name = desk.held().await;
    let reply = |internal| ReplyRequest {
        name: name.clone(),
        command_id: command_id(),
        body: "hm".into(),
        internal,
        ..Default::default()
    };
    desk.requests(Who::Member).reply(reply(true)).await.unwrap();
    assert_eq!(desk.story(Who::Lead, &name).await.unwrap().len(), 3);
    assert_eq!(desk.story(Who::Head, &name).await.unwrap().len(), 2);
    let status = desk.requests(Who::Head).reply(reply(true)).await.unwrap_err();
    assert_eq!(desk.reason(&status), "REPLY_MUST_BE_PUBLIC");
}

#[tokio::test]
async fn looks_at_special_education_requests_are_kept() {
    let desk = Desk::open().await;
    let idea = desk.held_of("IDEA").await;
    desk.held_of("FAC5").await;
    desk.get(Who::Lead, &idea).await.unwrap();
    desk.get(Who::Colleague, &idea).await.unwrap();
    desk.requests(Who::Lead).list(ListRequest::default()).await.unwrap();
    desk.story(Who::Lead, &idea).await.unwrap();
    let looks = desk.looks(&idea).await;
    let expected = [
        ("people/T1-lead-1", "Get", true),
        ("people/T1-budget-1", "Get", false),
        ("people/T1-lead-1", "List", true),
        ("people/T1-lead-1", "ListEvents", true),
    ];
    assert_eq!(looks, expected.map(|(who, rpc, shown)| (who.to_owned(), rpc.to_owned(), shown)));
}
