//! Who may do what, and who sees names.

use testkit::{Who, command_id};
use tonic::Code;
use wire::schoolside::directory::v1::{
    DefineNetworkRequest, ErasePersonRequest, GetPersonRequest, GetTeamRequest, ListPeopleRequest,
    directory_service_client::DirectoryServiceClient,
};

use crate::desk::Desk;

#[tokio::test]
async fn names_are_shown_to_the_office_and_ids_to_all() {
    let mut desk = Desk::small().await;
    desk.person("people/A", "Ann").await;
    desk.join("people/A", "teams/T1", "budget", "2026-01-01").await;
    desk.server.settle().await;
    let office = [Who::team_member("people/B", "T1"), Who::lead("people/C", "T1"), Who::operator()];
    let others = [Who::principal("people/P-0101", "0101"), Who::importer()];
    let callers = office.iter().map(|who| (who, "Ann")).chain(others.iter().map(|who| (who, "")));
    for (who, name) in callers {
        let mut client = desk.as_who(who);
        let request = GetPersonRequest { name: "people/A".into(), ..Default::default() };
        let person = client.get_person(request).await.unwrap().into_inner().person.unwrap();
        let team = GetTeamRequest { name: "teams/T1".into(), ..Default::default() };
        let team = client.get_team(team).await.unwrap().into_inner().team.unwrap();
        let people =
            client.list_people(ListPeopleRequest::default()).await.unwrap().into_inner().people;
        let shown = [&person.display_name, &team.members[0].display_name, &people[0].display_name];
        assert_eq!(shown, [name; 3], "{who:?}");
        assert_eq!(person.email.is_empty(), name.is_empty());
    }
}

#[tokio::test]
async fn only_operators_and_importers_write_and_importers_erase_nobody() {
    let desk = Desk::empty().await;
    let define = DefineNetworkRequest {
        name: "networks/N1".into(),
        display_name: "Harbor".into(),
        command_id: command_id(),
        ..Default::default()
    };
    for who in [
        Who::principal("people/P-0101", "0101"),
        Who::team_member("people/B", "T1"),
        Who::lead("people/C", "T1"),
    ] {
        let refused = desk.as_who(&who).define_network(define.clone()).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied, "{who:?}");
    }
    desk.as_who(&Who::importer()).define_network(define).await.unwrap();
    let erase = ErasePersonRequest {
        name: "people/A".into(),
        command_id: command_id(),
        ..Default::default()
    };
    let refused = desk.as_who(&Who::importer()).erase_person(erase).await.unwrap_err();
    assert_eq!(
        refused.code(),
        Code::PermissionDenied,
        "asked before it is looked whether the person exists"
    );
}

#[tokio::test]
async fn nobody_reads_without_an_identity() {
    let desk = Desk::empty().await;
    let mut stranger = DirectoryServiceClient::new(desk.server.channel());
    let refused = stranger
        .get_team(GetTeamRequest { name: "teams/T1".into(), ..Default::default() })
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
}
