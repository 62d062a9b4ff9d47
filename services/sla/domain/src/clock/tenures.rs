//! Ownership: one cycle per team's tenure, however often the members within the team change.

use kernel::{TeamId, Timestamp};

use super::{
    Facts,
    facts::StepKind,
    runs::{Cycled, Stop, ending},
};
use crate::words::OnReopen;

/// What can happen, in the order in which it counts at one instant: a stop before a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Stepped(usize),
    Held(usize),
}

/// The cycles of a request's tenures by the facts known at `now`, oldest first.
pub(super) fn cycles(facts: &Facts, on_reopen: OnReopen, now: Timestamp) -> Vec<Cycled> {
    let steps = facts.steps.iter().enumerate().map(|(place, step)| (step.at, Turn::Stepped(place)));
    let tenures = facts.tenures.iter().enumerate();
    let tenures = tenures.map(|(place, one)| (one.from, Turn::Held(place)));
    let mut turns: Vec<_> = steps.chain(tenures).filter(|(at, _)| *at <= now).collect();
    turns.sort_unstable();
    let mut course = Course { done: Vec::new(), current: None, holder: None, ended: false };
    for (at, turn) in turns {
        match turn {
            Turn::Held(place) => course.hand_over(at, facts.tenures[place].team.as_ref()),
            Turn::Stepped(place) => match ending(facts.steps[place].kind) {
                Some(stop) => course.end(at, stop),
                None if facts.steps[place].kind == StepKind::Reopened => {
                    course.reopen(at, on_reopen);
                }
                None => {}
            },
        }
    }
    course.done.extend(course.current.map(|(cycle, _)| cycle));
    course.done
}

struct Course<'a> {
    done: Vec<Cycled>,
    /// The last cycle, and whose tenure it is.
    current: Option<(Cycled, &'a TeamId)>,
    holder: Option<&'a TeamId>,
    ended: bool,
}

impl<'a> Course<'a> {
    fn hand_over(&mut self, at: Timestamp, team: Option<&'a TeamId>) {
        if self.holder == team {
            return;
        }
        self.holder = team;
        // While it is resolved nobody's time runs; a reopening starts that of whoever holds it then.
        if !self.ended {
            self.stop(at, Stop::Fulfilled);
            self.begin(at);
        }
    }

    fn stop(&mut self, at: Timestamp, stop: Stop) {
        if let Some((cycle, _)) = self.current.as_mut().filter(|(cycle, _)| cycle.stop.is_none()) {
            cycle.stop = Some((at, stop));
        }
    }

    fn begin(&mut self, at: Timestamp) {
        // Who handed it on at the very instant of taking hold did not hold it.
        let held = |cycle: &Cycled| cycle.stop != Some((cycle.start, Stop::Fulfilled));
        self.done.extend(self.current.take().map(|(cycle, _)| cycle).filter(held));
        self.current = self.holder.map(|team| (Cycled::starting(at), team));
    }

    fn end(&mut self, at: Timestamp, stop: Stop) {
        self.ended = true;
        self.stop(at, stop);
    }

    fn reopen(&mut self, at: Timestamp, on_reopen: OnReopen) {
        if !std::mem::take(&mut self.ended) {
            return;
        }
        match (&mut self.current, on_reopen) {
            (Some((cycle, team)), OnReopen::ResumeExcludingGap) if self.holder == Some(*team) => {
                cycle.reopen(at);
            }
            (Some((_, team)), OnReopen::Ignore) if self.holder == Some(*team) => {}
            _ => self.begin(at),
        }
    }
}
