//! Facts that cannot be, or are far too many: what comes out is defined, and comes out soon.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use kernel::Priority;
use sla_domain::{
    clock::{Message, Pause, Side, Step, StepKind, Tenure},
    words::PauseReason,
};

use crate::desk::{Desk, at};

const REQUESTER: PauseReason = PauseReason::WaitingForRequester;
const FOUR_HOURS: &str =
    r#"{ metric = "first_resolution", length = "4 hours", pauses = ["waiting_for_requester"] }"#;
const ALL: &str = r#"
    { metric = "first_response", length = "1 hours", warn_at = [50] },
    { metric = "next_response", length = "2 hours", warn_at = [50] },
    { metric = "periodic_update", length = "4 hours", escalations = [{ at = "breach", tell = "lead" }] },
    { metric = "first_resolution", length = "4 hours", pauses = ["waiting_for_requester", "waiting_for_vendor"] },
    { metric = "total_resolution", length = "8 hours" },
    { metric = "ownership", length = "4 hours" }"#;

#[test]
fn a_pause_that_ends_before_it_begins_is_none() {
    let mut desk = Desk::new(FOUR_HOURS);
    desk.wait(REQUESTER, "02T12:00", Some("02T10:00"));
    desk.wait(REQUESTER, "02T11:00", Some("02T11:00"));
    assert_eq!(desk.stand("02T12:00"), ["running 02T09:00 due 02T13:00"]);
    // Nor does it spoil a real one that it touches.
    desk.wait(REQUESTER, "02T10:00", Some("02T11:00"));
    assert_eq!(desk.stand("02T12:00"), ["running 02T09:00 due 02T14:00"]);
}

#[test]
fn a_pause_without_end_holds_its_clock_for_ever_and_others_change_nothing() {
    let mut desk = Desk::new(FOUR_HOURS);
    desk.wait(REQUESTER, "02T10:00", None);
    desk.wait(REQUESTER, "02T11:00", Some("02T12:00"));
    desk.wait(REQUESTER, "02T12:30", None);
    assert_eq!(desk.stand("27T12:00"), ["paused 02T09:00"]);
    assert_eq!(desk.assess(at("27T12:00")).next_wake, None);
}

#[test]
fn what_lies_ahead_does_not_count_yet() {
    let mut desk = Desk::new(ALL);
    let now = desk.stand("02T09:30");
    desk.office(&["02T10:00"]);
    desk.requester(&["02T10:30"]);
    desk.resolved("02T11:00");
    desk.reopened("02T12:00");
    desk.held("02T10:00", "T1");
    desk.wait(REQUESTER, "02T09:31", Some("02T09:45"));
    desk.change("02T10:00", Priority::P1);
    assert_eq!(desk.stand("02T09:30"), now);
}

#[test]
fn facts_told_twice_count_once() {
    let mut desk = Desk::new(ALL);
    desk.office(&["02T09:30", "02T11:00"]);
    desk.requester(&["02T10:00"]);
    desk.held("02T09:00", "T1");
    desk.held("02T10:00", "T2");
    desk.wait(REQUESTER, "02T11:30", Some("02T11:45"));
    desk.resolved("02T12:00");
    desk.reopened("02T13:00");
    let once = desk.stand("02T15:00");
    let facts = desk.facts.clone();
    desk.facts.messages.extend(facts.messages);
    desk.facts.tenures.extend(facts.tenures);
    desk.facts.pauses.extend(facts.pauses);
    desk.facts.steps.extend(facts.steps);
    assert_eq!(desk.stand("02T15:00"), once);
}

#[test]
fn everything_may_be_said_to_have_happened_before_the_opening() {
    let mut desk = Desk::new(ALL);
    desk.wait(REQUESTER, "01T08:00", Some("01T12:00"));
    desk.office(&["01T08:30"]);
    desk.requester(&["01T08:40"]);
    desk.held("01T08:00", "T1");
    desk.change("01T08:00", Priority::P1);
    desk.resolved("01T09:00");
    assert_eq!(
        desk.stand("02T12:00"),
        [
            "met 02T09:00 due 02T10:00 at 01T08:30",
            // Sunday is no open day: due two hours after Monday's opening.
            "met 01T08:40 due 02T10:00 at 01T09:00",
            "met 02T09:00 due 02T13:00 at 01T09:00",
            "met 02T09:00 due 02T13:00 at 01T09:00",
            "met 02T09:00 due 03T09:00 at 01T09:00",
            "met 01T08:00 due 02T12:00 at 01T09:00",
        ]
    );
}

#[test]
fn instants_at_the_ends_of_time_are_borne() {
    for edge in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
        let mut desk = Desk::new(ALL);
        for opened_at in [edge, at("02T09:00")] {
            desk.facts.opened_at = opened_at;
            desk.facts.created_at = opened_at;
            desk.facts.messages.push(Message { at: edge, from: Side::Requester });
            desk.facts.pauses.push(Pause {
                reason: REQUESTER,
                from: edge,
                to: Some(at("02T10:00")),
            });
            desk.facts.pauses.push(Pause {
                reason: REQUESTER,
                from: at("02T10:00"),
                to: Some(edge),
            });
            desk.facts.steps.push(Step { at: edge, kind: StepKind::Reopened });
            for now in [edge, at("02T12:00"), Timestamp::MAX] {
                desk.look_at(now);
                assert!(desk.look_at(now).is_empty(), "{edge} {opened_at} {now}");
            }
        }
    }
}

/// A request of twenty thousand messages, by turns of both sides, and as many pauses, of which every third never ended.
fn endless() -> Desk {
    let mut desk = Desk::new(ALL);
    for minute in 0..20_000 {
        let at = at("02T09:00").checked_add(SignedDuration::from_mins(minute)).unwrap();
        let to = (minute % 3 > 0).then(|| at.checked_add(SignedDuration::from_secs(40)).unwrap());
        let from = if minute % 2 == 0 { Side::Office } else { Side::Requester };
        desk.facts.messages.push(Message { at, from });
        desk.facts.pauses.push(Pause { reason: REQUESTER, from: at, to });
        let team = format!("T{}", minute % 7).parse().ok();
        desk.facts.tenures.push(Tenure { from: at, team });
        if minute % 50 == 0 {
            desk.facts.steps.push(Step { at, kind: StepKind::Reopened });
            let at = at.checked_add(SignedDuration::from_mins(45)).unwrap();
            desk.facts.steps.push(Step { at, kind: StepKind::Cancelled });
        }
    }
    desk
}

#[test]
fn twenty_thousand_messages_pauses_and_tenures_are_looked_at_at_once() {
    let mut desk = endless();
    let begun = Instant::now();
    let events = desk.look_at(at("20T09:00"));
    assert!(events.len() > 50_000, "{} events", events.len());
    assert!(desk.look_at(at("20T09:00")).is_empty());
    // About a second; every cycle with every pause would take more than twenty.
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn what_is_corrected_of_a_clock_that_has_ended_leaves_its_end_the_last_word() {
    let mut desk = Desk::new(FOUR_HOURS);
    desk.resolved("02T12:00");
    assert_eq!(desk.look("02T12:00"), ["1: started 02T09:00", "1: met 02T12:00"]);
    desk.wait(REQUESTER, "02T10:00", Some("02T11:00"));
    assert_eq!(desk.look("02T13:00"), ["1: due_changed", "1: met 02T12:00"]);
    desk.facts.opened_at = at("02T09:30");
    let expected = ["1: started 02T09:30", "1: met 02T12:00"];
    assert_eq!(desk.look("02T14:00"), expected);
    assert!(desk.look("02T15:00").is_empty());
}

#[test]
fn a_cycle_that_never_was_loses_its_breach_and_its_verdict() {
    let mut desk = Desk::new(r#"{ metric = "next_response", length = "1 hours" }"#);
    desk.office(&["02T09:10", "02T12:00"]);
    desk.requester(&["02T10:00"]);
    let expected = ["1: started 02T10:00", "1: breached 02T11:00", "1: missed 02T12:00"];
    assert_eq!(desk.look("02T12:00"), expected);
    // The first reply was at noon: what was asked before is owed a first response, and no next one.
    desk.facts.messages.remove(0);
    assert_eq!(desk.look("02T13:00"), ["1: breach_retracted", "1: cancelled 02T13:00"]);
    assert!(desk.look("02T14:00").is_empty());
}
