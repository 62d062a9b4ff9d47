//! Lists and their pages.

use tonic::Code;
use wire::schoolside::requests::v1::{ListRequest, RequestState};

use crate::support::{DAY, Desk, Who};

#[tokio::test]
async fn a_list_is_paged_newest_first_and_its_token_belongs_to_its_question() {
    let desk = Desk::open().await;
    let mut names = Vec::new();
    for _ in 0..5 {
        names.push(desk.ask(Who::Head, "FAC5").await.name);
        desk.advance(DAY / 24).await;
    }
    names.reverse();
    let ask = ListRequest { page_size: 2, after: desk.after(), ..Default::default() };
    let mut listed = Vec::new();
    let mut token = String::new();
    loop {
        let page = ListRequest { page_token: token, ..ask.clone() };
        let page = desk.requests(Who::Head).list(page).await.unwrap().into_inner();
        listed.extend(page.requests.into_iter().map(|request| request.name));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
        let other = ListRequest { page_token: token.clone(), open_only: true, ..ask.clone() };
        let status = desk.requests(Who::Head).list(other).await.unwrap_err();
        assert_eq!(desk.field(&status), "page_token");
    }
    assert_eq!(listed, names);
}

#[tokio::test]
async fn a_list_is_filtered_by_what_it_is_asked_for() {
    let desk = Desk::open().await;
    let open = desk.held().await;
    desk.advance(DAY / 24).await;
    let resolved = desk.held_of("STU").await;
    desk.resolve(Who::Member, &resolved).await.unwrap();
    let asks = [
        (ListRequest { open_only: true, ..Default::default() }, vec![&open]),
        (
            ListRequest { state: RequestState::Resolved.into(), ..Default::default() },
            vec![&resolved],
        ),
        (
            ListRequest {
                state: RequestState::Resolved.into(),
                open_only: true,
                ..Default::default()
            },
            vec![],
        ),
        (
            ListRequest { request_type: "requestTypes/STU".into(), ..Default::default() },
            vec![&resolved],
        ),
        (
            ListRequest {
                team: "teams/T1".into(),
                order_by: "opened_at".into(),
                ..Default::default()
            },
            vec![&open, &resolved],
        ),
        (ListRequest { team: "teams/T2".into(), ..Default::default() }, vec![]),
        (
            ListRequest { school: "schools/0101".into(), ..Default::default() },
            vec![&resolved, &open],
        ),
        (
            ListRequest { requester: "people/P-0101".into(), ..Default::default() },
            vec![&resolved, &open],
        ),
        (ListRequest { member: "people/nobody".into(), ..Default::default() }, vec![]),
    ];
    for (ask, expected) in asks {
        let ask = ListRequest { after: desk.after(), ..ask };
        let page = desk.requests(Who::Lead).list(ask.clone()).await.unwrap().into_inner();
        let names: Vec<_> = page.requests.iter().map(|request| &request.name).collect();
        assert_eq!(names, expected, "{ask:?}");
    }
    let unknown = ListRequest { order_by: "priority".into(), ..Default::default() };
    let status = desk.requests(Who::Lead).list(unknown).await.unwrap_err();
    assert_eq!((status.code(), desk.field(&status)), (Code::InvalidArgument, "order_by".into()));
    let negative = ListRequest { page_size: -1, ..Default::default() };
    assert_eq!(
        desk.requests(Who::Lead).list(negative).await.unwrap_err().code(),
        Code::InvalidArgument
    );
}
