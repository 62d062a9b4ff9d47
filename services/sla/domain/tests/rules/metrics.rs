//! What each of the six metrics measures: from when, until when, in which cycles.

use sla_domain::{
    clock::{Outcome, StepKind},
    words::PauseReason,
};

use crate::desk::{Desk, at};

const NEXT: &str = r#"{ metric = "next_response", length = "2 hours" }"#;
const UPDATE: &str = r#"{ metric = "periodic_update", length = "4 hours" }"#;
const TOTAL: &str = r#"{ metric = "total_resolution", length = "4 hours", pauses = [] }"#;

fn target(metric: &str, more: &str) -> Desk {
    Desk::new(&format!(r#"{{ metric = "{metric}", length = "4 hours", {more} }}"#))
}

#[test]
fn several_questions_before_the_answer_count_from_the_first() {
    let mut desk = Desk::new(NEXT);
    desk.office(&["02T09:10", "02T11:30"]);
    desk.requester(&["02T10:00", "02T10:30", "02T11:00"]);
    assert_eq!(desk.stand("02T15:00"), ["met 02T10:00 due 02T12:00 at 02T11:30"]);
    desk.requester(&["02T14:00"]);
    assert_eq!(desk.stand("02T15:00")[1], "running 02T14:00 due 02T16:00");
    assert_eq!(desk.stand("02T15:00").len(), 2);
}

#[test]
fn what_is_asked_before_the_first_reply_is_owed_a_first_response_and_no_next_one() {
    let mut desk = Desk::new(NEXT);
    desk.requester(&["02T09:05"]);
    assert!(desk.stand("02T12:00").is_empty());
    desk.office(&["02T10:00"]);
    assert!(desk.stand("02T12:00").is_empty());
}

#[test]
fn a_question_at_the_instant_of_an_answer_is_not_answered_by_it() {
    let mut desk = Desk::new(NEXT);
    desk.office(&["02T10:00"]);
    desk.requester(&["02T10:00"]);
    assert_eq!(desk.stand("02T11:00"), ["running 02T10:00 due 02T12:00"]);
}

#[test]
fn what_is_asked_after_the_resolution_waits_from_the_reopening_on() {
    let mut desk = Desk::new(NEXT);
    desk.office(&["02T09:10"]);
    desk.resolved("02T10:00");
    desk.requester(&["02T11:00"]);
    assert!(desk.stand("02T12:00").is_empty());
    desk.reopened("02T12:00");
    assert_eq!(desk.stand("02T13:00"), ["running 02T12:00 due 02T14:00"]);
    // Answered before it was reopened, nothing is owed.
    desk.office(&["02T11:30"]);
    assert!(desk.stand("02T13:00").is_empty());
}

#[test]
fn a_reopening_without_a_question_owes_no_next_response() {
    let mut desk = Desk::new(NEXT);
    desk.office(&["02T09:10"]);
    desk.requester(&["02T09:30"]);
    desk.resolved("02T10:00");
    desk.reopened("02T12:00");
    assert_eq!(desk.stand("02T13:00"), ["met 02T09:30 due 02T11:30 at 02T10:00"]);
}

#[test]
fn a_resolution_without_a_reply_is_the_first_answer_too() {
    let mut desk = Desk::new(NEXT);
    desk.resolved("02T10:00");
    desk.reopened("02T12:00");
    desk.requester(&["02T13:00"]);
    assert_eq!(desk.stand("02T14:00"), ["running 02T13:00 due 02T15:00"]);
}

#[test]
fn a_withdrawn_request_owes_no_answer() {
    let mut desk = Desk::new(NEXT);
    desk.office(&["02T09:10"]);
    desk.requester(&["02T10:00"]);
    desk.step("02T11:00", StepKind::Cancelled);
    assert_eq!(desk.stand("02T15:00"), ["request_cancelled 02T10:00 due 02T12:00 at 02T11:00"]);
}

#[test]
fn every_public_reply_begins_another_update() {
    let mut desk = Desk::new(UPDATE);
    desk.office(&["02T11:00", "02T15:30"]);
    desk.requester(&["02T12:00"]);
    assert_eq!(
        desk.stand("03T10:00"),
        [
            "met 02T09:00 due 02T13:00 at 02T11:00",
            "missed 02T11:00 due 02T15:00 at 02T15:30",
            // Half an hour of Monday, three and a half of Tuesday.
            "running 02T15:30 due 03T11:30",
        ]
    );
}

#[test]
fn an_update_waits_for_the_requester_though_its_target_lists_no_pause() {
    let mut desk = Desk::new(UPDATE);
    desk.wait(PauseReason::WaitingForRequester, "02T10:00", Some("02T12:00"));
    assert_eq!(desk.stand("02T11:00"), ["paused 02T09:00"]);
    assert_eq!(desk.stand("02T12:00"), ["running 02T09:00 due 02T15:00"]);
    // A vendor is no excuse for silence.
    desk.facts.pauses[0].reason = PauseReason::WaitingForVendor;
    assert_eq!(desk.stand("02T12:00"), ["running 02T09:00 due 02T13:00"]);
}

#[test]
fn updates_end_with_the_resolution_and_begin_anew_with_the_reopening() {
    let mut desk = Desk::new(UPDATE);
    desk.resolved("02T10:00");
    // What is written while it is resolved is no update.
    desk.office(&["02T11:00"]);
    assert_eq!(desk.stand("03T12:00"), ["met 02T09:00 due 02T13:00 at 02T10:00"]);
    desk.reopened("03T09:00");
    assert_eq!(desk.stand("03T12:00")[1], "running 03T09:00 due 03T13:00");
    // The reply at the instant of the resolution begins no update of no length.
    let mut desk = Desk::new(UPDATE);
    desk.office(&["02T10:00"]);
    desk.resolved("02T10:00");
    assert_eq!(desk.stand("03T12:00"), ["met 02T09:00 due 02T13:00 at 02T10:00"]);
}

#[test]
fn the_total_counts_all_waiting_but_not_the_time_after_a_resolution() {
    let mut desk = Desk::new(TOTAL);
    desk.wait(PauseReason::WaitingForRequester, "02T09:30", None);
    desk.wait(PauseReason::WaitingForVendor, "02T10:00", None);
    assert_eq!(desk.stand("02T12:00"), ["running 02T09:00 due 02T13:00"]);
    desk.resolved("02T12:00");
    desk.reopened("02T14:00");
    assert_eq!(desk.stand("02T14:30"), ["running 02T09:00 due 02T15:00"]);
}

#[test]
fn a_team_that_gets_a_request_back_has_its_time_anew() {
    let mut desk = target("ownership", "");
    for (from, team) in [("02T09:00", "T1"), ("02T10:00", "T2"), ("02T12:00", "T1")] {
        desk.held(from, team);
    }
    desk.resolved("02T14:00");
    assert_eq!(
        desk.stand("03T12:00"),
        [
            "met 02T09:00 due 02T13:00 at 02T10:00",
            "met 02T10:00 due 02T14:00 at 02T12:00",
            "met 02T12:00 due 02T16:00 at 02T14:00",
        ]
    );
}

#[test]
fn a_request_that_nobody_holds_is_nobody_s_time() {
    let mut desk = target("ownership", "");
    desk.held("02T09:00", "");
    assert!(desk.stand("02T10:00").is_empty());
    desk.held("02T10:00", "T1");
    desk.held("02T11:00", "");
    assert_eq!(desk.stand("02T12:00"), ["met 02T10:00 due 02T14:00 at 02T11:00"]);
}

#[test]
fn a_team_that_hands_on_at_once_never_held() {
    let mut desk = target("ownership", "");
    // Of several at one instant the last one given holds.
    desk.held("02T09:00", "T2");
    desk.held("02T09:00", "T1");
    assert_eq!(desk.stand("02T10:00"), ["running 02T09:00 due 02T13:00"]);
    desk.held("02T11:00", "T1");
    assert_eq!(desk.stand("02T12:00").len(), 1, "it is the first team's still");
}

#[test]
fn a_reopened_tenure_goes_on_begins_anew_or_stands_as_the_target_says() {
    let stands = |on_reopen: &str, holder: &str| {
        let mut desk = target("ownership", &format!("on_reopen = \"{on_reopen}\""));
        desk.held("02T09:00", "T1");
        desk.resolved("02T10:00");
        desk.held("02T11:00", holder);
        desk.reopened("02T12:00");
        desk.stand("02T13:00")
    };
    let done = "met 02T09:00 due 02T13:00 at 02T10:00";
    let anew = "running 02T12:00 due 02T16:00";
    // Three hours are left at noon.
    assert_eq!(stands("resume_excluding_gap", "T1"), ["running 02T09:00 due 02T15:00"]);
    assert_eq!(stands("new_cycle", "T1"), [done, anew]);
    assert_eq!(stands("ignore", "T1"), [done]);
    // Another team's time is its own, whatever the target says of reopenings.
    for on_reopen in ["resume_excluding_gap", "new_cycle", "ignore"] {
        assert_eq!(stands(on_reopen, "T2"), [done, anew], "{on_reopen}");
    }
}

#[test]
fn a_clock_starts_when_its_target_says_and_not_before_that_has_happened() {
    let start = |start: &str| target("first_resolution", &format!("start = \"{start}\""));
    let mut created = start("created");
    created.facts.created_at = at("02T10:00");
    assert_eq!(created.stand("02T11:00"), ["running 02T10:00 due 02T14:00"]);
    let mut received = start("received");
    received.facts.created_at = at("02T10:00");
    assert_eq!(received.stand("02T11:00"), ["running 02T09:00 due 02T13:00"]);

    let mut routed = start("routed");
    // That nobody holds it is no routing.
    routed.held("02T09:00", "");
    assert!(routed.stand("02T11:00").is_empty());
    routed.held("02T11:00", "T1");
    routed.held("02T11:30", "T2");
    assert!(routed.stand("02T10:59").is_empty());
    assert_eq!(routed.stand("02T11:30"), ["running 02T11:00 due 02T15:00"]);

    let mut active = start("first_active");
    assert!(active.stand("02T12:00").is_empty());
    active.facts.active_at = Some(at("02T12:00"));
    assert!(active.stand("02T11:59").is_empty());
    assert_eq!(active.stand("02T12:00"), ["running 02T12:00 due 02T16:00"]);
}

#[test]
fn a_first_response_is_owed_once_whatever_is_reopened() {
    for on_reopen in ["resume_excluding_gap", "new_cycle", "ignore"] {
        let mut desk = target("first_response", &format!("on_reopen = \"{on_reopen}\""));
        desk.step("02T10:00", StepKind::Resolved(Outcome::Deferred));
        desk.reopened("02T12:00");
        // Not answered before: three of the four hours are left.
        assert_eq!(desk.stand("02T13:00"), ["running 02T09:00 due 02T15:00"], "{on_reopen}");
        desk.resolved("02T13:30");
        desk.reopened("02T14:00");
        // A resolution is an answer.
        assert_eq!(desk.stand("02T15:30"), ["met 02T09:00 due 02T15:00 at 02T13:30"]);
    }
}
