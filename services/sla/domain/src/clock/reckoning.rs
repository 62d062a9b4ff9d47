//! Reckoning: when one run of a clock is due, and how much of its time is used.
//!
//! Only pauses that begin before the due instant as it then stands extend it, in order: an hours or business-days target
//! moves on by their open time, a calendar-days target by their length. While such a pause lasts there is no due instant,
//! only "due if resumed now". Fulfilled during a pause, the pause ends there, and the run is met: the due instant lay
//! after the pause's beginning.

use jiff::SignedDuration;
use kernel::Timestamp;

use super::{
    Length, Pause,
    meter::{Meter, unpaused_due},
    pauses::{Hold, OPEN_END, union},
};
use crate::{
    calendar::hours::{Hours, Micros, instant, micros},
    words::PauseReason,
};

/// What there is to reckon.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// From when on the clock runs.
    pub start: Timestamp,
    /// How long it may take.
    pub length: Length,
    /// The open hours.
    pub hours: &'a Hours,
    /// The pauses that stop it, in any order, overlapping or not.
    pub pauses: &'a [Pause],
    /// When it was stopped: fulfilled or cancelled.
    pub stopped: Option<Timestamp>,
    /// As of when: later facts do not count. `None` counts all of them.
    pub now: Option<Timestamp>,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reckoning {
    /// When it is due; `None` while paused, and when there is not enough open time before 2300.
    pub due: Option<Timestamp>,
    /// When it would be due if the pause that holds it ended now.
    pub due_if_resumed_now: Option<Timestamp>,
    /// Whether it was stopped in time; `None` if it was not stopped.
    pub in_time: Option<bool>,
    /// The whole target in its own measure: open time, or for calendar days time.
    pub total: SignedDuration,
    /// What of it is used: until it was stopped, else now, else when it is due.
    pub elapsed: SignedDuration,
    pub(super) holds: Vec<Hold>,
    /// How many of the holds moved the due instant.
    pub(super) extending: usize,
}

impl Run<'_> {
    /// Reckons.
    #[must_use]
    pub fn reckon(&self) -> Reckoning {
        let meter = Meter::of(self.length, self.hours);
        let start = micros(self.start);
        let now = self.now.map(micros);
        let stop = self.stopped.map(micros).filter(|stop| now.is_none_or(|now| *stop <= now));
        let holds = union(self.pauses, start, stop, now);
        let unpaused = unpaused_due(start, self.length, self.hours);
        let mut course = Course { due: unpaused, resumed: None, extending: 0, lasting: false };
        for hold in &holds {
            if !course.extend(meter, hold, now) {
                break;
            }
        }
        let until = stop.or(now).or(course.due).or(holds.last().map(|hold| hold.from));
        Reckoning {
            due: course.due.filter(|_| !course.lasting).and_then(instant),
            due_if_resumed_now: course.resumed.and_then(instant),
            in_time: stop.map(|stop| self.in_time(&course, &holds, stop)),
            total: duration(unpaused.map_or(0, |due| meter.between(start, due))),
            elapsed: duration(until.map_or(0, |until| unpaused_time(meter, start, until, &holds))),
            extending: course.extending,
            holds,
        }
    }

    fn in_time(&self, course: &Course, holds: &[Hold], stop: Micros) -> bool {
        let during = holds.last().is_some_and(|hold| {
            hold.to == stop && course.extending == holds.len() && self.lasted_until(stop)
        });
        during || course.due.is_none_or(|due| stop <= due)
    }

    /// Whether a pause held at the instant of the stop; at one instant a stop comes before a resumption.
    fn lasted_until(&self, stop: Micros) -> bool {
        let holds = |pause: &Pause| {
            micros(pause.from) < stop && pause.to.is_none_or(|to| stop <= micros(to))
        };
        self.pauses.iter().any(holds)
    }

    /// The instant at which `percent` of the target is used; `None` while a pause holds it off.
    #[must_use]
    pub fn reaching(&self, reckoning: &Reckoning, percent: u8) -> Option<Timestamp> {
        let meter = Meter::of(self.length, self.hours);
        let due = reckoning.due.or(reckoning.due_if_resumed_now).map(micros)?;
        let total = i64::try_from(reckoning.total.as_micros()).ok()?;
        if total == 0 {
            return reckoning.due;
        }
        let used = (total * i64::from(percent) + 99) / 100;
        let mut at = meter.advance(micros(self.start), used)?;
        for hold in reckoning.holds.iter().take(reckoning.extending) {
            if at <= hold.from {
                break;
            }
            if hold.to == OPEN_END {
                return None;
            }
            at = meter.advance(at, meter.between(hold.from, hold.to))?;
        }
        instant(at.min(due))
    }
}

struct Course {
    due: Option<Micros>,
    resumed: Option<Micros>,
    extending: usize,
    lasting: bool,
}

impl Course {
    /// Moves the due instant by a hold; false when it and all later ones no longer matter.
    fn extend(&mut self, meter: Meter<'_>, hold: &Hold, now: Option<Micros>) -> bool {
        let Some(due) = self.due.filter(|due| hold.from < *due) else { return false };
        self.extending += 1;
        self.lasting = hold.to == OPEN_END;
        if self.lasting {
            self.due = None;
            self.resumed = now.and_then(|now| meter.advance(due, meter.between(hold.from, now)));
            return false;
        }
        self.due = meter.advance(due, meter.between(hold.from, hold.to));
        true
    }
}

/// The measured time in [from, to) outside the holds.
fn unpaused_time(meter: Meter<'_>, from: Micros, to: Micros, holds: &[Hold]) -> Micros {
    let held = holds.iter().map(|hold| meter.between(hold.from.max(from), hold.to.min(to)));
    meter.between(from, to) - held.sum::<Micros>()
}

/// The open time in [from, to) outside the pauses.
#[must_use]
pub fn elapsed(hours: &Hours, from: Timestamp, to: Timestamp, pauses: &[Pause]) -> SignedDuration {
    let (from, to) = (micros(from), micros(to));
    let holds = union(pauses, from, Some(to), None);
    duration(unpaused_time(Meter::Open(hours), from, to, &holds))
}

const fn duration(length: Micros) -> SignedDuration {
    SignedDuration::from_micros(length)
}

impl Reckoning {
    /// Whether a pause that lasts holds the due instant off.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.holds[..self.extending].last().is_some_and(|hold| hold.to == OPEN_END)
    }

    /// Since when a pause holds the clock, and its reasons.
    pub(super) fn paused(&self) -> Option<(Timestamp, Vec<PauseReason>)> {
        let hold = self.holds[..self.extending].last().filter(|hold| hold.to == OPEN_END)?;
        Some((instant(hold.from)?, hold.reasons.clone()))
    }

    /// When the last pause that moved the due instant ended.
    pub(super) fn last_resumed_at(&self) -> Option<Timestamp> {
        let ended = self.holds[..self.extending].iter().rev().find(|hold| hold.to != OPEN_END)?;
        instant(ended.to)
    }
}
