//! The record of a case: only differences happen, in any order of news, and verdicts are never rewritten.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use kernel::{CalendarId, Decider, EventCodec, PolicyId, Timestamp, decider::fold};

use super::{
    Assessment, Case, Command, Event, Look, Reconcile, Snapshot, State, assess, explain_due,
};
use crate::{
    calendar::{Definition, Timetable},
    clock::{Facts, Message, Outcome, Pause, Side, Step, StepKind},
    policy::{Rules, Subject},
    versions::{Published, Versions},
    words::{Cause, PauseReason},
};

const POLICY: &str = r#"
    [defaults]
    calendar = "office"
    pauses = ["waiting_for_requester"]
    warn_at = [50]
    [[entries]]
    targets = [{ metric = "first_response", length = "1 hours" }, { metric = "first_resolution", length = "4 hours" }]
"#;

/// A world with one policy and one calendar, both open to change, and one request opened at nine on a Monday.
struct Desk {
    policy: PolicyId,
    policies: Versions<Rules>,
    calendars: BTreeMap<CalendarId, Versions<Timetable>>,
    facts: Facts,
    events: Vec<Event>,
}

fn at(time: &str) -> Timestamp {
    format!("2026-02-{time}:00Z").parse().unwrap()
}

fn version<T>(version: u32, from: &str, content: T) -> Published<T> {
    Published { version, effective_from: at(from), published_at: at(from), content }
}

fn office(more: &str) -> Timetable {
    let week = r#"mon = [["08:00", "16:00"]], tue = [["08:00", "16:00"]]"#;
    let file = format!("zone = \"UTC\"\nweekly = {{ {week} }}\n{more}");
    Timetable::new(Definition::read(&file).unwrap())
}

impl Desk {
    fn new() -> Self {
        let mut policies = Versions::default();
        policies.add(version(1, "01T00:00", Rules::read(POLICY).unwrap()));
        let mut desk = Self {
            policy: "standard".parse().unwrap(),
            policies,
            calendars: BTreeMap::new(),
            facts: Facts::opened(at("02T09:00")),
            events: Vec::new(),
        };
        desk.publish(1, "01T00:00", office(""));
        desk
    }

    fn publish(&mut self, number: u32, from: &str, calendar: Timetable) {
        let office = self.calendars.entry("office".parse().unwrap()).or_default();
        office.add(version(number, from, calendar));
    }

    fn assess(&self, now: Timestamp) -> Assessment {
        let subject = subject();
        assess(&self.state(), &self.at(&subject, now)).unwrap()
    }

    fn at<'a>(&'a self, subject: &'a Subject, now: Timestamp) -> Look<'a> {
        let policy = Some((&self.policy, &self.policies));
        Look { facts: &self.facts, subject, policy, calendars: &self.calendars, now }
    }

    fn state(&self) -> State {
        fold::<Case>(&self.events)
    }

    /// Looks at the case at an instant; the names of what happens, with clock and instant.
    fn look(&mut self, now: &str, cause: Cause) -> Vec<String> {
        let now = at(now);
        let clocks = self.assess(now).clocks;
        let reconcile = Reconcile { snapshot: snapshot(), member: None, clocks, cause };
        let state = self.state();
        let events = Case::decide(&state, Command::Reconcile(reconcile), now).unwrap();
        for event in &events {
            let bytes = event.encode();
            assert_eq!(Event::decode(event.name(), 1, &bytes.payload, None).as_ref(), Ok(event));
        }
        let told = events.iter().map(tell).collect();
        self.events.extend(events);
        told
    }
}

fn subject() -> Subject {
    Subject {
        request_type: "TEC1".parse().unwrap(),
        category: vec!["technology".to_owned()],
        priority: Some(kernel::Priority::P3),
        tier: Some(kernel::Tier::Targeted),
        school_level: None,
    }
}

fn snapshot() -> Snapshot {
    Snapshot {
        request_type: "TEC1".parse().unwrap(),
        priority: Some(kernel::Priority::P3),
        team: "T1".parse().ok(),
        school: "0101".parse().ok(),
        network: None,
        tier: Some(kernel::Tier::Targeted),
    }
}

fn tell(event: &Event) -> String {
    let at = event.occurred_at().map(|at| at.strftime(" %d %H:%M").to_string()).unwrap_or_default();
    let clock = event.clock();
    let metric = clock.metric.as_str().trim_start_matches("first_");
    format!("{metric} {}{at}", event.name())
}

const fn reply(at: Timestamp) -> Message {
    Message { at, from: Side::Office }
}

fn step(time: &str, kind: StepKind) -> Step {
    Step { at: at(time), kind }
}

fn waiting(from: &str, to: Option<&str>) -> Pause {
    Pause { reason: PauseReason::WaitingForRequester, from: at(from), to: to.map(at) }
}

const DONE: StepKind = StepKind::Resolved(Outcome::Final);

#[test]
fn a_request_starts_its_clocks_and_a_second_look_changes_nothing() {
    let mut desk = Desk::new();
    let expected = ["response clock_started 02 09:00", "resolution clock_started 02 09:00"];
    assert_eq!(desk.look("02T09:00", Cause::Opening), expected);
    assert!(desk.look("02T09:00", Cause::Opening).is_empty());
    assert!(desk.look("02T09:29", Cause::Time).is_empty());
    assert_eq!(desk.assess(at("02T09:29")).next_wake, Some(at("02T09:30")));
}

#[test]
fn timers_record_warnings_and_breaches_at_their_computed_instants() {
    let mut desk = Desk::new();
    desk.look("02T09:00", Cause::Opening);
    let expected = ["response clock_warned 02 09:30", "response clock_breached 02 10:00"];
    assert_eq!(desk.look("02T10:20", Cause::Time), expected);
    assert_eq!(desk.assess(at("02T10:20")).next_wake, Some(at("02T11:00")));
    desk.facts.messages = vec![reply(at("02T10:30"))];
    assert_eq!(desk.look("02T10:31", Cause::Reply), ["response clock_missed 02 10:30"]);
    assert!(desk.look("02T10:31", Cause::Reply).is_empty());
}

#[test]
fn pauses_and_resolution_are_told_once() {
    let mut desk = Desk::new();
    desk.facts.messages = vec![reply(at("02T09:10"))];
    desk.look("02T09:10", Cause::Reply);
    desk.facts.pauses = vec![waiting("02T10:00", None)];
    assert_eq!(desk.look("02T10:00", Cause::Pause), ["resolution clock_paused 02 10:00"]);
    assert!(desk.look("02T15:00", Cause::Time).is_empty());
    assert_eq!(desk.assess(at("02T15:00")).next_wake, None);
    desk.facts.pauses = vec![waiting("02T10:00", Some("02T15:00"))];
    assert_eq!(desk.look("02T15:00", Cause::Pause), ["resolution clock_resumed 02 15:00"]);
    desk.facts.steps = vec![step("03T09:00", DONE)];
    let expected = ["resolution clock_warned 02 16:00", "resolution clock_met 03 09:00"];
    assert_eq!(desk.look("03T09:00", Cause::Resolution), expected);
}

#[test]
fn resolved_during_a_pause_the_clock_goes_on_and_is_met() {
    let mut desk = Desk::new();
    desk.facts.messages = vec![reply(at("02T09:10"))];
    desk.facts.pauses = vec![waiting("02T10:00", None)];
    desk.look("02T10:00", Cause::Pause);
    desk.facts.steps = vec![step("03T09:00", DONE)];
    let expected = ["resolution clock_resumed 03 09:00", "resolution clock_met 03 09:00"];
    assert_eq!(desk.look("03T09:00", Cause::Resolution), expected);
}

#[test]
fn a_late_fact_retracts_a_breach_and_both_stay_on_the_record() {
    let mut desk = Desk::new();
    desk.look("02T10:20", Cause::Time);
    // The reply of 09:50 becomes known at 10:30.
    desk.facts.messages = vec![reply(at("02T09:50"))];
    let expected = ["response breach_retracted", "response clock_met 02 09:50"];
    assert_eq!(desk.look("02T10:30", Cause::Reply), expected);
    assert!(desk.look("02T10:31", Cause::Time).is_empty());
}

#[test]
fn a_reopened_request_s_clock_goes_on() {
    let mut desk = Desk::new();
    desk.facts.messages = vec![reply(at("02T09:10"))];
    desk.facts.steps = vec![step("02T10:00", DONE)];
    desk.look("02T10:00", Cause::Resolution);
    desk.facts.steps.push(step("03T10:00", StepKind::Reopened));
    assert_eq!(desk.look("03T10:00", Cause::Reopening), ["resolution clock_resumed 03 10:00"]);
    assert!(desk.look("03T10:00", Cause::Reopening).is_empty());
    // Three hours were left.
    assert_eq!(desk.assess(at("03T10:00")).clocks[1].cycle.due, Some(at("03T13:00")));
}

#[test]
fn a_late_closure_moves_running_clocks_at_once_and_leaves_judged_ones() {
    let mut desk = Desk::new();
    desk.look("02T10:20", Cause::Time);
    // Monday is closed from 10:30 on: known at 10:25.
    let snow = r#"closures = [{ date = "2026-02-02", from = "10:30", known_from = "2026-02-02T10:25:00Z" }]"#;
    desk.publish(2, "02T10:00", office(snow));
    assert_eq!(desk.assess(at("02T10:21")).next_wake, Some(at("02T10:25")));
    // Due at 13:00; 90 minutes were used at 10:30, the rest is Tuesday's.
    assert_eq!(desk.look("02T10:26", Cause::Calendar), ["resolution clock_due_changed"]);
    assert_eq!(desk.assess(at("02T10:26")).clocks[1].cycle.due, Some(at("03T10:30")));
    // Half of the target is 11:00 of an open Monday, now 08:30 on Tuesday.
    assert!(desk.look("02T12:00", Cause::Time).is_empty());
    desk.facts.messages = vec![reply(at("02T12:00"))];
    assert_eq!(desk.look("02T12:00", Cause::Reply), ["response clock_missed 02 12:00"]);
}

#[test]
fn a_breach_stays_whatever_calendar_comes_later() {
    let mut desk = Desk::new();
    desk.look("02T10:20", Cause::Time);
    desk.publish(2, "02T10:21", office(r#"closures = [{ date = "2026-02-02" }]"#));
    let told = desk.look("02T10:30", Cause::Calendar);
    assert_eq!(told, ["resolution clock_due_changed"]);
    let subject = subject();
    let response = desk.state().clocks.keys().next().copied().unwrap();
    let now = at("02T10:30");
    let (_, explained) =
        explain_due(&desk.state(), &desk.at(&subject, now), response).unwrap().unwrap();
    assert_eq!((explained.due, explained.total_seconds), (Some(at("02T10:00")), 3600));
}

#[test]
fn a_new_policy_version_is_not_seen_by_pinned_clocks() {
    let mut desk = Desk::new();
    desk.look("02T09:00", Cause::Opening);
    let stricter = Rules::read(&POLICY.replace("4 hours", "2 hours")).unwrap();
    desk.policies.add(version(2, "02T09:10", stricter));
    assert!(desk.look("02T09:20", Cause::Policy).is_empty());
    let following = POLICY.replace("\"4 hours\"", "\"4 hours\", policy_mode = \"follow\"");
    let mut desk = Desk::new();
    desk.policies = Versions::default();
    desk.policies.add(version(1, "01T00:00", Rules::read(&following).unwrap()));
    desk.look("02T09:00", Cause::Opening);
    let stricter = Rules::read(&following.replace("4 hours", "2 hours")).unwrap();
    desk.policies.add(version(2, "02T09:10", stricter));
    assert_eq!(desk.look("02T09:20", Cause::Policy), ["resolution clock_due_changed"]);
}

#[test]
fn a_cancelled_request_cancels_its_clocks() {
    let mut desk = Desk::new();
    desk.look("02T09:00", Cause::Opening);
    desk.facts.steps = vec![step("02T09:10", StepKind::Cancelled)];
    let expected = ["response clock_cancelled 02 09:10", "resolution clock_cancelled 02 09:10"];
    assert_eq!(desk.look("02T09:10", Cause::Cancellation), expected);
    assert!(desk.look("09T09:10", Cause::Time).is_empty());
}

#[test]
fn an_import_has_one_clock_and_a_stated_date_that_changes_moves_it() {
    let mut desk = Desk::new();
    desk.facts.imported = true;
    assert!(desk.look("02T09:00", Cause::Opening).is_empty());
    desk.facts.stated_due = Some(at("05T09:00"));
    assert_eq!(desk.look("02T09:00", Cause::Opening), ["resolution clock_started 02 09:00"]);
    assert_eq!(desk.assess(at("02T09:00")).next_wake, Some(at("05T09:00")));
    desk.facts.steps = vec![step("02T08:00", DONE)];
    assert_eq!(desk.look("06T09:00", Cause::Resolution), ["resolution clock_met 02 08:00"]);
    assert!(desk.look("06T09:00", Cause::Time).is_empty());
}

type News = (&'static str, fn(&mut Facts));

/// One request's life as news, each with when it is told.
fn life() -> Vec<News> {
    vec![
        ("02T09:20", |facts| facts.messages = vec![reply(at("02T09:20"))]),
        ("02T10:00", |facts| facts.pauses.push(waiting("02T10:00", Some("02T12:00")))),
        ("02T14:30", |facts| facts.steps.push(step("02T14:30", DONE))),
        ("02T15:00", |facts| facts.steps.push(step("02T15:00", StepKind::Reopened))),
        ("03T08:10", |facts| facts.steps.push(step("03T08:10", DONE))),
    ]
}

#[test]
fn news_in_any_order_leads_to_the_same_clocks() {
    let stand = |order: &[usize]| {
        let mut desk = Desk::new();
        let mut now = at("02T09:00");
        for index in order {
            let (told, change) = life()[*index];
            change(&mut desk.facts);
            now = now.max(at(told)).checked_add(SignedDuration::from_secs(1)).unwrap();
            let clocks = desk.assess(now).clocks;
            let command = Command::Reconcile(Reconcile {
                snapshot: snapshot(),
                member: None,
                clocks,
                cause: Cause::Change,
            });
            let state = desk.state();
            desk.events.extend(Case::decide(&state, command, now).unwrap());
        }
        assert!(desk.look("09T00:00", Cause::Time).is_empty(), "{order:?}");
        desk.state()
            .clocks
            .into_values()
            .map(|one| (one.due_at, one.end, one.breached_at))
            .collect::<Vec<_>>()
    };
    let straight = stand(&[0, 1, 2, 3, 4]);
    for order in [[4, 3, 2, 1, 0], [2, 0, 4, 1, 3], [3, 1, 0, 4, 2], [1, 4, 0, 2, 3]] {
        assert_eq!(stand(&order), straight, "{order:?}");
    }
}
