//! How the clock of a target stands: a pure function of facts, terms and the instant of the look.

use jiff::SignedDuration;
use kernel::Timestamp;

use super::{
    Facts, Length, Pause,
    ladder::{Ladder, Notice},
    reckoning::{Reckoning, Run},
    runs::{Cycled, Shape, Stop, cycles},
    waits::Waits,
};
use crate::{
    calendar::Hours,
    words::{CancelReason, Metric, OnReopen, PauseReason, Start},
};

/// How a target is promised.
#[derive(Debug, Clone, Copy)]
pub enum Promise<'a> {
    /// By a length in a calendar.
    Reckoned {
        /// How long it may take.
        length: Length,
        /// The open hours, as known.
        hours: &'a Hours,
    },
    /// By the source of an import: no pause moves it.
    Stated(Timestamp),
}

/// What a clock is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// What must happen.
    pub metric: Metric,
    /// By when.
    pub promise: Promise<'a>,
    /// The pause reasons that stop the clock.
    pub pauses: &'a [PauseReason],
    /// Percentages of the target at which a warning is due.
    pub warn_at: &'a [u8],
    /// From when on it runs.
    pub start: Start,
    /// What a reopening does.
    pub on_reopen: OnReopen,
    /// Who is told when it becomes late.
    pub ladder: Option<Ladder<'a>>,
}

impl Terms<'_> {
    /// What decides which cycles there are.
    pub(crate) const fn shape(&self) -> Shape {
        Shape { metric: self.metric, start: self.start, on_reopen: self.on_reopen }
    }

    fn is_stopped_by(&self, reason: PauseReason) -> bool {
        let turn = reason == PauseReason::WaitingForRequester
            && self.metric.stops_at_the_requesters_turn();
        turn || (self.metric.can_pause() && self.pauses.contains(&reason))
    }
}

/// How a cycle stands. A request never has one merged "SLA status".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CycleState {
    /// Time runs.
    Running,
    /// It waits, and the due instant lay ahead when it began to.
    Paused,
    /// Done in time.
    Met,
    /// Done late.
    Missed,
    /// Late and not done.
    MissedOpen,
    /// No longer judged.
    Cancelled(CancelReason),
    /// Another cycle took its place, because the request changed.
    Superseded,
}

/// A share of the target, and when it is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    /// The percentage.
    pub percent: u8,
    /// The computed instant.
    pub at: Timestamp,
}

/// One cycle of a clock, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// Which one, from 1.
    pub number: u32,
    /// From when on it runs.
    pub started_at: Timestamp,
    /// How it stands.
    pub state: CycleState,
    /// When it is due; `None` while paused, and when there is not enough open time before 2300.
    pub due: Option<Timestamp>,
    /// When it would be due if the pause that holds it ended now.
    pub due_if_resumed_now: Option<Timestamp>,
    /// Since when it is paused, and why.
    pub paused: Option<(Timestamp, Vec<PauseReason>)>,
    /// When the last pause that moved the due instant ended.
    pub last_resumed_at: Option<Timestamp>,
    /// When it was last reopened, if it goes on because of that.
    pub reopened_at: Option<Timestamp>,
    /// When it was fulfilled or cancelled.
    pub stopped_at: Option<Timestamp>,
    /// Whether it is said to have been fulfilled before it started.
    pub implausible: bool,
    /// The warnings that fall before the stop, those ahead included.
    pub warnings: Vec<Threshold>,
    /// The steps of the ladder that fall before the stop, those ahead included.
    pub notices: Vec<Notice>,
    /// The due instant, if it passed unfulfilled.
    pub breached_at: Option<Timestamp>,
    /// The whole target in its own measure.
    pub total: SignedDuration,
    /// What of it is used.
    pub elapsed: SignedDuration,
    /// The earliest instant ahead at which something changes by itself.
    pub next_wake: Option<Timestamp>,
}

impl Cycle {
    /// When it was fulfilled.
    #[must_use]
    pub fn fulfilled_at(&self) -> Option<Timestamp> {
        self.stopped_at.filter(|_| matches!(self.state, CycleState::Met | CycleState::Missed))
    }

    /// The warnings reached by an instant.
    pub fn warned_by(&self, now: Timestamp) -> impl Iterator<Item = Threshold> {
        self.warnings.iter().copied().filter(move |warning| warning.at <= now)
    }

    /// The used share of the target in whole percent; above 100 when late.
    #[must_use]
    pub fn percent(&self) -> u32 {
        let (total, used) = (self.total.as_micros(), self.elapsed.as_micros().max(0));
        if total <= 0 { 100 } else { u32::try_from(used * 100 / total).unwrap_or(u32::MAX) }
    }
}

/// The cycles of a clock as known at `now`, oldest first; none when the request has no such clock.
#[must_use]
pub fn evaluate(facts: &Facts, terms: &Terms<'_>, now: Timestamp) -> Vec<Cycle> {
    let stated = matches!(terms.promise, Promise::Stated(_));
    if facts.imported && !(stated && terms.metric == Metric::FirstResolution) {
        return Vec::new();
    }
    let cycled = cycles(facts, terms.shape(), now);
    let waits = Waits::of(facts);
    (1..).zip(&cycled).map(|(number, one)| stand(&waits, terms, one, number, now)).collect()
}

/// The reckoning behind a cycle, with the pauses that stop its clock.
pub(super) fn reckoning<'a>(
    waits: &Waits,
    terms: &Terms<'a>,
    cycled: &'a Cycled,
    now: Timestamp,
    pauses: &'a mut Vec<Pause>,
) -> Option<(Run<'a>, Reckoning)> {
    let Promise::Reckoned { length, hours } = terms.promise else { return None };
    let stopped = cycled.stop.map(|(at, _)| at);
    for reason in PauseReason::ALL.iter().filter(|reason| terms.is_stopped_by(**reason)) {
        pauses.extend(waits.within(*reason, cycled.start, stopped.unwrap_or(now)));
    }
    pauses.extend(&cycled.gaps);
    let run = Run { start: cycled.start, length, hours, pauses, stopped, now: Some(now) };
    Some((run, run.reckon()))
}

/// How a cycle stands.
pub(crate) fn stand(
    waits: &Waits,
    terms: &Terms<'_>,
    cycled: &Cycled,
    number: u32,
    now: Timestamp,
) -> Cycle {
    let mut pauses = Vec::new();
    let reckoned = reckoning(waits, terms, cycled, now, &mut pauses);
    let mut cycle = blank(cycled, number);
    match (&reckoned, terms.promise) {
        (Some((run, reckoning)), _) => {
            cycle.fill(reckoning);
            let stop = cycled.stop.map(|(at, _)| at);
            let warnings = terms.warn_at.iter().filter_map(|percent| {
                let at = run.reaching(reckoning, *percent)?;
                stop.is_none_or(|stop| at < stop).then_some(Threshold { percent: *percent, at })
            });
            cycle.warnings = warnings.collect();
        }
        (None, Promise::Stated(due)) => {
            let until = cycled.stop.map_or(now, |(at, _)| at);
            cycle.due = Some(due);
            cycle.total = due.duration_since(cycled.start);
            cycle.elapsed = until.duration_since(cycled.start).max(SignedDuration::ZERO);
        }
        (None, Promise::Reckoned { .. }) => {}
    }
    let in_time = reckoned.as_ref().and_then(|(_, reckoning)| reckoning.in_time);
    cycle.judge(cycled.stop, in_time, now);
    if let (Some(ladder), Some((run, reckoning))) = (terms.ladder, &reckoned) {
        cycle.notices = ladder.notices(&cycle, |percent| run.reaching(reckoning, percent));
    }
    cycle.wake(now);
    cycle
}

fn blank(cycled: &Cycled, number: u32) -> Cycle {
    let fulfilled = cycled.stop.filter(|(_, stop)| *stop == Stop::Fulfilled);
    Cycle {
        number,
        started_at: cycled.start,
        state: CycleState::Running,
        due: None,
        due_if_resumed_now: None,
        paused: None,
        last_resumed_at: None,
        reopened_at: cycled.gaps.iter().filter_map(|gap| gap.to).max(),
        stopped_at: cycled.stop.map(|(at, _)| at),
        implausible: fulfilled.is_some_and(|(at, _)| at < cycled.start),
        warnings: Vec::new(),
        notices: Vec::new(),
        breached_at: None,
        total: SignedDuration::ZERO,
        elapsed: SignedDuration::ZERO,
        next_wake: None,
    }
}

impl Cycle {
    fn fill(&mut self, reckoning: &Reckoning) {
        self.due = reckoning.due;
        self.due_if_resumed_now = reckoning.due_if_resumed_now;
        self.paused = reckoning.paused();
        self.last_resumed_at = reckoning.last_resumed_at();
        self.total = reckoning.total;
        self.elapsed = reckoning.elapsed;
    }

    fn judge(&mut self, stop: Option<(Timestamp, Stop)>, in_time: Option<bool>, now: Timestamp) {
        let in_time_by = |at| in_time.unwrap_or_else(|| self.due.is_none_or(|due| at <= due));
        let late = match stop {
            Some((at, _)) => !in_time_by(at),
            None => self.due.is_some_and(|due| due <= now),
        };
        self.breached_at = self.due.filter(|_| late);
        self.state = match stop {
            Some((_, Stop::Cancelled(reason))) => CycleState::Cancelled(reason),
            Some((_, Stop::Superseded)) => CycleState::Superseded,
            Some((_, Stop::Fulfilled)) if late => CycleState::Missed,
            Some((_, Stop::Fulfilled)) => CycleState::Met,
            None if self.paused.is_some() => CycleState::Paused,
            None if late => CycleState::MissedOpen,
            None => CycleState::Running,
        };
    }

    /// The next warning, due instant or notice; a paused or ended clock changes by facts only.
    fn wake(&mut self, now: Timestamp) {
        let warnings = self.warnings.iter().map(|warning| warning.at);
        let notices = self.notices.iter().map(|notice| notice.at);
        let ahead: Vec<Timestamp> = match self.state {
            CycleState::Running => warnings.chain(self.due).chain(notices).collect(),
            CycleState::MissedOpen => notices.collect(),
            CycleState::Paused
            | CycleState::Met
            | CycleState::Missed
            | CycleState::Cancelled(_)
            | CycleState::Superseded => return,
        };
        self.next_wake = ahead.into_iter().filter(|at| *at > now).min();
    }
}
