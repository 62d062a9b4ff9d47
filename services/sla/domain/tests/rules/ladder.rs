//! The ladder: who is told when, and when nobody is.

use jiff::SignedDuration;
use sla_domain::{
    case::{Event, Refusal},
    words::{Audience, Metric, PauseReason},
};

use crate::desk::{Desk, at, first};

const STEPS: &str = r#"[{ at = 75, tell = "holder" }, { at = "breach", tell = "lead" }, { at = "breach", after = "2 hours", tell = "director" }]"#;

fn desk() -> Desk {
    Desk::new(&format!(
        r#"{{ metric = "first_resolution", length = "4 hours", pauses = ["waiting_for_requester"], escalations = {STEPS} }}"#
    ))
}

#[test]
fn each_step_is_told_once_at_its_computed_instant() {
    let mut desk = desk();
    assert_eq!(desk.look("02T11:59"), ["1: started 02T09:00"]);
    // Three of four hours.
    assert_eq!(desk.assess(at("02T11:59")).next_wake, Some(at("02T12:00")));
    assert_eq!(desk.look("02T12:00"), ["1: escalated 02T12:00"]);
    assert!(desk.look("02T12:30").is_empty());
    assert_eq!(desk.look("02T13:00"), ["1: breached 02T13:00", "1: escalated 02T13:00"]);
    assert_eq!(desk.assess(at("02T13:00")).next_wake, Some(at("02T15:00")));
    let events = desk.look_at(at("02T15:01"));
    let [Event::Escalated(last)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((last.step, last.tell), (3, Audience::Director));
    assert_eq!((last.reached_at, last.told_at), (at("02T13:00"), at("02T15:00")));
    assert!(desk.look("09T15:00").is_empty());
    assert_eq!(desk.assess(at("09T15:00")).next_wake, None);
}

#[test]
fn outside_the_hours_of_notification_a_step_waits_for_the_next_opening_and_counts_from_there() {
    let mut desk = Desk::new(&format!(
        r#"{{ metric = "first_resolution", length = "12 hours", calendar = "always",
            notification_calendar = "office", escalations = {STEPS} }}"#
    ));
    // 75 % of twelve hours is 18:00, the due instant 21:00: both are told at eight, the director two hours later.
    desk.look("02T23:59");
    assert_eq!(desk.look("03T09:00"), ["1: escalated 03T08:00", "1: escalated 03T08:00"]);
    assert_eq!(desk.look("03T10:00"), ["1: escalated 03T10:00"]);
}

#[test]
fn nobody_is_told_of_what_is_resolved_before_anybody_was() {
    let mut desk = desk();
    desk.resolved("02T12:30");
    // A late look, and the step of 12:00 has been passed untold.
    assert_eq!(desk.look("02T14:00"), ["1: started 02T09:00", "1: met 02T12:30"]);
}

#[test]
fn nobody_is_told_while_it_waits_and_each_is_told_when_it_goes_on() {
    let mut desk = desk();
    desk.wait(PauseReason::WaitingForRequester, "02T11:00", Some("03T11:00"));
    desk.look("02T11:00");
    assert!(desk.look("02T14:00").is_empty());
    // Two hours are used at 11:00, the third ends on Tuesday at 12:00.
    assert_eq!(desk.look("03T12:00"), ["1: resumed 03T11:00", "1: escalated 03T12:00"]);
}

#[test]
fn a_step_that_was_told_is_not_told_again_after_a_retraction() {
    let mut desk = desk();
    desk.look("02T13:00");
    // An hour of waiting becomes known: not late before 14:00.
    desk.wait(PauseReason::WaitingForRequester, "02T10:00", Some("02T11:00"));
    assert_eq!(desk.look("02T13:30"), ["1: breach_retracted"]);
    assert_eq!(desk.look("02T14:00"), ["1: breached 02T14:00"]);
    assert_eq!(desk.look("02T16:00"), ["1: escalated 02T16:00"]);
}

#[test]
fn a_step_is_acknowledged_once_and_only_if_it_was_told() {
    let mut desk = desk();
    desk.look("02T12:00");
    let clock = first(Metric::FirstResolution);
    assert_eq!(desk.acknowledge(clock, 1), Ok(1));
    assert_eq!(desk.acknowledge(clock, 1), Ok(0));
    let refused = Err(Refusal::NotEscalated { clock, step: 2 });
    assert_eq!(desk.acknowledge(clock, 2), refused);
}

#[test]
fn each_cycle_has_a_ladder_of_its_own() {
    let mut desk = Desk::new(&format!(
        r#"{{ metric = "periodic_update", length = "4 hours", escalations = {STEPS} }}"#
    ));
    desk.look("02T12:00");
    desk.office(&["02T12:30"]);
    desk.look("02T12:30");
    let told = desk.look("02T15:30");
    assert_eq!(told, ["2: escalated 02T15:30"]);
    let hour = SignedDuration::from_hours(1);
    assert_eq!(desk.assess(at("02T15:30").checked_sub(hour).unwrap()).clocks.len(), 2);
}
