//! What is known of an open request is corrected: its type, its priority, its school.

use tonic::{Code, Status};
use wire::schoolside::requests::v1::{
    self as pb, ChangePriorityRequest, ChangeSchoolRequest, ListRequest, ReclassifyRequest,
    TextState, request_event::Detail,
};

use crate::support::{Desk, Who, command_id};

fn reclassification(name: &str, code: &str) -> ReclassifyRequest {
    ReclassifyRequest {
        name: name.into(),
        command_id: command_id(),
        request_type: format!("requestTypes/{code}"),
        reason: "wrong_type".into(),
        note: "not a repair".into(),
        ..Default::default()
    }
}

fn priority(name: &str, priority: &str) -> ChangePriorityRequest {
    ChangePriorityRequest {
        name: name.into(),
        command_id: command_id(),
        priority: priority.into(),
        reason: "safety".into(),
        ..Default::default()
    }
}

fn school(name: &str, school: &str) -> ChangeSchoolRequest {
    ChangeSchoolRequest {
        name: name.into(),
        command_id: command_id(),
        school: format!("schools/{school}"),
        reason: "wrong_school".into(),
        ..Default::default()
    }
}

async fn reclassify(desk: &Desk, who: Who, ask: ReclassifyRequest) -> Result<pb::Request, Status> {
    let changed = desk.requests(who).reclassify(ask).await?.into_inner();
    desk.see(&changed.consistency);
    Ok(changed.request.unwrap())
}

async fn change_school(
    desk: &Desk,
    who: Who,
    ask: ChangeSchoolRequest,
) -> Result<pb::Request, Status> {
    let changed = desk.requests(who).change_school(ask).await?.into_inner();
    desk.see(&changed.consistency);
    Ok(changed.request.unwrap())
}

#[tokio::test]
async fn a_reclassified_request_is_of_the_new_type_everywhere_and_stays_with_its_team() {
    let desk = Desk::open().await;
    let name = desk.held().await;
    reclassify(&desk, Who::Member, reclassification(&name, "STU")).await.unwrap();
    let request = desk.get(Who::Lead, &name).await.unwrap();
    assert_eq!(request.request_type, "requestTypes/STU");
    assert_eq!((request.confidentiality.as_str(), request.team.as_str()), ("student", "teams/T1"));
    // P2 is the routing rule's; the types' default is P3.
    assert_eq!(request.priority, "P2");
    assert_eq!(request.attributes["room"], "It is cold", "what fits is taken over");
    for (code, expected) in [("STU", vec![name.clone()]), ("FAC5", vec![])] {
        let request_type = format!("requestTypes/{code}");
        let ask = ListRequest { request_type, after: desk.after(), ..Default::default() };
        let list = desk.requests(Who::Lead).list(ask).await.unwrap().into_inner().requests;
        assert_eq!(list.into_iter().map(|it| it.name).collect::<Vec<_>>(), expected, "{code}");
    }
}

#[tokio::test]
async fn the_story_tells_of_a_reclassification_and_keeps_its_note_between_colleagues() {
    let desk = Desk::open().await;
    let name = desk.held().await;
    reclassify(&desk, Who::Member, reclassification(&name, "STU")).await.unwrap();
    for (who, state) in [(Who::Lead, TextState::Shown), (Who::Head, TextState::Withheld)] {
        let last = desk.story(who, &name).await.unwrap().pop().unwrap();
        let Some(Detail::Reclassified(it)) = &last.detail else { panic!("{last:?}") };
        assert_eq!(
            (it.previous_request_type_id.as_str(), it.reason.as_str()),
            ("FAC5", "wrong_type")
        );
        assert_eq!((last.text_state(), last.text.is_some()), (state, state == TextState::Shown));
    }
}

#[tokio::test]
async fn a_reclassification_does_not_open_a_confidential_request_to_more_readers() {
    let desk = Desk::open().await;
    let name = desk.held_of("IDEA").await;
    let kept = reclassify(&desk, Who::Member, reclassification(&name, "FAC5")).await.unwrap();
    assert_eq!(
        (kept.request_type.as_str(), kept.confidentiality.as_str()),
        ("requestTypes/FAC5", "idea")
    );
    let colleague = desk.get(Who::Colleague, &name).await.unwrap();
    assert_eq!((colleague.text_state(), colleague.summary.as_str()), (TextState::Withheld, ""));
}

#[tokio::test]
async fn only_who_answers_for_it_and_reads_its_text_makes_it_less_confidential() {
    let desk = Desk::open().await;
    let lower = |name: &str| ReclassifyRequest {
        lower_confidentiality: true,
        ..reclassification(name, "FAC5")
    };
    let idea = desk.held_of("IDEA").await;
    let legal = desk.held_of("LEG").await;
    for (who, name) in [(Who::Member, &idea), (Who::Director, &legal)] {
        let status = reclassify(&desk, who, lower(name)).await.unwrap_err();
        let answer = (status.code(), desk.reason(&status));
        assert_eq!(answer, (Code::PermissionDenied, "NOT_ALLOWED".into()), "{who:?}");
    }
    let lowered = reclassify(&desk, Who::Lead, lower(&idea)).await.unwrap();
    assert_eq!(lowered.confidentiality, "none");
    let colleague = desk.get(Who::Colleague, &idea).await.unwrap();
    assert_eq!(colleague.text_state(), TextState::Shown);
    let looks = desk.looks(&idea).await;
    assert!(looks.contains(&("people/T1-budget-1".into(), "Get".into(), true)), "{looks:?}");
}

#[tokio::test]
async fn an_unknown_a_retired_and_the_same_type_are_refused() {
    let desk = Desk::open().await;
    let name = desk.held().await;
    desk.retire("STU").await;
    for (code, reason) in [
        ("NONE", "REQUEST_TYPE_UNKNOWN"),
        ("STU", "REQUEST_TYPE_RETIRED"),
        ("FAC5", "REQUEST_TYPE_UNCHANGED"),
    ] {
        let status =
            reclassify(&desk, Who::Member, reclassification(&name, code)).await.unwrap_err();
        assert_eq!(desk.reason(&status), reason);
    }
}

#[tokio::test]
async fn a_priority_that_a_person_gave_is_not_taken_back_by_a_rule() {
    let desk = Desk::open().await;
    let name = desk.ask(Who::Head, "FAC5").await.name;
    let ask = priority(&name, "P1");
    let changed = desk.requests(Who::Director).change_priority(ask.clone()).await.unwrap();
    let again = desk.requests(Who::Director).change_priority(ask).await.unwrap();
    assert_eq!(changed.into_inner(), again.into_inner());
    // Routing judged version 1, the opening, and its rule says P2.
    desk.route(&name, "T1", "operations", "T1-operations-1", 1).await;
    let request = desk.get(Who::Lead, &name).await.unwrap();
    assert_eq!((request.priority.as_str(), request.team.as_str()), ("P1", "teams/T1"));
}

#[tokio::test]
async fn another_school_brings_its_own_readers_and_its_snapshot_of_today() {
    let desk = Desk::open().await;
    let name = desk.held().await;
    desk.school_moves("0202", "N2", "2025-07-01").await;
    assert_eq!(desk.get(Who::OtherHead, &name).await.unwrap_err().code(), Code::NotFound);
    change_school(&desk, Who::Member, school(&name, "0202")).await.unwrap();
    let request = desk.get(Who::OtherHead, &name).await.unwrap();
    assert_eq!(
        (request.school.as_str(), request.network.as_str()),
        ("schools/0202", "networks/N2")
    );
    assert_eq!((request.tier, request.school_level.as_str()), (2, "k8"));
    assert_eq!(request.requester, "people/P-0101", "who asked stays, if nobody else is given");
    assert_eq!(desk.get(Who::Deputy, &name).await.unwrap_err().code(), Code::NotFound);
    assert!(desk.get(Who::Head, &name).await.is_ok(), "who asked sees it still");
    let schools = "schools/0202".to_owned();
    let ask = ListRequest { school: schools, after: desk.after(), ..Default::default() };
    let list = desk.requests(Who::OtherHead).list(ask).await.unwrap().into_inner().requests;
    assert_eq!(list.len(), 1);
}

#[tokio::test]
async fn it_may_be_for_somebody_else_at_the_other_school() {
    let desk = Desk::open().await;
    let name = desk.held().await;
    let requester = "people/P-0202".to_owned();
    let ask = ChangeSchoolRequest { requester, ..school(&name, "0202") };
    let changed = change_school(&desk, Who::Lead, ask).await.unwrap();
    assert_eq!(changed.requester, "people/P-0202");
    let unknown = change_school(&desk, Who::Lead, school(&name, "9999")).await.unwrap_err();
    assert_eq!(desk.reason(&unknown), "SCHOOL_NOT_KNOWN");
}

#[tokio::test]
async fn corrections_are_for_the_office_and_for_open_requests() {
    let desk = Desk::open().await;
    let name = desk.held().await;
    let refused = async |who: Who| {
        let mut client = desk.requests(who);
        [
            client.reclassify(reclassification(&name, "STU")).await.map(drop),
            client.change_priority(priority(&name, "P1")).await.map(drop),
            client.change_school(school(&name, "0202")).await.map(drop),
        ]
        .map(|answer| desk.reason(&answer.unwrap_err()))
    };
    assert_eq!(refused(Who::Head).await, ["PERMISSION_MISSING"; 3]);
    assert_eq!(refused(Who::OtherTeam).await, ["NOT_FOUND"; 3]);
    desk.resolve(Who::Member, &name).await.unwrap();
    assert_eq!(refused(Who::Member).await, ["REQUEST_WRONG_STATE"; 3]);
}
