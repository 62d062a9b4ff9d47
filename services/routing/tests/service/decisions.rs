//! What is decided when a request is opened or reopened, and what is told of it.

use std::{collections::BTreeMap, sync::Arc};

use testkit::{Who, reason_of};
use tonic::Code;
use wire::schoolside::{
    directory::v1::TeamKind, requests::v1 as requests, routing::v1::GetDecisionRequest,
};

use crate::world::{World, opened, request, rule, rule_when};

#[tokio::test]
async fn a_request_goes_to_the_schools_team_and_the_reasons_are_kept() {
    let world = World::new().await;
    world.told(1, "opened", &requests::RequestOpened { tier: 3, ..opened() }).await;
    world.server.settle().await;
    let decided = world.decision(1).await;
    assert_eq!((decided.team_id.as_str(), decided.role.as_str()), ("T1", "operations"));
    assert!(["ann", "ben"].contains(&decided.member_id.as_str()));
    assert_eq!(decided.priority, "P2", "intensive schools first");
    assert_eq!(decided.contributing, ["desk:SHOP"]);
    assert_eq!((decided.occasion.as_str(), decided.request_version), ("opened", 1));
    assert_eq!(decided.rule_set_version, 1);
    let rules: Vec<_> =
        decided.rules.iter().map(|rule| (rule.rule.as_str(), rule.matched)).collect();
    assert_eq!(rules, [("intensive schools first", true), ("the school's team", true)]);
    assert_eq!(decided.candidates.len(), 2);
    assert!(decided.tie_break.contains("ann, ben"));
    assert_eq!(decided.snapshot["requester_role"], "principal");
    assert_eq!(decided.snapshot["category"], "facilities/heating");
}

#[tokio::test]
async fn decisions_of_one_page_see_each_others_load() {
    let mut world = World::new().await;
    world.server.stop().await;
    world
        .requests
        .open(world.server.database().pool(2), Arc::new(world.server.clock.clone()))
        .await;
    for n in 1..=10 {
        world.told(n, "opened", &opened()).await;
    }
    let world = world.restart().await;
    world.server.settle().await;
    let mut shares = BTreeMap::<String, i32>::new();
    for n in 1..=10 {
        *shares.entry(world.decision(n).await.member_id).or_default() += 1;
    }
    assert_eq!(shares, [("ann".to_owned(), 5), ("ben".to_owned(), 5)].into());
}

#[tokio::test]
async fn the_load_follows_what_becomes_of_requests() {
    let world = World::new().await;
    for n in 1..=4 {
        world.told(n, "opened", &opened()).await;
        world.server.settle().await;
        world.reassigned(n, "ann").await;
    }
    world.told(5, "opened", &opened()).await;
    world.server.settle().await;
    let decided = world.decision(5).await;
    assert_eq!(decided.member_id, "ben", "Ann holds four");
    let open: Vec<_> =
        decided.candidates.iter().map(|c| (c.member_id.as_str(), c.open_requests)).collect();
    assert_eq!(open, [("ann", 4), ("ben", 0)]);
    for n in 1..=4 {
        world.told(n, "resolved", &requests::RequestResolved::default()).await;
    }
    world.reassigned(5, "ben").await;
    world.told(6, "opened", &opened()).await;
    world.server.settle().await;
    assert_eq!(world.decision(6).await.member_id, "ann", "hers are resolved");
}

#[tokio::test]
async fn a_reopened_request_stays_with_its_holder_unless_they_left() {
    let world = World::new().await;
    for (n, holder) in [(1, "ann"), (2, "ben")] {
        world.told(n, "opened", &opened()).await;
        world.server.settle().await;
        world.reassigned(n, holder).await;
        world.told(n, "resolved", &requests::RequestResolved::default()).await;
    }
    world.leaves("ben", "2026-02-02").await;
    world.server.settle_at("2026-02-03T00:30:00-05:00").await;
    for n in [1, 2] {
        world.told(n, "reopened", &requests::RequestReopened::default()).await;
    }
    world.server.settle().await;
    let (kept, anew) = (world.decisions(1).await, world.decisions(2).await);
    assert!(kept[1].kept && kept[1].rules.is_empty());
    assert_eq!((kept[1].member_id.as_str(), kept[1].request_version), ("ann", 4));
    assert!(!anew[1].kept);
    assert_eq!((anew[1].member_id.as_str(), anew[1].occasion.as_str()), ("ann", "reopened"));
    let ben = anew[1].candidates.iter().find(|c| c.member_id == "ben").expect("was looked at");
    assert_eq!(ben.excluded, "outside_membership");
}

#[tokio::test]
async fn a_correction_asks_for_no_decision_and_the_next_one_goes_by_it() {
    let world = World::new().await;
    let opened = requests::RequestOpened {
        attributes: [("amount".to_owned(), "9".to_owned())].into(),
        ..opened()
    };
    world.told(1, "opened", &opened).await;
    world.server.settle().await;
    world.reassigned(1, "ann").await;
    let reclassified = requests::RequestReclassified {
        request_type_id: "ADM1".to_owned(),
        category: vec!["administration".to_owned()],
        accountable_role: "intake".to_owned(),
        contributing: vec!["desk:TECH".to_owned()],
        priority: "P3".to_owned(),
        previous_priority: "P3".to_owned(),
        ..Default::default()
    };
    world.told(1, "reclassified", &reclassified).await;
    let changed =
        requests::RequestPriorityChanged { priority: "P1".to_owned(), ..Default::default() };
    world.told(1, "priority_changed", &changed).await;
    let moved = requests::RequestSchoolChanged {
        school_id: "0999".to_owned(),
        requester_id: "somebody".to_owned(),
        ..Default::default()
    };
    world.told(1, "school_changed", &moved).await;
    world.server.settle().await;
    assert_eq!(world.decisions(1).await.len(), 1, "who holds it may be a person's choice");

    world.told(1, "resolved", &requests::RequestResolved::default()).await;
    world.leaves("ann", "2026-02-02").await;
    world.server.settle_at("2026-02-03T00:30:00-05:00").await;
    world.told(1, "reopened", &requests::RequestReopened::default()).await;
    world.server.settle().await;
    let anew = world.decisions(1).await.remove(1);
    // School 0999 is in no network: the terminal rule sends it to intake.
    assert_eq!((anew.team_id.as_str(), anew.role.as_str()), ("INTAKE", "intake"));
    assert_eq!((anew.priority.as_str(), anew.contributing), ("P1", vec!["desk:TECH".to_owned()]));
    let snapshot: Vec<_> =
        anew.snapshot.iter().map(|(field, value)| (field.as_str(), value.as_str())).collect();
    // Of the opening only the channel is left.
    let expected = [
        ("category", "administration"),
        ("channel", "portal"),
        ("priority", "P1"),
        ("request_type", "ADM1"),
        ("school", "0999"),
    ];
    let sorted = snapshot.into_iter().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(sorted, expected.into());
}

#[tokio::test]
async fn imported_requests_are_not_routed() {
    let world = World::new().await;
    world.told(1, "opened", &requests::RequestOpened { imported: true, ..opened() }).await;
    world.told(1, "resolved", &requests::RequestResolved::default()).await;
    world.told(1, "reopened", &requests::RequestReopened::default()).await;
    world.server.settle().await;
    assert_eq!(world.decisions(1).await, []);
}

#[tokio::test]
async fn before_the_first_rule_set_requests_wait_for_an_intake_team_and_go_there() {
    let world = World::empty().await;
    world.told(1, "opened", &opened()).await;
    assert_eq!(world.decisions(1).await, []);
    world.team("INTAKE", TeamKind::Intake).await;
    world.server.settle().await;
    let decided = world.decision(1).await;
    assert_eq!((decided.team_id.as_str(), decided.role.as_str()), ("INTAKE", "intake"));
    assert_eq!(
        (decided.rule_set_version, decided.unassigned.as_str()),
        (0, "team_has_no_member_in_role")
    );
}

#[tokio::test]
async fn a_school_without_a_team_goes_to_intake() {
    let world = World::new().await;
    let nowhere = requests::RequestOpened {
        school_id: "0999".to_owned(),
        network_id: String::new(),
        ..opened()
    };
    world.told(1, "opened", &nowhere).await;
    world.server.settle().await;
    let decided = world.decision(1).await;
    assert_eq!((decided.team_id.as_str(), decided.member_id.as_str()), ("INTAKE", "ida"));
    assert_eq!(
        decided.rules[1].failed_condition,
        "no team serves the school's network on that day"
    );
}

#[tokio::test]
async fn a_new_rule_set_decides_later_requests_and_leaves_earlier_decisions() {
    let world = World::new().await;
    world.told(1, "opened", &opened()).await;
    world.server.settle().await;
    let to_intake = wire::schoolside::routing::v1::Rule {
        team_id: "INTAKE".to_owned(),
        role: "intake".to_owned(),
        ..rule_when("dear things", "attribute.amount", "at_least", &["500"])
    };
    let rules = vec![to_intake, rule("the school's team", ""), rule("the rest", "INTAKE")];
    world.publish(rules).await.expect("published");
    for (n, amount) in [(2, "499.99"), (3, "10000")] {
        let attributes = [("amount".to_owned(), amount.to_owned())].into();
        world.told(n, "opened", &requests::RequestOpened { attributes, ..opened() }).await;
    }
    world.server.settle().await;
    assert_eq!(world.decision(1).await.rule_set_version, 1);
    let cheap = world.decision(2).await;
    assert_eq!((cheap.team_id.as_str(), cheap.rule_set_version), ("T1", 2));
    let failed = "attribute.amount at_least 500; it is \"499.99\"";
    assert_eq!(cheap.rules[0].failed_condition, failed);
    assert_eq!(world.decision(3).await.team_id, "INTAKE");
}

/// What a crash between the decisions and the page's commit leaves: the log, without rows and checkpoint.
async fn crashed_before_the_commit(world: World) -> World {
    let pool = world.server.database().pool(1);
    for sql in [
        "delete from routing.request",
        "delete from routing.checkpoint where subscription = 'routing.decide'",
    ] {
        sqlx::query(sql).execute(&pool).await.expect("deleted");
    }
    world.restart().await
}

#[tokio::test]
async fn a_page_whose_transaction_was_lost_is_decided_once_and_its_load_is_kept() {
    let world = World::new().await;
    for n in 1..=6 {
        world.told(n, "opened", &opened()).await;
    }
    world.server.settle().await;
    let mut first = Vec::new();
    for n in 1..=6 {
        first.push(world.decision(n).await.member_id);
    }
    let world = crashed_before_the_commit(world).await;
    world.server.settle().await;
    for n in 1..=6 {
        assert_eq!(world.decision(n).await.member_id, first[usize::try_from(n).unwrap() - 1]);
    }
    world.told(7, "opened", &opened()).await;
    world.server.settle().await;
    let seventh = world.decision(7).await;
    assert_eq!(seventh.candidates.iter().map(|c| c.open_requests).sum::<i32>(), 6);
}

#[tokio::test]
async fn a_page_that_comes_again_counts_its_stored_decisions_as_they_were_made() {
    let world = World::new().await;
    for n in 1..=4 {
        world.told(n, "opened", &opened()).await;
    }
    world.server.settle().await;
    world.publish(vec![rule("all to intake", "INTAKE")]).await.expect("published");
    let world = crashed_before_the_commit(world).await;
    world.told(5, "opened", &opened()).await;
    world.server.settle().await;
    for n in 1..=4 {
        assert_eq!(
            (world.decisions(n).await.len(), world.decision(n).await.team_id),
            (1, "T1".to_owned())
        );
    }
    let fifth = world.decision(5).await;
    let open: Vec<_> =
        fifth.candidates.iter().map(|c| (c.member_id.as_str(), c.open_requests)).collect();
    assert_eq!(open, [("ida", 0)], "by the new rules the first four would be hers");
}

#[tokio::test]
async fn staff_see_what_came_to_their_team_and_nobody_else_does() {
    let world = World::new().await;
    world.told(1, "opened", &opened()).await;
    world.server.settle().await;
    let ask =
        |n| GetDecisionRequest { name: format!("requests/{}", request(n)), after: String::new() };
    let own = world.client(&Who::team_member("people/ann", "T1")).get_decision(ask(1)).await;
    assert!(own.is_ok());
    let other = world.client(&Who::lead("people/x", "T2")).get_decision(ask(1)).await.unwrap_err();
    let missing = world.client(&Who::operator()).get_decision(ask(9)).await.unwrap_err();
    assert_eq!((other.code(), reason_of(&other)), (missing.code(), reason_of(&missing)));
    let principal = Who::principal("people/principal-0101", "0101");
    let denied = world.client(&principal).get_decision(ask(1)).await.unwrap_err();
    assert_eq!(denied.code(), Code::PermissionDenied);
}

#[tokio::test]
async fn a_query_waits_for_the_decision_of_the_request_that_its_caller_opened() {
    let world = World::new().await;
    world.told(1, "opened", &opened()).await;
    let log = world.requests.log();
    let head = log.reader().head().await.expect("head");
    let after = chassis::consistency::encode("requests", head, request(1), kernel::Version(1));
    let ask = GetDecisionRequest { name: format!("requests/{}", request(1)), after };
    let reply = world.client(&Who::operator()).get_decision(ask).await.expect("decided");
    assert_eq!(reply.into_inner().decision.unwrap().decided.unwrap().team_id, "T1");
}
