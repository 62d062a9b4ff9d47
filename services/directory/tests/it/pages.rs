//! Lists, page by page.

use testkit::field_of;
use tonic::Code;
use wire::schoolside::directory::v1::{
    ListNetworksRequest, ListSchoolsRequest, ListTeamsRequest, TeamKind,
};

use crate::desk::Desk;

#[tokio::test]
async fn schools_come_page_by_page_and_none_twice() {
    let mut desk = Desk::small().await;
    for number in 301..=305 {
        desk.school(&format!("schools/0{number}")).await;
    }
    desk.server.settle().await;
    let (mut seen, mut page_token, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let request = ListSchoolsRequest { page_size: 3, page_token, ..Default::default() };
        let page = desk.operator.list_schools(request).await.unwrap().into_inner();
        seen.extend(page.schools.into_iter().map(|school| school.name));
        pages += 1;
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let expected =
        ["0101", "0208", "0301", "0302", "0303", "0304", "0305"].map(|id| format!("schools/{id}"));
    assert_eq!((seen.as_slice(), pages), (expected.as_slice(), 3));
}

#[tokio::test]
async fn lists_keep_to_what_is_asked() {
    let mut desk = Desk::small().await;
    desk.team("teams/SHOP", TeamKind::Desk).await;
    desk.server.settle().await;
    let request = ListSchoolsRequest { network: "networks/N2".into(), ..Default::default() };
    let schools = desk.operator.list_schools(request).await.unwrap().into_inner().schools;
    assert_eq!(
        schools.iter().map(|school| school.name.as_str()).collect::<Vec<_>>(),
        ["schools/0208"]
    );
    assert_eq!((schools[0].team.as_str(), schools[0].facts.len()), ("teams/T2", 0));
    let request = ListTeamsRequest { kind: TeamKind::Desk.into(), ..Default::default() };
    let teams = desk.operator.list_teams(request).await.unwrap().into_inner().teams;
    assert_eq!(teams.iter().map(|team| team.name.as_str()).collect::<Vec<_>>(), ["teams/SHOP"]);
    let networks = desk
        .operator
        .list_networks(ListNetworksRequest::default())
        .await
        .unwrap()
        .into_inner()
        .networks;
    assert_eq!(
        networks.iter().map(|network| network.team.as_str()).collect::<Vec<_>>(),
        ["teams/T1", "teams/T2", "teams/T3"]
    );
}

#[tokio::test]
async fn a_token_belongs_to_its_question() {
    let mut desk = Desk::small().await;
    desk.server.settle().await;
    let request = ListSchoolsRequest { page_size: 1, ..Default::default() };
    let page_token =
        desk.operator.list_schools(request).await.unwrap().into_inner().next_page_token;
    let other =
        ListSchoolsRequest { page_token, network: "networks/N2".into(), ..Default::default() };
    let refused = desk.operator.list_schools(other).await.unwrap_err();
    assert_eq!(
        (refused.code(), field_of(&refused).as_str()),
        (Code::InvalidArgument, "page_token")
    );
    let negative = ListSchoolsRequest { page_size: -1, ..Default::default() };
    let refused = desk.operator.list_schools(negative).await.unwrap_err();
    assert_eq!(field_of(&refused), "page_size");
}
