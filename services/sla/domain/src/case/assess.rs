//! Assessing: which clocks a request should have, by which versions, and how each should stand.
//!
//! A clock that is judged already keeps the versions of policy and calendar that it was judged by; the facts of the
//! request count for it whenever they become known.

use std::collections::BTreeMap;

use kernel::Timestamp;

use super::{
    Basis, ClockKey, ClockRecord, Expected, State,
    lines::Line,
    look::{Look, Unready, Versioned},
};
use crate::{
    clock::{Explanation, Waits, explain_cycle, stand},
    words::Metric,
};

/// What a look found.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// How every clock should stand.
    pub clocks: Vec<Expected>,
    /// The earliest instant ahead at which something changes by itself: a warning, a due instant, a step of the ladder,
    /// or a version or late closure that comes to count.
    pub next_wake: Option<Timestamp>,
}

/// Assesses a request against what is recorded of it.
///
/// # Errors
/// When a version that is needed is not there.
pub fn assess(state: &State, look: &Look<'_>) -> Result<Assessment, Unready> {
    let waits = Waits::of(look.facts);
    let mut found = Assessment { clocks: Vec::new(), next_wake: None };
    for metric in Metric::ALL.iter().copied() {
        let lines = look.lines(metric, Versioned::Now, &waits)?;
        let change = lines.last().and_then(|line| line.judge.next_change);
        let mut clocks = look.stand_all(metric, &lines, &waits);
        judged(state, look, metric, &waits, &mut clocks)?;
        let open = clocks.values().any(|one| one.cycle.stopped_at.is_none());
        let wakes = clocks.values().filter_map(|one| one.cycle.next_wake);
        let wakes = wakes.chain(change.filter(|_| open));
        found.next_wake = found.next_wake.into_iter().chain(wakes).min();
        found.clocks.extend(clocks.into_values());
    }
    Ok(found)
}

/// Puts in place of judged clocks how they stand by the versions that they were judged by.
fn judged(
    state: &State,
    look: &Look<'_>,
    metric: Metric,
    waits: &Waits,
    clocks: &mut BTreeMap<u32, Expected>,
) -> Result<(), Unready> {
    let mut by_basis: Vec<(&Basis, BTreeMap<u32, Expected>)> = Vec::new();
    for (cycle, record) in state.judged_of(metric) {
        let same = |basis: &Basis| basis.same_versions(&record.basis);
        if clocks.get(&cycle).is_some_and(|one| same(&one.basis)) {
            continue;
        }
        if !by_basis.iter().any(|(basis, _)| same(basis)) {
            let lines = look.lines(metric, Versioned::As(&record.basis), waits)?;
            by_basis.push((&record.basis, look.stand_all(metric, &lines, waits)));
        }
        clocks.remove(&cycle);
        let then = by_basis.iter_mut().find(|(basis, _)| same(basis));
        let then = then.and_then(|(_, clocks)| clocks.remove(&cycle));
        clocks.extend(then.map(|one| (cycle, one)));
    }
    Ok(())
}

/// Explains the due date of a clock; `None` when the request has no such clock.
///
/// # Errors
/// When a version that is needed is not there.
pub fn explain_due(
    state: &State,
    look: &Look<'_>,
    clock: ClockKey,
) -> Result<Option<(Basis, Explanation)>, Unready> {
    let record = state.clocks.get(&clock).filter(|record| record.is_judged());
    let versioned = record.map_or(Versioned::Now, |record| Versioned::As(&record.basis));
    let waits = Waits::of(look.facts);
    let mut lines = look.lines(clock.metric, versioned, &waits)?;
    let index = usize::try_from(clock.cycle).ok().and_then(|cycle| cycle.checked_sub(1));
    let Some(index) = index.filter(|index| *index < lines.len()) else { return Ok(None) };
    let Line { cycled, judge } = lines.swap_remove(index);
    let explanation = explain_cycle(&waits, &judge.terms, &cycled, look.now);
    Ok(explanation.map(|explanation| (judge.basis, explanation)))
}

impl Look<'_> {
    /// How the cycles of a metric stand, by their numbers.
    fn stand_all(
        &self,
        metric: Metric,
        lines: &[Line<'_>],
        waits: &Waits,
    ) -> BTreeMap<u32, Expected> {
        let expect = |(number, line): (u32, &Line<'_>)| {
            let cycle = stand(waits, &line.judge.terms, &line.cycled, number, self.now);
            (number, Expected { metric, cycle, basis: line.judge.basis.clone() })
        };
        (1..).zip(lines).map(expect).collect()
    }
}

impl State {
    /// The cycles of a metric that versions of policy and calendar no longer touch.
    fn judged_of(&self, metric: Metric) -> impl Iterator<Item = (u32, &ClockRecord)> {
        let of = self.clocks.iter().filter(move |(clock, _)| clock.metric == metric);
        of.filter(|(_, record)| record.is_judged()).map(|(clock, record)| (clock.cycle, record))
    }
}
