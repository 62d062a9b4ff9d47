//! The board: its order, its pages, and who sees what.

use kernel::StreamId;
use testkit::{Who, reason_of};
use tonic::Code;
use wire::schoolside::{
    requests::v1::RequestReassigned,
    sla::v1::{ClockState, ListClocksRequest},
};

use crate::office::{Office, director};

const RESOLUTIONS: fn() -> ListClocksRequest =
    || ListClocksRequest { metric: "first_resolution".into(), ..Default::default() };

async fn requests(office: &Office, who: &Who, ask: ListClocksRequest) -> Vec<String> {
    office.clocks(who, ask).await.into_iter().map(|clock| clock.request).collect()
}

fn names(ids: &[StreamId]) -> Vec<String> {
    ids.iter().map(|id| format!("requests/{id}")).collect()
}

#[tokio::test]
async fn the_most_urgent_comes_first_and_paused_ones_last_over_all_pages() {
    let office = Office::open().await;
    let waiting = office.opened_at("mon 08:00", "FAC1").await;
    let days = office.opened_at("mon 08:00", "PRC1").await;
    let later = office.opened_at("mon 09:00", "FAC1").await;
    let ended = office.opened_at("mon 09:00", "FAC1").await;
    office.set("mon 10:00");
    office.pause(waiting).await;
    office.resolve(ended).await;
    office.server.settle().await;
    let expected = names(&[later, days, waiting]);
    assert_eq!(requests(&office, &director(), RESOLUTIONS()).await, expected);

    let (mut paged, mut page_token) = (Vec::new(), String::new());
    loop {
        let ask = ListClocksRequest { page_size: 1, page_token, ..RESOLUTIONS() };
        let page = office.sla(&director()).list_clocks(ask).await.unwrap().into_inner();
        paged.extend(page.clocks.into_iter().map(|clock| clock.request));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(paged, expected);
    let met = ListClocksRequest { state: ClockState::Met.into(), ..RESOLUTIONS() };
    assert_eq!(requests(&office, &director(), met).await, names(&[ended]));
}

#[tokio::test]
async fn each_sees_the_clocks_in_scope_and_nothing_tells_of_the_others() {
    let office = Office::open().await;
    let ours = office.opened_for("mon 08:00", "FAC1", "0101", "T1").await;
    let theirs = office.opened_for("mon 09:00", "FAC1", "0202", "T2").await;
    let principal = Who::principal("people/P-0101", "0101");
    let lead = Who::lead("people/T2-lead", "T2");
    assert_eq!(requests(&office, &principal, RESOLUTIONS()).await, names(&[ours]));
    assert_eq!(requests(&office, &lead, RESOLUTIONS()).await, names(&[theirs]));
    assert_eq!(requests(&office, &director(), RESOLUTIONS()).await, names(&[ours, theirs]));
    let asked = ListClocksRequest { school: "schools/0202".into(), ..RESOLUTIONS() };
    assert!(requests(&office, &principal, asked).await.is_empty());

    let nobodys = StreamId::of("request", "nobody's");
    let outside = office.explain(&principal, theirs).await.unwrap_err();
    let missing = office.explain(&principal, nobodys).await.unwrap_err();
    assert_eq!((outside.code(), reason_of(&outside)), (Code::NotFound, reason_of(&missing)));
    assert_eq!(
        outside.message().replace(&theirs.to_string(), ""),
        missing.message().replace(&nobodys.to_string(), "")
    );
}

#[tokio::test]
async fn a_hand_over_moves_the_clocks_to_the_other_teams_board() {
    let office = Office::open().await;
    let request = office.opened_at("mon 08:00", "FAC1").await;
    let reassigned = RequestReassigned { team_id: "T2".into(), ..Default::default() };
    office.happen(request, "request.reassigned", &reassigned).await;
    office.server.settle().await;
    let of = |team: &str| ListClocksRequest { team: format!("teams/{team}"), ..RESOLUTIONS() };
    assert!(requests(&office, &director(), of("T1")).await.is_empty());
    assert_eq!(requests(&office, &Who::lead("people/L", "T2"), of("T2")).await, names(&[request]));
}

#[tokio::test]
async fn a_malformed_question_is_refused_by_its_field() {
    let office = Office::open().await;
    for (ask, field) in [
        (ListClocksRequest { page_size: -1, ..Default::default() }, "page_size"),
        (ListClocksRequest { page_token: "x".into(), ..Default::default() }, "page_token"),
        (ListClocksRequest { metric: "speed".into(), ..Default::default() }, "metric"),
        (ListClocksRequest { team: "T1".into(), ..Default::default() }, "team"),
        (ListClocksRequest { request: "requests/1".into(), ..Default::default() }, "request"),
        (ListClocksRequest { after: "x".into(), ..Default::default() }, "after"),
    ] {
        let refused = office.sla(&director()).list_clocks(ask).await.unwrap_err();
        assert_eq!(
            (refused.code(), testkit::field_of(&refused).as_str()),
            (Code::InvalidArgument, field)
        );
    }
}
