//! From facts to runs: when each cycle of a clock begins, when it stops and why, and what reopenings left out.

use kernel::Timestamp;

use super::{
    Facts, Pause,
    facts::{Outcome, StepKind},
    tenures, turns,
};
use crate::words::{CancelReason, Metric, OnReopen, PauseReason, Start};

/// How a cycle stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Fulfilled,
    Cancelled(CancelReason),
    Superseded,
}

/// One cycle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cycled {
    pub(crate) start: Timestamp,
    pub(crate) stop: Option<(Timestamp, Stop)>,
    /// From resolution to reopening: a pause of its own kind.
    pub(crate) gaps: Vec<Pause>,
}

impl Cycled {
    pub(super) const fn starting(start: Timestamp) -> Self {
        Self { start, stop: None, gaps: Vec::new() }
    }

    /// Takes the stop back: what lies between it and the reopening is left out.
    pub(super) fn reopen(&mut self, at: Timestamp) {
        if let Some((stopped, _)) = self.stop.take() {
            self.gaps.push(Pause { reason: PauseReason::Resolved, from: stopped, to: Some(at) });
        }
    }
}

/// What decides which cycles there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) metric: Metric,
    pub(crate) start: Start,
    pub(crate) on_reopen: OnReopen,
}

/// The cycles of a clock by the facts known at `now`, oldest first.
pub(crate) fn cycles(facts: &Facts, shape: Shape, now: Timestamp) -> Vec<Cycled> {
    let start = || facts.start(shape.start, now);
    match shape.metric {
        Metric::FirstResponse | Metric::FirstResolution | Metric::TotalResolution => {
            start().map_or_else(Vec::new, |start| once(facts, shape, start, now))
        }
        Metric::NextResponse => turns::answers(facts, now),
        Metric::PeriodicUpdate => {
            start().map_or_else(Vec::new, |start| turns::updates(facts, start, now))
        }
        Metric::Ownership => tenures::cycles(facts, shape.on_reopen, now),
    }
}

/// What happens once, unless the request is reopened.
fn once(facts: &Facts, shape: Shape, start: Timestamp, now: Timestamp) -> Vec<Cycled> {
    let Shape { metric, on_reopen, .. } = shape;
    let mut done = Vec::new();
    let mut current = Cycled::starting(start);
    let reply = facts.first_reply_by(now).filter(|_| metric == Metric::FirstResponse);
    for step in facts.steps_by(now) {
        let before = reply.filter(|at| *at <= step.at);
        match (step.kind, current.stop) {
            // INVARIANT: a first response happens once; what comes after it changes nothing.
            _ if settle(&mut current, before) => break,
            (StepKind::Reopened, Some(_)) => match on_reopen {
                OnReopen::NewCycle if metric != Metric::FirstResponse => {
                    done.push(std::mem::replace(&mut current, Cycled::starting(step.at)));
                }
                OnReopen::Ignore if metric != Metric::FirstResponse => break,
                // A response that was not given before a cancellation is still owed after the reopening.
                OnReopen::ResumeExcludingGap | OnReopen::NewCycle | OnReopen::Ignore => {
                    current.reopen(step.at);
                }
            },
            (kind, None) => {
                current.stop = ending(kind).map(|stop| (step.at, stop));
                let answered =
                    metric == Metric::FirstResponse && ending(kind) == Some(Stop::Fulfilled);
                if answered {
                    break;
                }
            }
            (StepKind::Resolved(_) | StepKind::Cancelled, Some(_)) => {}
        }
    }
    settle(&mut current, reply);
    done.push(current);
    done
}

/// Stops a running cycle at the reply, if there is one; true when that settled it.
fn settle(current: &mut Cycled, reply: Option<Timestamp>) -> bool {
    match (current.stop, reply) {
        (None, Some(at)) => {
            current.stop = Some((at, Stop::Fulfilled));
            true
        }
        _ => false,
    }
}

/// How a step stops a running cycle; a reopening does not.
pub(super) const fn ending(kind: StepKind) -> Option<Stop> {
    match kind {
        StepKind::Resolved(Outcome::Final) => Some(Stop::Fulfilled),
        StepKind::Resolved(Outcome::Deferred) => Some(Stop::Cancelled(CancelReason::Deferred)),
        StepKind::Resolved(Outcome::Duplicate) => Some(Stop::Cancelled(CancelReason::Duplicate)),
        StepKind::Cancelled => Some(Stop::Cancelled(CancelReason::RequestCancelled)),
        StepKind::Reopened => None,
    }
}
