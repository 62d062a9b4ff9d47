//! Two requests ask for the same: one is resolved as a duplicate and leads to the other.

use jiff::SignedDuration;
use tonic::{Code, Status};
use wire::schoolside::requests::v1::{
    self as pb, CancelRequest, ListRequest, MarkDuplicateRequest, Outcome, ReopenRequest,
    RequestState, ResolveRequest,
};

use crate::support::{Desk, Who, command_id};

async fn mark(desk: &Desk, who: Who, name: &str, of: &str) -> Result<pb::Request, Status> {
    let ask = MarkDuplicateRequest {
        name: name.into(),
        command_id: command_id(),
        duplicate_of: of.into(),
        ..Default::default()
    };
    let marked = desk.requests(who).mark_duplicate(ask).await?.into_inner();
    desk.see(&marked.consistency);
    Ok(marked.request.unwrap())
}

async fn listed(desk: &Desk, who: Who, duplicate_of: &str) -> Result<Vec<String>, Status> {
    let ask = ListRequest {
        duplicate_of: duplicate_of.into(),
        after: desk.after(),
        ..Default::default()
    };
    let list = desk.requests(who).list(ask).await?.into_inner().requests;
    Ok(list.into_iter().map(|request| request.name).collect())
}

#[tokio::test]
async fn a_duplicate_shows_its_original_and_the_original_its_duplicates_until_it_is_reopened() {
    let desk = Desk::open().await;
    let (original, first) = (desk.held().await, desk.held().await);
    // Lists are in order of the openings.
    desk.advance(SignedDuration::from_mins(1)).await;
    let second = desk.held().await;
    let reference = desk.get(Who::Lead, &original).await.unwrap().reference;
    let marked = mark(&desk, Who::Member, &first, &original).await.unwrap();
    assert_eq!((marked.state(), marked.outcome()), (RequestState::Resolved, Outcome::Duplicate));
    assert_eq!(marked.duplicate_of, original);
    let by_reference = format!("requests/{reference}");
    mark(&desk, Who::Member, &second, &by_reference).await.unwrap();
    let shown = desk.get(Who::Head, &original).await.unwrap().duplicates;
    assert_eq!(shown, [first.clone(), second.clone()]);
    assert_eq!(
        listed(&desk, Who::Head, &by_reference).await.unwrap(),
        [second.clone(), first.clone()]
    );

    let reopen = ReopenRequest {
        name: first.clone(),
        command_id: command_id(),
        reason: "wrong_outcome".into(),
        ..Default::default()
    };
    let reopened = desk.requests(Who::Member).reopen(reopen).await.unwrap().into_inner();
    desk.see(&reopened.consistency);
    assert_eq!(reopened.request.unwrap().duplicate_of, "");
    assert_eq!(desk.get(Who::Head, &original).await.unwrap().duplicates, [second]);
}

#[tokio::test]
async fn a_chain_is_refused_with_the_request_that_is_worked_on() {
    let desk = Desk::open().await;
    let (root, middle, last) = (desk.held().await, desk.held().await, desk.held().await);
    let reference = desk.get(Who::Lead, &root).await.unwrap().reference;
    mark(&desk, Who::Member, &middle, &root).await.unwrap();
    let status = mark(&desk, Who::Member, &last, &middle).await.unwrap_err();
    assert_eq!(
        (status.code(), desk.reason(&status)),
        (Code::FailedPrecondition, "DUPLICATE_OF_DUPLICATE".into())
    );
    assert!(status.message().contains(&format!("requests/{reference}")), "{}", status.message());
    // Round in a circle there is nothing to name.
    let circle = mark(&desk, Who::Member, &root, &middle).await.unwrap_err();
    assert_eq!(desk.reason(&circle), "DUPLICATE_OF_DUPLICATE");
    assert!(!circle.message().contains(&reference), "{}", circle.message());
}

#[tokio::test]
async fn a_link_that_would_lead_nowhere_is_refused_by_both_verbs() {
    let desk = Desk::open().await;
    let (name, withdrawn) = (desk.held().await, desk.held().await);
    let cancel = CancelRequest {
        name: withdrawn.clone(),
        command_id: command_id(),
        reason: "withdrawn".into(),
        ..Default::default()
    };
    desk.requests(Who::Head).cancel(cancel).await.unwrap();
    for (of, reason) in [
        (name.as_str(), "DUPLICATE_OF_INVALID"),
        (withdrawn.as_str(), "DUPLICATE_OF_WITHDRAWN"),
        ("requests/00000000-0000-4000-8000-000000000000", "NOT_FOUND"),
        ("requests/seven", "FIELD_INVALID"),
        ("", "FIELD_INVALID"),
    ] {
        let marked = mark(&desk, Who::Member, &name, of).await.unwrap_err();
        assert_eq!(desk.reason(&marked), reason, "{of}");
        if of.is_empty() {
            continue;
        }
        let ask = ResolveRequest {
            name: name.clone(),
            command_id: command_id(),
            outcome: Outcome::Duplicate.into(),
            duplicate_of: of.into(),
            ..Default::default()
        };
        let resolved = desk.requests(Who::Member).resolve(ask).await.unwrap_err();
        assert_eq!(
            (resolved.code(), desk.reason(&resolved)),
            (marked.code(), reason.into()),
            "{of}"
        );
    }
}

#[tokio::test]
async fn what_the_caller_may_not_know_of_is_neither_linked_to_nor_shown() {
    let desk = Desk::open().await;
    let (original, hidden, own) = (desk.held().await, desk.held().await, desk.held().await);
    desk.reassign(Who::Lead, &hidden, "teams/T2").await.unwrap();
    let status = mark(&desk, Who::Member, &own, &hidden).await.unwrap_err();
    assert_eq!((status.code(), desk.reason(&status)), (Code::NotFound, "NOT_FOUND".into()));
    mark(&desk, Who::Director, &hidden, &original).await.unwrap();
    assert_eq!(desk.get(Who::Lead, &original).await.unwrap().duplicates, [""; 0]);
    assert_eq!(desk.get(Who::Director, &original).await.unwrap().duplicates, [hidden.as_str()]);
    assert_eq!(listed(&desk, Who::Lead, &original).await.unwrap(), [""; 0]);
    let unseen = listed(&desk, Who::OtherTeam, &original).await.unwrap_err();
    assert_eq!(unseen.code(), Code::NotFound);
}

#[tokio::test]
async fn a_request_with_duplicates_may_become_one_itself() {
    let desk = Desk::open().await;
    let (root, middle, first) = (desk.held().await, desk.held().await, desk.held().await);
    let reference = desk.get(Who::Lead, &root).await.unwrap().reference;
    mark(&desk, Who::Member, &first, &middle).await.unwrap();
    mark(&desk, Who::Member, &middle, &root).await.unwrap();
    assert_eq!(desk.get(Who::Lead, &first).await.unwrap().duplicate_of, middle);
    // Whoever follows the old link is led to the one that is worked on, in one step.
    let next = desk.held().await;
    let status = mark(&desk, Who::Member, &next, &first).await.unwrap_err();
    assert!(status.message().contains(&format!("requests/{reference}")), "{}", status.message());
}
