//! People: roles from day to day, and names that can be destroyed.

use testkit::{command_id, reason_of};
use wire::schoolside::directory::v1::{
    EndMembershipRequest, ErasePersonRequest, FactKind, GetPersonRequest, RegisterPersonRequest,
};

use crate::desk::Desk;

#[tokio::test]
async fn a_role_is_held_from_its_first_to_its_last_day() {
    let mut desk = Desk::small().await;
    desk.person("people/A", "Ann").await;
    desk.join("people/A", "teams/T1", "budget", "2026-01-01").await;
    let end = EndMembershipRequest {
        name: "people/A".into(),
        team: "teams/T1".into(),
        role: "budget".into(),
        effective_until: "2026-03-31".into(),
        command_id: command_id(),
        ..Default::default()
    };
    let after = desk.operator.end_membership(end).await.unwrap().into_inner().consistency;
    for (day, roles) in [("2025-12-31", 0), ("2026-01-01", 1), ("2026-03-31", 1), ("2026-04-01", 0)]
    {
        let request =
            GetPersonRequest { name: "people/A".into(), as_of: day.into(), after: after.clone() };
        let person = desk.operator.get_person(request).await.unwrap().into_inner().person.unwrap();
        assert_eq!(person.memberships.len(), roles, "on {day}");
        let told: Vec<_> =
            person.facts.iter().map(|fact| (fact.kind(), fact.effective_on.as_str())).collect();
        let (started, ended) = (FactKind::MembershipStarted, FactKind::MembershipEnded);
        assert_eq!(told, [(started, "2026-01-01"), (ended, "2026-03-31")]);
    }
    let not_held = EndMembershipRequest {
        name: "people/A".into(),
        team: "teams/T1".into(),
        role: "lead".into(),
        effective_until: "2026-03-31".into(),
        command_id: command_id(),
        ..Default::default()
    };
    let refused = desk.operator.end_membership(not_held).await.unwrap_err();
    assert_eq!(reason_of(&refused), "NOT_A_MEMBER");
}

#[tokio::test]
async fn an_erased_person_leaves_no_name_anywhere() {
    let mut desk = Desk::small().await;
    desk.person("people/A", "Ann Unforgotten").await;
    desk.join("people/A", "teams/T1", "budget", "2026-01-01").await;
    let erase = ErasePersonRequest {
        name: "people/A".into(),
        command_id: command_id(),
        ..Default::default()
    };
    let after = desk.operator.erase_person(erase).await.unwrap().into_inner().consistency;
    let request = GetPersonRequest { name: "people/A".into(), after, ..Default::default() };
    let person = desk.operator.get_person(request).await.unwrap().into_inner().person.unwrap();
    assert_eq!(
        (person.display_name.as_str(), person.email.as_str(), person.erased),
        ("", "", true)
    );
    assert_eq!(person.memberships.len(), 1, "the role stays");

    let pool = desk.server.database().pool(1);
    let left: i64 = sqlx::query_scalar(
        "select (select count(*) from directory.private) +
                (select count(*) from directory.event where payload::text like '%' || encode('Unforgotten', 'hex') || '%')",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(left, 0);

    let register = RegisterPersonRequest {
        name: "people/A".into(),
        display_name: "Ann".into(),
        command_id: command_id(),
        ..Default::default()
    };
    let refused = desk.operator.register_person(register).await.unwrap_err();
    assert_eq!(reason_of(&refused), "PERSON_ERASED");
}
