//! A request's life told in any order, with duplicates and with looks in between, comes to the same record.
//!
//! What happens at one instant counts in the order in which it is given, so here no two things do. Left out of the
//! comparison: warnings and steps of the ladder, which say what was told to whom and are not taken back, and cycles that
//! the facts do not know in the end. Of those the record keeps no verdict and no breach.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use kernel::Priority;
use proptest::{prelude::*, sample::Index};
use sla_domain::{
    case::{ClockKey, ClockRecord, End, Expected},
    clock::{Change, Facts, Message, Outcome, Pause, Side, Step, StepKind, Tenure},
    words::{OnChange, OnReopen, PauseReason, Start},
};

use crate::desk::{Desk, at, subject};

#[derive(Debug, Clone, Copy)]
enum Deed {
    Message(Side),
    /// For so many minutes, or without end.
    Wait(PauseReason, Option<i64>),
    Step(StepKind),
    Hold(u8),
    Priority(Priority),
}

/// What is done, each with the minute after nine on Monday.
type Life = Vec<(i64, Deed)>;

/// One piece of news: which deed, and whether it is the end of a wait.
type News = (usize, bool);

fn deed() -> impl Strategy<Value = Deed> {
    let side = prop_oneof![Just(Side::Office), Just(Side::Requester)];
    let reason =
        prop_oneof![Just(PauseReason::WaitingForRequester), Just(PauseReason::WaitingForVendor)];
    let outcome = prop_oneof![3 => Just(Outcome::Final), 1 => Just(Outcome::Deferred), 1 => Just(Outcome::Duplicate)];
    let priority = prop_oneof![Just(Priority::P1), Just(Priority::P2), Just(Priority::P3)];
    prop_oneof![
        4 => side.prop_map(Deed::Message),
        3 => (reason, proptest::option::weighted(0.8, 0i64..2_000))
            .prop_map(|(reason, length)| Deed::Wait(reason, length)),
        2 => outcome.prop_map(|outcome| Deed::Step(StepKind::Resolved(outcome))),
        2 => Just(Deed::Step(StepKind::Reopened)),
        1 => Just(Deed::Step(StepKind::Cancelled)),
        2 => (0u8..4).prop_map(Deed::Hold),
        2 => priority.prop_map(Deed::Priority),
    ]
}

fn life() -> impl Strategy<Value = Life> {
    let deeds = proptest::collection::btree_map(-120i64..6_000, deed(), 1..14);
    deeds.prop_map(|deeds| deeds.into_iter().collect())
}

fn news(life: &Life) -> Vec<News> {
    let ends = |(place, (_, deed)): (usize, &(i64, Deed))| {
        matches!(deed, Deed::Wait(_, Some(_))).then_some((place, true))
    };
    let begins = (0..life.len()).map(|place| (place, false));
    begins.chain(life.iter().enumerate().filter_map(ends)).collect()
}

fn minute(minute: i64) -> Timestamp {
    at("02T09:00").checked_add(SignedDuration::from_mins(minute)).unwrap()
}

fn happened(life: &Life, (place, ended): News) -> Timestamp {
    match life[place] {
        (at, Deed::Wait(_, Some(length))) if ended => minute(at + length),
        (at, _) => minute(at),
    }
}

/// What the priority was until a deed.
fn before(life: &Life, place: usize) -> Priority {
    let earlier = life[..place].iter().rev().find_map(|(_, deed)| match deed {
        Deed::Priority(priority) => Some(*priority),
        Deed::Message(_) | Deed::Wait(..) | Deed::Step(_) | Deed::Hold(_) => None,
    });
    earlier.unwrap_or(Priority::P3)
}

/// Tells the desk what is known after some news.
fn tell(desk: &mut Desk, life: &Life, told: &[News]) {
    desk.facts = Facts::opened(minute(0));
    let mut changed = None;
    for (place, _) in told.iter().filter(|(_, ended)| !ended) {
        let (at, deed) = life[*place];
        let at = minute(at);
        let facts = &mut desk.facts;
        let by_the_office = !matches!(deed, Deed::Message(Side::Requester) | Deed::Priority(_));
        if by_the_office {
            facts.active_at = facts.active_at.into_iter().chain([at]).min();
        }
        match deed {
            Deed::Message(from) => facts.messages.push(Message { at, from }),
            Deed::Wait(reason, _) => {
                let to = told.contains(&(*place, true)).then(|| happened(life, (*place, true)));
                facts.pauses.push(Pause { reason, from: at, to });
            }
            Deed::Step(kind) => facts.steps.push(Step { at, kind }),
            Deed::Hold(team) => {
                let team = (team > 0).then(|| format!("T{team}").parse().unwrap());
                facts.tenures.push(Tenure { from: at, team });
            }
            Deed::Priority(_) => {
                facts.changes.push(Change { at, before: subject(before(life, *place)) });
                changed = changed.max(Some(*place));
            }
        }
    }
    let now = changed.map_or(Priority::P3, |place| before(life, place + 1));
    desk.subject = subject(now);
}

const WAITS: &str = r#""waiting_for_requester", "waiting_for_vendor""#;

/// All six metrics, otherwise for urgent requests, and half of them not at all for the next urgent.
fn policy(start: Start, on_reopen: OnReopen, on_change: OnChange) -> String {
    let starts = format!("start = \"{start}\"");
    let target = |metric: &str, more: &str, length: &str| {
        let pauses = if metric == "total_resolution" { "" } else { WAITS };
        format!("{{ metric = \"{metric}\", length = \"{length}\", pauses = [{pauses}], {more} }}")
    };
    let ladder = r#"escalations = [{ at = 75, tell = "holder" }, { at = "breach", after = "1 hours", tell = "lead" }]"#;
    let all = |short: &str, long: &str| {
        [
            target("first_response", &starts, short),
            target("next_response", ladder, short),
            target("periodic_update", &starts, long),
            target("first_resolution", &format!("{starts}, {ladder}"), long),
            target("total_resolution", &starts, long),
            target("ownership", "", long),
        ]
        .join(", ")
    };
    let some = [
        target("first_response", &starts, "30 minutes"),
        target("periodic_update", &starts, "2 calendar_days"),
        target("ownership", "", "90 minutes"),
    ];
    format!(
        r#"warn_at = [50]
        on_reopen = "{on_reopen}"
        on_change = "{on_change}"
        [[entries]]
        match = {{ priorities = ["P1"] }}
        targets = [{}]
        [[entries]]
        match = {{ priorities = ["P2"] }}
        targets = [{}]
        without = ["next_response", "first_resolution", "total_resolution"]
        [[entries]]
        targets = [{}]"#,
        all("1 hours", "4 hours"),
        some.join(", "),
        all("4 hours", "2 business_days"),
    )
}

type Standing<'a> = (
    Timestamp,
    Option<Timestamp>,
    Option<Timestamp>,
    Option<End>,
    Option<&'a (Timestamp, Vec<PauseReason>)>,
);

fn standing(record: &ClockRecord) -> Standing<'_> {
    let ClockRecord { started_at, due_at, breached_at, end, paused, .. } = record;
    (*started_at, *due_at, *breached_at, *end, paused.as_ref())
}

/// What is recorded of the cycles that there are, after a last look at `now`, which must leave nothing to do.
fn settled(desk: &mut Desk, now: Timestamp) -> BTreeMap<ClockKey, Standing<'_>> {
    desk.look_at(now);
    assert_eq!(desk.look_at(now), [], "a second look adds nothing");
    let clocks = desk.assess(now).clocks;
    let key = |metric, cycle| ClockKey { metric, cycle };
    let known: Vec<_> = clocks.iter().map(|one| key(one.metric, one.cycle.number)).collect();
    let (there, gone): (Vec<_>, Vec<_>) =
        desk.state.clocks.iter().partition(|(clock, _)| known.contains(clock));
    assert_eq!(there.len(), known.len());
    explained(desk, &clocks, now);
    for (clock, record) in gone {
        let judged = matches!(record.end, Some(End::Met { .. } | End::Missed { .. }) | None);
        assert!(!judged && record.breached_at.is_none(), "{clock:?} never was: {record:?}");
    }
    there.into_iter().map(|(clock, record)| (*clock, standing(record))).collect()
}

/// Every due date can be explained, and the open parts of its explanation add up to the target.
fn explained(desk: &Desk, clocks: &[Expected], now: Timestamp) {
    for Expected { metric, cycle, .. } in clocks {
        let clock = ClockKey { metric: *metric, cycle: cycle.number };
        let explained = desk.explain(clock, now);
        assert_eq!(explained.due, cycle.due, "{clock:?}");
        if cycle.due.is_some() {
            assert_eq!(explained.total_seconds, cycle.total.as_secs(), "{clock:?}");
        }
    }
}

fn word<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    proptest::sample::select(all)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_life_told_in_any_order_comes_to_the_same_record(
        (life, order) in life().prop_flat_map(|life| {
            let news = news(&life);
            (Just(life), Just(news).prop_shuffle())
        }),
        again in proptest::collection::vec(any::<Index>(), 0..4),
        looks in proptest::collection::vec(proptest::option::of(0i64..1_500), 40),
        rules in (word(Start::ALL), word(OnReopen::ALL), word(OnChange::ALL)),
    ) {
        let policy = policy(rules.0, rules.1, rules.2);
        let mut order = order;
        for index in again {
            let told = *index.get(&order);
            order.push(told);
        }
        let end = minute(40_000);

        let mut straight = Desk::with(&policy);
        let mut sorted = news(&life);
        sorted.sort_by_key(|news| happened(&life, *news));
        for many in 1..=sorted.len() {
            tell(&mut straight, &life, &sorted[..many]);
            straight.look_at(happened(&life, sorted[many - 1]).max(minute(0)));
        }
        let mut shuffled = Desk::with(&policy);
        let mut now = minute(0);
        for many in 1..=order.len() {
            tell(&mut shuffled, &life, &order[..many]);
            now = now.max(happened(&life, order[many - 1]));
            if let Some(later) = looks[many % looks.len()] {
                now = now.checked_add(SignedDuration::from_mins(later)).unwrap().min(end);
                shuffled.look_at(now);
            }
        }
        prop_assert_eq!(settled(&mut shuffled, end), settled(&mut straight, end));
    }
}
