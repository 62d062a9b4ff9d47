//! From facts to runs: when each cycle of a clock begins, when it stops and why, and what reopenings left out.

use kernel::Timestamp;

use super::{
    Facts, Pause,
    facts::{Outcome, StepKind},
};
use crate::words::{CancelReason, Metric, OnReopen, PauseReason};

/// How a cycle stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    Fulfilled,
    Cancelled(CancelReason),
}

/// One cycle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cycled {
    pub(super) start: Timestamp,
    pub(super) stop: Option<(Timestamp, Stop)>,
    /// From resolution to reopening: a pause of its own kind.
    pub(super) gaps: Vec<Pause>,
}

impl Cycled {
    const fn starting(start: Timestamp) -> Self {
        Self { start, stop: None, gaps: Vec::new() }
    }
}

/// The cycles of a metric by the facts known at `now`, oldest first.
pub(super) fn cycles(
    facts: &Facts,
    metric: Metric,
    on_reopen: OnReopen,
    now: Timestamp,
) -> Vec<Cycled> {
    let mut done = Vec::new();
    let mut current = Cycled::starting(facts.opened_at);
    let reply = facts.first_reply_at.filter(|at| *at <= now && metric == Metric::FirstResponse);
    for step in facts.steps_by(now) {
        let before = reply.filter(|at| *at <= step.at);
        match (step.kind, current.stop) {
            // INVARIANT: a first response happens once; what comes after it changes nothing.
            _ if settle(&mut current, before) => break,
            (StepKind::Reopened, Some((at, _))) => match on_reopen {
                OnReopen::NewCycle if metric != Metric::FirstResponse => {
                    done.push(std::mem::replace(&mut current, Cycled::starting(step.at)));
                }
                OnReopen::Ignore if metric != Metric::FirstResponse => break,
                // A response that was not given before a cancellation is still owed after the reopening.
                OnReopen::ResumeExcludingGap | OnReopen::NewCycle | OnReopen::Ignore => {
                    let gap = Pause { reason: PauseReason::Resolved, from: at, to: Some(step.at) };
                    current.gaps.push(gap);
                    current.stop = None;
                }
            },
            (StepKind::Resolved(outcome), None) => {
                current.stop = Some((step.at, resolved(outcome)));
                if metric == Metric::FirstResponse && outcome == Outcome::Final {
                    break;
                }
            }
            (StepKind::Cancelled, None) => {
                current.stop = Some((step.at, Stop::Cancelled(CancelReason::RequestCancelled)));
            }
            (StepKind::Reopened, None) | (StepKind::Resolved(_) | StepKind::Cancelled, Some(_)) => {
            }
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

const fn resolved(outcome: Outcome) -> Stop {
    match outcome {
        Outcome::Final => Stop::Fulfilled,
        Outcome::Deferred => Stop::Cancelled(CancelReason::Deferred),
        Outcome::Duplicate => Stop::Cancelled(CancelReason::Duplicate),
    }
}
