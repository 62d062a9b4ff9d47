//! By hand: an office that is open on weekdays from eight to four, in UTC; 2 February 2026 is a Monday.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{CalendarId, StreamId, Timestamp};

use super::{Change, Comparison, Draft, Moved, Ratio, Replayed, Stand, Tallies, Verdict, preview};
use crate::{
    calendar::{Definition, Timetable},
    case::{ClockKey, Look},
    clock::{Facts, Outcome, Step, StepKind},
    policy::{Rules, Subject},
    versions::{Published, Versions},
    words::Metric,
};

const POLICY: &str = r#"
    [defaults]
    calendar = "office"
    pauses = []
    warn_at = [50]
    [[entries]]
    match = { request_types = ["PRC1"] }
    targets = [{ metric = "first_resolution", length = "2 hours" }]
    [[entries]]
    match = { priorities = ["P1"] }
    without = ["first_resolution"]
    [[entries]]
    targets = [{ metric = "first_response", length = "1 hours" },
               { metric = "first_resolution", length = "8 hours", on_reopen = "new_cycle" }]
"#;

fn at(time: &str) -> Timestamp {
    format!("2026-02-{time}:00Z").parse().unwrap()
}

fn calendars() -> BTreeMap<CalendarId, Versions<Timetable>> {
    let days = ["mon", "tue", "wed", "thu", "fri"];
    let week: Vec<_> = days.iter().map(|day| format!(r#"{day} = [["08:00", "16:00"]]"#)).collect();
    let file = format!("zone = \"UTC\"\nweekly = {{ {} }}\n", week.join(", "));
    let content = Timetable::new(Definition::read(&file).unwrap());
    let from = at("05T00:00");
    let mut office = Versions::default();
    office.add(Published { version: 1, effective_from: from, published_at: from, content });
    [("office".parse().unwrap(), office)].into()
}

fn subject(request_type: &str, priority: &str) -> Subject {
    Subject {
        request_type: request_type.parse().unwrap(),
        category: Vec::new(),
        priority: priority.parse().ok(),
        tier: None,
        school_level: None,
    }
}

fn steps(facts: &mut Facts, steps: &[(&str, StepKind)]) {
    facts.steps.extend(steps.iter().map(|(time, kind)| Step { at: at(time), kind: *kind }));
}

const RESOLVED: StepKind = StepKind::Resolved(Outcome::Final);

/// Opened on Monday at nine, resolved on Tuesday at nine: eight open hours later, to the second.
fn a_day() -> Facts {
    let mut facts = Facts::opened(at("02T09:00"));
    steps(&mut facts, &[("03T09:00", RESOLVED)]);
    facts
}

fn judge(metric: Metric, facts: Facts, subject: &Subject) -> Vec<Verdict> {
    let rules = Rules::read(POLICY).unwrap();
    let policy = ("draft".parse().unwrap(), &rules);
    Draft::new(policy, metric, calendars(), at("06T08:00")).judge(facts, subject).unwrap()
}

fn resolution(facts: Facts, request_type: &str, priority: &str) -> Vec<Verdict> {
    judge(Metric::FirstResolution, facts, &subject(request_type, priority))
}

#[test]
fn a_request_is_judged_by_the_draft_though_it_was_opened_before() {
    assert_eq!(resolution(a_day(), "FAC1", "P2"), [Verdict::Met]);
    assert_eq!(resolution(a_day(), "PRC1", "P2"), [Verdict::Missed]);
    assert_eq!(resolution(a_day(), "FAC1", "P1"), []);
    // The type's entry comes first.
    assert_eq!(resolution(a_day(), "PRC1", "P1"), [Verdict::Missed]);
    assert_eq!(resolution(Facts::opened(at("02T09:00")), "FAC1", ""), [Verdict::MissedOpen]);
    assert_eq!(resolution(Facts::opened(at("05T15:00")), "FAC1", ""), [Verdict::Running]);
}

#[test]
fn an_import_is_reckoned_by_its_facts_and_not_by_what_its_source_states() {
    let import = Facts { imported: true, stated_due: Some(at("02T10:00")), ..a_day() };
    assert_eq!(resolution(import.clone(), "FAC1", ""), [Verdict::Met]);
    assert_eq!(resolution(import.clone(), "PRC1", ""), [Verdict::Missed]);
    // Nobody knows whether it was answered.
    assert_eq!(judge(Metric::FirstResponse, import, &subject("FAC1", "")), []);
    assert_eq!(judge(Metric::FirstResponse, a_day(), &subject("FAC1", "")), [Verdict::Missed]);
}

#[test]
fn a_reopening_may_start_another_cycle() {
    let mut facts = a_day();
    steps(&mut facts, &[("03T10:00", StepKind::Reopened)]);
    assert_eq!(resolution(facts, "FAC1", ""), [Verdict::Met, Verdict::MissedOpen]);
}

fn replayed(team: &str, before: &[Verdict], after: &[Verdict]) -> Replayed {
    Replayed {
        request: StreamId::of("request", team),
        team: team.parse().ok(),
        tier: None,
        before: before.to_vec(),
        after: after.to_vec(),
    }
}

#[test]
fn rates_count_what_is_kept_and_broken_and_changes_are_listed_cycle_by_cycle() {
    use Verdict::{Cancelled, Met, Missed, MissedOpen, None, Running};
    let mut one = Tallies::default();
    one.take(replayed("T1", &[Met, Running], &[Met]));
    one.take(replayed("T2", &[], &[Missed]));
    let mut other = Tallies::default();
    other.take(replayed("T1", &[MissedOpen], &[Met]));
    other.take(replayed("", &[Cancelled], &[Cancelled]));
    let all = other.clone().with(one.clone()).sorted();
    assert_eq!(all, one.with(other).sorted());

    let compare = |before: (u32, u32), after: (u32, u32)| Comparison {
        before: Ratio { met: before.0, of: before.1 },
        after: Ratio { met: after.0, of: after.1 },
    };
    assert_eq!((all.requests, all.all), (4, compare((1, 2), (2, 3))));
    let teams: Vec<_> = all.teams.values().map(|row| row.all).collect();
    assert_eq!(teams, [compare((0, 0), (0, 0)), compare((1, 2), (2, 2)), compare((0, 0), (0, 1))]);
    let mut changes: Vec<_> =
        all.changes.iter().map(|change| (change.cycle, change.before, change.after)).collect();
    changes.sort_unstable();
    assert_eq!(changes, [(1, None, Missed), (1, MissedOpen, Met), (2, Running, None)]);
    assert!(all.changes.is_sorted_by_key(|change: &Change| (change.request, change.cycle)));
}

/// Two versions of a policy with one target for each: the second is published at noon on Monday.
fn versions(first: &str, second: &str) -> [Versions<Rules>; 2] {
    let version = |version: u32, from: &str, target: &str| {
        let file = format!(
            "[defaults]\ncalendar = \"office\"\npauses = []\n[[entries]]\ntargets = [{{ metric = \"first_resolution\", {target} }}]"
        );
        let (from, content) = (at(from), Rules::read(&file).unwrap());
        Published { version, effective_from: from, published_at: from, content }
    };
    let mut before = Versions::default();
    before.add(version(1, "01T00:00", first));
    let mut after = before.clone();
    after.add(version(2, "02T12:00", second));
    [before, after]
}

fn moved(first: &str, second: &str, judged: &[ClockKey]) -> Vec<Moved> {
    let [before, after] = versions(first, second);
    let policy = "promises".parse().unwrap();
    let look = Look {
        facts: &Facts::opened(at("02T09:00")),
        subject: &subject("FAC1", ""),
        policy: Some((&policy, &before)),
        calendars: &calendars(),
        now: at("02T12:00"),
    };
    preview(&look, (&policy, &after), &judged.iter().copied().collect::<BTreeSet<_>>()).unwrap()
}

#[test]
fn a_version_moves_what_follows_it_and_neither_what_is_pinned_nor_what_is_judged() {
    const FOUR: &str = r#"length = "4 hours""#;
    const TWO: &str = r#"length = "2 hours""#;
    const FOUR_FOLLOWS: &str = r#"length = "4 hours", policy_mode = "follow""#;
    let clock = ClockKey { metric: Metric::FirstResolution, cycle: 1 };
    let before = Stand { verdict: Verdict::Running, due: Some(at("02T13:00")) };
    let after = Stand { verdict: Verdict::MissedOpen, due: Some(at("02T11:00")) };
    assert_eq!(moved(FOUR_FOLLOWS, TWO, &[]), [Moved { clock, before, after }]);
    assert_eq!(moved(FOUR, TWO, &[]), []);
    assert_eq!(moved(FOUR_FOLLOWS, FOUR, &[]), []);
    assert_eq!(moved(FOUR_FOLLOWS, TWO, &[clock]), []);
}
