//! Reconciling: what should be true of each clock is compared with what is recorded, and only the difference happens.
//!
//! A cycle that the facts no longer know, because a late one shows that it never was, loses its verdict and its breach.
//! So redelivered, reordered and late facts and timers are all harmless: the same look again changes nothing.
//! INVARIANT: a clock that is judged is compared only with an expectation by the same versions. Otherwise a new version of a
//! policy or calendar would rewrite a verdict behind someone's back.

use std::collections::BTreeSet;

use kernel::{PersonId, Timestamp};

use super::{
    Basis, BreachRetracted, Case, ClockBreached, ClockCancelled, ClockDueChanged, ClockKey,
    ClockMet, ClockMissed, ClockPaused, ClockRecord, ClockResumed, ClockStarted, ClockSuperseded,
    ClockWarned, End, Escalated, Event, Snapshot, State,
};
use crate::{
    clock::{Cycle, CycleState},
    words::{CancelReason, Cause, Metric},
};

/// One cycle of a clock as it should stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// What must happen.
    pub metric: Metric,
    /// How it should stand.
    pub cycle: Cycle,
    /// What that was reckoned by.
    pub basis: Basis,
}

impl Expected {
    const fn key(&self) -> ClockKey {
        ClockKey { metric: self.metric, cycle: self.cycle.number }
    }
}

/// Bring the record up to date.
#[derive(Debug, Clone, PartialEq)]
pub struct Reconcile {
    /// The request.
    pub snapshot: Snapshot,
    /// The member who holds the request, if one does.
    pub member: Option<PersonId>,
    /// Every clock it should have; recorded ones that are missing here are cancelled.
    pub clocks: Vec<Expected>,
    /// What made it be looked at.
    pub cause: Cause,
}

impl Reconcile {
    pub(super) fn decide(self, state: &State, now: Timestamp) -> Vec<Event> {
        let mut draft = Draft { state: state.clone(), events: Vec::new(), look: &self, now };
        for expected in &self.clocks {
            let clock = expected.key();
            let record = state.clocks.get(&clock);
            if record.is_none_or(|one| !one.is_judged() || one.basis.same_versions(&expected.basis))
            {
                draft.reconcile(clock, expected);
            }
        }
        let expected: BTreeSet<_> = self.clocks.iter().map(Expected::key).collect();
        for clock in state.clocks.keys().filter(|clock| !expected.contains(clock)) {
            draft.withdraw(*clock);
        }
        draft.events
    }
}

/// The events so far, and the state after them.
struct Draft<'a> {
    state: State,
    events: Vec<Event>,
    look: &'a Reconcile,
    now: Timestamp,
}

impl Draft<'_> {
    fn push(&mut self, event: Event) {
        self.state = <Case as kernel::Decider>::evolve(std::mem::take(&mut self.state), &event);
        self.events.push(event);
    }

    fn record(&self, clock: ClockKey) -> Option<&ClockRecord> {
        self.state.clocks.get(&clock)
    }

    fn reconcile(&mut self, clock: ClockKey, expected: &Expected) {
        let told = self.events.len();
        self.start(clock, expected);
        self.retract(clock, expected.cycle.breached_at, expected.cycle.due);
        self.run(clock, expected);
        self.move_due(clock, expected);
        self.warn(clock, expected);
        self.breach(clock, expected);
        self.escalate(clock, expected);
        let corrected = self.events.len() > told;
        self.end(clock, expected, corrected);
    }

    /// Starts a clock, or tells the right start of one that is known to have begun at another instant.
    fn start(&mut self, clock: ClockKey, expected: &Expected) {
        let started_at = expected.cycle.started_at;
        if self.record(clock).is_none_or(|record| record.started_at != started_at) {
            self.push(Event::ClockStarted(ClockStarted {
                clock,
                started_at,
                due_at: expected.cycle.due,
                basis: expected.basis.clone(),
                snapshot: self.look.snapshot.clone(),
            }));
        }
    }

    fn retract(
        &mut self,
        clock: ClockKey,
        breached_at: Option<Timestamp>,
        due_at: Option<Timestamp>,
    ) {
        let recorded = self.record(clock).and_then(|record| record.breached_at);
        if let Some(breach) = recorded.filter(|_| recorded != breached_at) {
            let cause = self.look.cause;
            let breached_at = breach;
            self.push(Event::BreachRetracted(BreachRetracted {
                clock,
                breached_at,
                due_at,
                cause,
            }));
        }
    }

    /// Takes back what is recorded of a cycle that there is not.
    fn withdraw(&mut self, clock: ClockKey) {
        self.retract(clock, None, None);
        match self.record(clock).and_then(|record| record.end) {
            None | Some(End::Met { .. } | End::Missed { .. }) => {
                self.cancel(clock, self.now, CancelReason::NoTarget);
            }
            Some(End::Cancelled { .. } | End::Superseded { .. }) => {}
        }
    }

    /// Running again after an end, pausing, and going on.
    fn run(&mut self, clock: ClockKey, expected: &Expected) {
        let cycle = &expected.cycle;
        let runs = matches!(
            cycle.state,
            CycleState::Running | CycleState::Paused | CycleState::MissedOpen
        );
        let Some(record) = self.record(clock) else { return };
        if record.end.is_some() && runs {
            self.resume(clock, expected, cycle.reopened_at, true);
        } else if record.paused.is_some() && cycle.paused.is_none() {
            let ended = cycle.last_resumed_at.or(cycle.stopped_at);
            self.resume(clock, expected, ended, false);
        }
        let recorded = self.record(clock).and_then(|record| record.paused.as_ref());
        if let Some((paused_at, reasons)) =
            cycle.paused.as_ref().filter(|one| recorded != Some(one))
        {
            let (paused_at, reasons) = (*paused_at, reasons.clone());
            self.push(Event::ClockPaused(ClockPaused { clock, paused_at, reasons }));
        }
    }

    fn resume(
        &mut self,
        clock: ClockKey,
        expected: &Expected,
        at: Option<Timestamp>,
        reopened: bool,
    ) {
        self.push(Event::ClockResumed(ClockResumed {
            clock,
            resumed_at: at.unwrap_or(self.now),
            due_at: expected.cycle.due,
            reopened,
            basis: expected.basis.clone(),
        }));
    }

    fn move_due(&mut self, clock: ClockKey, expected: &Expected) {
        let Some(record) = self.record(clock) else { return };
        let due_at = expected.cycle.due;
        if record.due_at != due_at {
            self.push(Event::ClockDueChanged(ClockDueChanged {
                clock,
                previous_due_at: record.due_at,
                due_at,
                cause: self.look.cause,
                basis: expected.basis.clone(),
            }));
        }
    }

    fn warn(&mut self, clock: ClockKey, expected: &Expected) {
        for threshold in expected.cycle.warned_by(self.now) {
            if self.record(clock).is_some_and(|one| !one.warned.contains(&threshold.percent)) {
                self.push(Event::ClockWarned(ClockWarned {
                    clock,
                    percent: threshold.percent,
                    reached_at: threshold.at,
                    due_at: expected.cycle.due,
                    team: self.look.snapshot.team.clone(),
                }));
            }
        }
    }

    fn breach(&mut self, clock: ClockKey, expected: &Expected) {
        let recorded = self.record(clock).and_then(|record| record.breached_at);
        if let Some(due_at) = expected.cycle.breached_at.filter(|at| recorded != Some(*at)) {
            self.push(Event::ClockBreached(ClockBreached {
                clock,
                due_at,
                basis: expected.basis.clone(),
                snapshot: self.look.snapshot.clone(),
            }));
        }
    }

    /// Tells of every step of the ladder once; of a clock that is paused or has ended nobody is told any more.
    fn escalate(&mut self, clock: ClockKey, expected: &Expected) {
        let cycle = &expected.cycle;
        if !matches!(cycle.state, CycleState::Running | CycleState::MissedOpen) {
            return;
        }
        let now = self.now;
        for notice in cycle.notices.iter().filter(|notice| notice.at <= now) {
            if self.record(clock).is_some_and(|one| !one.escalated.contains_key(&notice.step)) {
                self.push(Event::Escalated(Escalated {
                    clock,
                    step: notice.step,
                    rung: notice.rung,
                    tell: notice.tell,
                    reached_at: notice.reached_at,
                    told_at: notice.at,
                    due_at: cycle.due,
                    member: self.look.member.clone(),
                    snapshot: self.look.snapshot.clone(),
                }));
            }
        }
    }

    /// Tells how a clock ended; once more after whatever else was told of it, so that the last event says how it stands.
    fn end(&mut self, clock: ClockKey, expected: &Expected, corrected: bool) {
        let cycle = &expected.cycle;
        let Some(stopped_at) = cycle.stopped_at else { return };
        let recorded = self.record(clock).and_then(|record| record.end).filter(|_| !corrected);
        let basis = expected.basis.clone();
        let snapshot = self.look.snapshot.clone();
        let (fulfilled_at, due_at) = (stopped_at, cycle.due);
        match cycle.state {
            CycleState::Met if recorded != Some(End::Met { fulfilled_at }) => {
                let implausible = cycle.implausible;
                let met = ClockMet { clock, fulfilled_at, due_at, basis, snapshot, implausible };
                self.push(Event::ClockMet(met));
            }
            CycleState::Missed if recorded != Some(End::Missed { fulfilled_at }) => {
                let missed = ClockMissed { clock, fulfilled_at, due_at, basis, snapshot };
                self.push(Event::ClockMissed(missed));
            }
            CycleState::Cancelled(reason)
                if recorded != Some(End::Cancelled { at: stopped_at, reason }) =>
            {
                self.cancel(clock, stopped_at, reason);
            }
            CycleState::Superseded if recorded != Some(End::Superseded { at: stopped_at }) => {
                let superseded_at = stopped_at;
                self.push(Event::ClockSuperseded(ClockSuperseded {
                    clock,
                    superseded_at,
                    snapshot,
                }));
            }
            CycleState::Running
            | CycleState::Paused
            | CycleState::MissedOpen
            | CycleState::Superseded
            | CycleState::Met
            | CycleState::Missed
            | CycleState::Cancelled(_) => {}
        }
    }

    fn cancel(&mut self, clock: ClockKey, cancelled_at: Timestamp, reason: CancelReason) {
        let snapshot = self.look.snapshot.clone();
        self.push(Event::ClockCancelled(ClockCancelled { clock, cancelled_at, reason, snapshot }));
    }
}
