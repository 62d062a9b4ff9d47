//! A request that changes: which target judges its clocks from then on, and what the record says of it.

use kernel::Priority::{P1, P2, P3};
use sla_domain::{
    case::End,
    words::{CancelReason, Metric, PauseReason},
};

use crate::desk::{Desk, at, first};

/// Four hours, urgent requests two, and the next urgent none.
fn desk(on_change: &str) -> Desk {
    let target = |length: &str| {
        format!(
            "targets = [{{ metric = \"first_resolution\", length = \"{length}\", on_change = \"{on_change}\" }}]"
        )
    };
    Desk::with(&format!(
        r#"
        [[entries]]
        match = {{ priorities = ["P1"] }}
        {}
        [[entries]]
        match = {{ priorities = ["P2"] }}
        without = ["first_resolution"]
        [[entries]]
        {}"#,
        target("2 hours"),
        target("4 hours"),
    ))
}

#[test]
fn carried_over_the_new_length_counts_from_the_old_start() {
    let mut desk = desk("carry_elapsed");
    desk.change("02T10:00", P1);
    assert_eq!(desk.stand("02T10:00"), ["running 02T09:00 due 02T11:00"]);
}

#[test]
fn restarted_the_old_cycle_is_superseded_and_the_record_says_so() {
    let mut desk = desk("restart");
    desk.look("02T09:00");
    desk.change("02T10:00", P1);
    assert_eq!(desk.look("02T10:00"), ["1: superseded 02T10:00", "2: started 02T10:00"]);
    let expected =
        ["superseded 02T09:00 due 02T13:00 at 02T10:00", "running 02T10:00 due 02T12:00"];
    assert_eq!(desk.stand("02T10:00"), expected);
    let record = &desk.state.clocks[&first(Metric::FirstResolution)];
    assert_eq!(record.end, Some(End::Superseded { at: at("02T10:00") }));
    assert!(desk.look("02T11:00").is_empty());
}

#[test]
fn kept_the_old_target_stands() {
    let mut desk = desk("keep");
    desk.change("02T10:00", P1);
    assert_eq!(desk.stand("02T10:00"), ["running 02T09:00 due 02T13:00"]);
    desk.change("02T11:00", P2);
    assert_eq!(desk.stand("02T11:00"), ["running 02T09:00 due 02T13:00"]);
}

#[test]
fn a_change_that_leaves_the_target_alone_restarts_nothing() {
    let mut desk = desk("restart");
    desk.change("02T10:00", kernel::Priority::P4);
    assert_eq!(desk.stand("02T10:00"), ["running 02T09:00 due 02T13:00"]);
}

#[test]
fn a_change_at_or_after_the_due_instant_leaves_the_breach() {
    for on_change in ["carry_elapsed", "restart", "keep"] {
        for (to, time) in [(P1, "02T13:00"), (P2, "02T14:00")] {
            let mut desk = desk(on_change);
            desk.change(time, to);
            let expected = ["missed_open 02T09:00 due 02T13:00"];
            assert_eq!(desk.stand("02T15:00"), expected, "{on_change} {to}");
        }
    }
}

#[test]
fn a_change_at_or_after_the_resolution_leaves_the_verdict() {
    for on_change in ["carry_elapsed", "restart", "keep"] {
        for (to, time) in [(P1, "02T12:00"), (P2, "02T12:30")] {
            let mut desk = desk(on_change);
            desk.resolved("02T12:00");
            desk.change(time, to);
            let expected = ["met 02T09:00 due 02T13:00 at 02T12:00"];
            assert_eq!(desk.stand("02T15:00"), expected, "{on_change} {to}");
        }
    }
}

#[test]
fn a_request_whose_target_is_gone_is_not_judged_and_when_it_is_back_its_clock_goes_on() {
    let mut desk = desk("carry_elapsed");
    desk.look("02T09:00");
    desk.change("02T10:00", P2);
    assert_eq!(desk.look("02T10:00"), ["1: cancelled 02T10:00"]);
    let record = &desk.state.clocks[&first(Metric::FirstResolution)];
    let (at, reason) = (at("02T10:00"), CancelReason::NoTarget);
    assert_eq!(record.end, Some(End::Cancelled { at, reason }));
    // The very target that it had before.
    desk.change("02T11:00", P3);
    assert_eq!(desk.look("02T11:00"), ["1: resumed 02T11:00"]);
    assert_eq!(desk.stand("02T11:00"), ["running 02T09:00 due 02T13:00"]);
    // And another one.
    desk.change("02T11:10", P2);
    desk.change("02T11:20", P1);
    assert_eq!(desk.stand("02T11:20"), ["missed_open 02T09:00 due 02T11:00"]);
}

#[test]
fn what_is_resolved_without_a_target_has_no_verdict() {
    let mut desk = desk("restart");
    desk.change("02T10:00", P2);
    desk.resolved("02T11:00");
    assert_eq!(desk.stand("02T15:00"), ["no_target 02T09:00 due 02T13:00 at 02T10:00"]);
}

#[test]
fn a_change_that_becomes_known_late_counts_from_when_it_happened() {
    let mut desk = desk("carry_elapsed");
    desk.look("02T13:30");
    assert_eq!(desk.stand("02T13:30"), ["missed_open 02T09:00 due 02T13:00"]);
    // It had been urgent since half past nine: late since eleven.
    desk.change("02T09:30", P1);
    let expected = ["1: breach_retracted", "1: breached 02T11:00"];
    assert_eq!(desk.look("02T14:00"), expected);
    // By a rule of restarts the first cycle never was late, and another one began.
    let mut desk = super::targets::desk("restart");
    desk.look("02T13:30");
    desk.change("02T09:30", P1);
    let expected = [
        "1: breach_retracted",
        "1: superseded 02T09:30",
        "2: started 02T09:30",
        "2: breached 02T11:30",
    ];
    assert_eq!(desk.look("02T14:00"), expected);
}

#[test]
fn a_change_while_paused_or_resolved_counts_when_it_goes_on() {
    let mut desk = Desk::with(
        r#"[[entries]]
        match = { priorities = ["P1"] }
        targets = [{ metric = "first_resolution", length = "2 hours", pauses = ["waiting_for_requester"] }]
        [[entries]]
        targets = [{ metric = "first_resolution", length = "4 hours", pauses = ["waiting_for_requester"], on_change = "restart" }]"#,
    );
    desk.wait(PauseReason::WaitingForRequester, "02T10:00", Some("02T12:00"));
    desk.change("02T11:00", P1);
    // Due at 13:00 but for the hour it waited until then; the new cycle waits for another hour.
    assert_eq!(
        desk.stand("02T12:00"),
        ["superseded 02T09:00 due 02T14:00 at 02T11:00", "running 02T11:00 due 02T14:00"]
    );
    let mut desk = super::targets::desk("restart");
    desk.resolved("02T10:00");
    desk.change("02T11:00", P1);
    desk.reopened("02T12:00");
    let second = &desk.stand("02T12:00")[1];
    assert_eq!(second, "running 02T11:00 due 02T14:00");
}
