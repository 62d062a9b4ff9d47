//! Clocks that run many times in a request's life: answers to what the requester wrote, and regular updates.

use kernel::Timestamp;

use super::{
    Facts,
    facts::{Side, StepKind},
    runs::{Cycled, Stop, ending},
};

/// What can happen, in the order in which it counts at one instant: a stop before a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Answered,
    Ended(usize),
    Asked,
}

/// Messages and steps known at an instant, in order. The number of a step says where it stands in `facts`.
fn turns(facts: &Facts, now: Timestamp) -> Vec<(Timestamp, Turn)> {
    let messages = facts.messages.iter().map(|message| match message.from {
        Side::Office => (message.at, Turn::Answered),
        Side::Requester => (message.at, Turn::Asked),
    });
    let steps = facts.steps.iter().enumerate().map(|(place, step)| (step.at, Turn::Ended(place)));
    let mut turns: Vec<_> = messages.chain(steps).filter(|(at, _)| *at <= now).collect();
    turns.sort_unstable();
    turns
}

/// A cycle for each question that the requester puts after the first answer, until the office answers. What is asked while
/// the request is resolved waits for an answer from its reopening on.
pub(super) fn answers(facts: &Facts, now: Timestamp) -> Vec<Cycled> {
    let mut line = Line::default();
    let (mut greeted, mut ended, mut asked) = (false, false, false);
    for (at, turn) in turns(facts, now) {
        match turn {
            Turn::Answered => {
                (greeted, asked) = (true, false);
                line.stop(at, Stop::Fulfilled);
            }
            Turn::Asked if greeted && !ended => line.start(at),
            Turn::Asked => asked = greeted,
            Turn::Ended(place) => match ending(facts.steps[place].kind) {
                Some(stop) => {
                    // A resolution without a reply is the first response, too.
                    greeted |= stop == Stop::Fulfilled;
                    ended = true;
                    line.stop(at, stop);
                }
                None => {
                    ended = false;
                    if std::mem::take(&mut asked) {
                        line.start(at);
                    }
                }
            },
        }
    }
    line.finish()
}

/// A cycle from each update to the next, the first from `start`, until the request is resolved.
pub(super) fn updates(facts: &Facts, start: Timestamp, now: Timestamp) -> Vec<Cycled> {
    let mut line = Line::default();
    let mut ended = false;
    line.start(start);
    for (at, turn) in turns(facts, now) {
        match turn {
            Turn::Answered if !ended && at > start => {
                line.stop(at, Stop::Fulfilled);
                line.start(at);
            }
            Turn::Answered | Turn::Asked => {}
            Turn::Ended(place) => match ending(facts.steps[place].kind) {
                Some(stop) => {
                    ended = true;
                    line.stop(at, stop);
                }
                None if facts.steps[place].kind == StepKind::Reopened => {
                    ended = false;
                    line.start(at.max(start));
                }
                None => {}
            },
        }
    }
    line.finish()
}

/// Cycles one after the other, of which at most the last one runs.
#[derive(Default)]
struct Line {
    done: Vec<Cycled>,
    current: Option<Cycled>,
}

impl Line {
    fn start(&mut self, at: Timestamp) {
        self.current.get_or_insert_with(|| Cycled::starting(at));
    }

    fn stop(&mut self, at: Timestamp, stop: Stop) {
        let Some(mut cycle) = self.current.take() else { return };
        // What ended at the very instant at which it would have begun anew did not begin.
        if cycle.start == at && !self.done.is_empty() {
            return;
        }
        cycle.stop = Some((at, stop));
        self.done.push(cycle);
    }

    fn finish(mut self) -> Vec<Cycled> {
        self.done.extend(self.current);
        self.done
    }
}
