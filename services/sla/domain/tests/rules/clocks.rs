//! Clocks of whole requests: states, warnings, reopenings, explanations.

use jiff::Timestamp;
use sla_domain::{
    calendar::Hours,
    clock::{
        Cycle, CycleState, Facts, Message, Outcome, PartKind, Pause, Promise, Side, Step, StepKind,
        Terms, evaluate, explain,
    },
    words::{CancelReason, Metric, OnReopen, PauseReason, Start},
};

use crate::{ny, office};

const PAUSES: &[PauseReason] = &[PauseReason::WaitingForRequester];

/// Opened on Monday 2 February 2026 at nine.
fn facts() -> Facts {
    Facts::opened(ny("2026-02-02T09:00"))
}

fn step(at: &str, kind: StepKind) -> Step {
    Step { at: ny(at), kind }
}

const DONE: StepKind = StepKind::Resolved(Outcome::Final);

fn terms<'a>(metric: Metric, length: &str, hours: &'a Hours) -> Terms<'a> {
    Terms {
        metric,
        promise: Promise::Reckoned { length: length.parse().unwrap(), hours },
        pauses: PAUSES,
        warn_at: &[50, 80],
        start: Start::Received,
        on_reopen: OnReopen::ResumeExcludingGap,
        ladder: None,
    }
}

const fn reply(at: Timestamp) -> Message {
    Message { at, from: Side::Office }
}

fn look(facts: &Facts, metric: Metric, length: &str, now: &str) -> Cycle {
    let hours = office("");
    let mut cycles = evaluate(facts, &terms(metric, length, &hours), ny(now));
    assert_eq!(cycles.len(), 1);
    cycles.remove(0)
}

fn resolution(facts: &Facts, now: &str) -> Cycle {
    look(facts, Metric::FirstResolution, "4 hours", now)
}

#[test]
fn a_clock_warns_then_breaches_at_the_computed_instant() {
    let cycle = resolution(&facts(), "2026-02-02T11:30");
    assert_eq!((cycle.state, cycle.due), (CycleState::Running, Some(ny("2026-02-02T13:00"))));
    // 50 % of four hours is 11:00, 80 % is 12:12.
    let warned: Vec<_> =
        cycle.warned_by(ny("2026-02-02T11:30")).map(|one| (one.percent, one.at)).collect();
    assert_eq!(warned, [(50, ny("2026-02-02T11:00"))]);
    assert_eq!(cycle.next_wake, Some(ny("2026-02-02T12:12")));
    assert_eq!(cycle.percent(), 62);

    let cycle = resolution(&facts(), "2026-02-05T11:30");
    assert_eq!(
        (cycle.state, cycle.breached_at),
        (CycleState::MissedOpen, Some(ny("2026-02-02T13:00")))
    );
    assert_eq!(cycle.next_wake, None);
}

#[test]
fn facts_from_the_future_do_not_count_yet() {
    let mut facts = facts();
    facts.steps = vec![step("2026-02-02T12:00", DONE)];
    facts.pauses = vec![pause("2026-02-02T11:00", Some("2026-02-02T11:30"))];
    let cycle = resolution(&facts, "2026-02-02T10:00");
    assert_eq!((cycle.state, cycle.due), (CycleState::Running, Some(ny("2026-02-02T13:00"))));
}

fn pause(from: &str, to: Option<&str>) -> Pause {
    Pause { reason: PauseReason::WaitingForRequester, from: ny(from), to: to.map(ny) }
}

#[test]
fn a_pause_holds_warnings_and_only_the_reasons_that_stop_the_clock_count() {
    let mut facts = facts();
    facts.pauses = vec![pause("2026-02-02T10:00", None)];
    let cycle = resolution(&facts, "2026-02-02T16:00");
    assert_eq!((cycle.state, cycle.due, cycle.next_wake), (CycleState::Paused, None, None));
    assert_eq!(cycle.due_if_resumed_now, Some(ny("2026-02-03T10:30")));
    assert!(cycle.warnings.is_empty());
    facts.pauses[0].reason = PauseReason::WaitingForVendor;
    assert_eq!(resolution(&facts, "2026-02-02T16:00").state, CycleState::MissedOpen);
}

#[test]
fn pausing_after_the_due_instant_does_not_hide_the_breach() {
    let mut facts = facts();
    facts.pauses = vec![pause("2026-02-02T13:00", None)];
    let cycle = resolution(&facts, "2026-02-02T16:00");
    assert_eq!((cycle.state, cycle.due), (CycleState::MissedOpen, Some(ny("2026-02-02T13:00"))));
}

#[test]
fn the_first_public_reply_of_a_person_or_the_resolution_is_the_first_response() {
    let response =
        |facts: &Facts| look(facts, Metric::FirstResponse, "1 hours", "2026-02-03T09:00");
    let mut facts = facts();
    assert_eq!(response(&facts).state, CycleState::MissedOpen);
    facts.steps = vec![step("2026-02-02T09:45", DONE)];
    assert_eq!(response(&facts).fulfilled_at(), Some(ny("2026-02-02T09:45")));
    facts.messages = vec![reply(ny("2026-02-02T09:30"))];
    let cycle = response(&facts);
    assert_eq!((cycle.state, cycle.stopped_at), (CycleState::Met, Some(ny("2026-02-02T09:30"))));
    // A late reply stays a miss, whatever the request's further life.
    facts.messages = vec![reply(ny("2026-02-02T10:30"))];
    facts.steps =
        vec![step("2026-02-02T11:00", DONE), step("2026-02-02T12:00", StepKind::Reopened)];
    assert_eq!(response(&facts).state, CycleState::Missed);
}

#[test]
fn a_reopened_request_goes_on_without_the_gap() {
    let mut facts = facts();
    facts.steps =
        vec![step("2026-02-02T11:00", DONE), step("2026-02-03T11:00", StepKind::Reopened)];
    // Two hours were left at 11:00; they end on Tuesday at 13:00.
    let cycle = resolution(&facts, "2026-02-03T12:00");
    assert_eq!((cycle.state, cycle.due), (CycleState::Running, Some(ny("2026-02-03T13:00"))));
    assert_eq!(cycle.reopened_at, Some(ny("2026-02-03T11:00")));
    facts.steps.push(step("2026-02-03T13:00", DONE));
    let cycle = resolution(&facts, "2026-02-04T12:00");
    assert_eq!(
        (cycle.state, cycle.fulfilled_at()),
        (CycleState::Met, Some(ny("2026-02-03T13:00")))
    );
    // In any order the same.
    facts.steps.reverse();
    assert_eq!(resolution(&facts, "2026-02-04T12:00"), cycle);
}

#[test]
fn a_new_cycle_begins_at_the_reopening_or_the_first_resolution_stands() {
    let hours = office("");
    let mut facts = facts();
    facts.steps =
        vec![step("2026-02-02T11:00", DONE), step("2026-02-03T11:00", StepKind::Reopened)];
    let mut terms = terms(Metric::FirstResolution, "4 hours", &hours);
    terms.on_reopen = OnReopen::NewCycle;
    let cycles = evaluate(&facts, &terms, ny("2026-02-03T12:00"));
    let seen: Vec<_> = cycles.iter().map(|one| (one.number, one.state, one.due)).collect();
    let due = |text| Some(ny(text));
    assert_eq!(
        seen,
        [
            (1, CycleState::Met, due("2026-02-02T13:00")),
            (2, CycleState::Running, due("2026-02-03T15:00")),
        ]
    );
    terms.on_reopen = OnReopen::Ignore;
    let cycles = evaluate(&facts, &terms, ny("2026-02-03T12:00"));
    assert_eq!((cycles.len(), cycles[0].state), (1, CycleState::Met));
}

#[test]
fn duplicates_deferred_and_withdrawn_requests_are_not_judged() {
    for (kind, reason) in [
        (StepKind::Resolved(Outcome::Duplicate), CancelReason::Duplicate),
        (StepKind::Resolved(Outcome::Deferred), CancelReason::Deferred),
        (StepKind::Cancelled, CancelReason::RequestCancelled),
    ] {
        let mut facts = facts();
        facts.steps = vec![step("2026-02-02T12:00", kind)];
        let cycle = resolution(&facts, "2026-02-04T12:00");
        assert_eq!((cycle.state, cycle.breached_at), (CycleState::Cancelled(reason), None));
        // Too late: the breach came first.
        facts.steps[0].at = ny("2026-02-02T14:00");
        let cycle = resolution(&facts, "2026-02-04T12:00");
        assert_eq!(
            (cycle.state, cycle.breached_at),
            (CycleState::Cancelled(reason), Some(ny("2026-02-02T13:00")))
        );
    }
}

#[test]
fn an_imported_request_has_the_due_date_its_source_states_and_no_other_clock() {
    let hours = office("");
    let due = ny("2026-02-02T10:00");
    let imported = Facts { imported: true, stated_due: Some(due), ..facts() };
    let now = ny("2026-02-02T11:00");
    let stated = Terms {
        promise: Promise::Stated(due),
        ..terms(Metric::FirstResolution, "4 hours", &hours)
    };
    let cycle = evaluate(&imported, &stated, now).remove(0);
    assert_eq!((cycle.state, cycle.due), (CycleState::MissedOpen, Some(due)));
    let claimed = Facts { steps: vec![step("2026-02-02T08:59", DONE)], ..imported.clone() };
    let cycle = evaluate(&claimed, &stated, now).remove(0);
    assert_eq!((cycle.state, cycle.implausible), (CycleState::Met, true));
    for metric in [Metric::FirstResponse, Metric::FirstResolution] {
        assert!(evaluate(&imported, &terms(metric, "4 hours", &hours), now).is_empty());
    }
}

#[test]
fn an_explanation_has_no_holes_and_its_open_parts_add_up() {
    let hours = office(r#"closures = [{ date = "2026-02-03", label = "Snow day" }]"#);
    let mut facts = facts();
    facts.pauses = vec![pause("2026-02-02T10:00", Some("2026-02-02T12:00"))];
    let now = ny("2026-02-02T13:00");
    let explained =
        explain(&facts, &terms(Metric::FirstResolution, "7 hours", &hours), 1, now).unwrap();
    // Monday: 09–10, pause, 12–17 are six hours; Wednesday 08:30–09:30 is the seventh.
    let parts: Vec<_> =
        explained.parts.iter().map(|one| (one.kind, one.reason.as_str(), one.seconds)).collect();
    assert_eq!(
        parts,
        [
            (PartKind::Open, "", 3_600),
            (PartKind::Paused, "waiting_for_requester", 7_200),
            (PartKind::Open, "", 18_000),
            (PartKind::Closed, "Snow day", 39 * 3600 + 1800),
            (PartKind::Open, "", 3_600),
        ]
    );
    assert_eq!((explained.due, explained.total_seconds), (Some(ny("2026-02-04T09:30")), 7 * 3600));
    assert!(explained.parts.windows(2).all(|pair| pair[0].to == pair[1].from));
}

#[test]
fn fractions_of_seconds_do_not_spoil_the_sum() {
    let hours = office("");
    let start: Timestamp = "2026-02-02T14:00:00.7Z".parse().unwrap();
    let explained = explain(
        &Facts::opened(start),
        &terms(Metric::FirstResolution, "20 hours", &hours),
        1,
        start,
    )
    .unwrap();
    let open = explained.parts.iter().filter(|part| part.kind == PartKind::Open);
    assert_eq!(open.map(|part| part.seconds).sum::<i64>(), 20 * 3600);
    assert_eq!(explained.total_seconds, 20 * 3600);
}
