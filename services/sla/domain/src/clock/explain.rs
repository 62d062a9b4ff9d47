//! Explaining a due date: parts that add up to the target, to the second.

use jiff::SignedDuration;
use kernel::Timestamp;

use super::{
    Facts, Terms,
    evaluate::{Promise, reckoning},
    meter::Meter,
    pauses::OPEN_END,
    reckoning::{Reckoning, Run},
    runs::{Cycled, cycles},
    waits::Waits,
};
use crate::calendar::hours::{Hours, Micros, instant, micros};

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// Time that counts.
    Open,
    /// The calendar is shut.
    Closed,
    /// The clock waits.
    Paused,
}

impl PartKind {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Paused => "paused",
        }
    }
}

/// A stretch from the start of a clock to its due instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// What it is.
    pub kind: PartKind,
    /// Why: the closures that shut the calendar, or what is waited for; empty where time counts.
    pub reason: String,
    /// Open and closed: how long it is. Paused: how far it moves the due instant on, in the target's own measure.
    pub seconds: i64,
}

/// A due date, explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// When it is due; `None` while paused.
    pub due: Option<Timestamp>,
    /// When it would be due if the pause that holds it ended now; the parts then lead there.
    pub due_if_resumed_now: Option<Timestamp>,
    /// Every stretch from the start on, without holes.
    pub parts: Vec<Part>,
    /// The seconds of the open parts.
    pub total_seconds: i64,
}

/// Explains the cycle `number` (from 1) of a clock as known at `now`; `None` when there is no such cycle.
#[must_use]
pub fn explain(
    facts: &Facts,
    terms: &Terms<'_>,
    number: u32,
    now: Timestamp,
) -> Option<Explanation> {
    let index = usize::try_from(number.checked_sub(1)?).ok()?;
    let cycled = cycles(facts, terms.shape(), now);
    explain_cycle(&Waits::of(facts), terms, cycled.get(index)?, now)
}

/// Explains one cycle.
pub(crate) fn explain_cycle(
    waits: &Waits,
    terms: &Terms<'_>,
    cycled: &Cycled,
    now: Timestamp,
) -> Option<Explanation> {
    let mut pauses = Vec::new();
    match (reckoning(waits, terms, cycled, now, &mut pauses), terms.promise) {
        (Some((run, reckoned)), _) => Some(run.explain(&reckoned)),
        (None, Promise::Stated(due)) => Some(stated(cycled.start, due)),
        (None, Promise::Reckoned { .. }) => None,
    }
}

fn stated(start: Timestamp, due: Timestamp) -> Explanation {
    let mut parts = Parts::default();
    parts.push(micros(start), micros(due), PartKind::Open, "stated by the source".to_owned());
    parts.finish(Some(due), None)
}

impl Run<'_> {
    /// The parts of a reckoning of this run.
    #[must_use]
    pub fn explain(&self, reckoning: &Reckoning) -> Explanation {
        let meter = Meter::of(self.length, self.hours);
        let end = reckoning.due.or(reckoning.due_if_resumed_now).map(micros);
        let now = self.now.map_or(OPEN_END, micros);
        let mut parts = Parts::default();
        let mut at = micros(self.start);
        for hold in &reckoning.holds[..reckoning.extending] {
            parts.running(meter, at, hold.from);
            let to = hold.to.min(now);
            if to == OPEN_END {
                at = hold.from;
                break;
            }
            let reasons: Vec<_> = hold.reasons.iter().map(|reason| reason.as_str()).collect();
            parts.push(hold.from, to, PartKind::Paused, reasons.join(", "));
            if let Some(last) = parts.parts.last_mut() {
                last.seconds = meter.between(hold.from, to) / 1_000_000;
            }
            at = to;
        }
        if let Some(end) = end {
            parts.running(meter, at, end);
        }
        parts.finish(reckoning.due, reckoning.due_if_resumed_now)
    }
}

#[derive(Default)]
struct Parts {
    parts: Vec<Part>,
    open: Micros,
}

impl Parts {
    fn push(&mut self, from: Micros, to: Micros, kind: PartKind, reason: String) {
        let (Some(begin), Some(end)) = (instant(from), instant(to)) else { return };
        if from >= to {
            return;
        }
        let seconds = if kind == PartKind::Open {
            // Whole seconds of the running sum, so that the parts add up to the total whatever the fractions.
            let before = self.open / 1_000_000;
            self.open += to - from;
            self.open / 1_000_000 - before
        } else {
            (to - from) / 1_000_000
        };
        self.parts.push(Part { from: begin, to: end, kind, reason, seconds });
    }

    fn running(&mut self, meter: Meter<'_>, from: Micros, to: Micros) {
        match meter {
            Meter::Elapsed => self.push(from, to, PartKind::Open, String::new()),
            Meter::Open(hours) => {
                let (Some(begin), Some(end)) = (instant(from), instant(to)) else { return };
                let mut at = from;
                for (open, shut) in hours.open_within(begin, end) {
                    self.shut(hours, at, micros(open));
                    self.push(micros(open), micros(shut), PartKind::Open, String::new());
                    at = micros(shut);
                }
                self.shut(hours, at, to);
            }
        }
    }

    fn shut(&mut self, hours: &Hours, from: Micros, to: Micros) {
        let (Some(begin), Some(end)) = (instant(from), instant(to)) else { return };
        if from >= to {
            return;
        }
        let labels = hours.closures_within(begin, end).into_iter();
        let labels: Vec<_> = labels
            .map(|label| if label.is_empty() { "closure".to_owned() } else { label })
            .collect();
        let reason = if labels.is_empty() { "outside hours".to_owned() } else { labels.join(", ") };
        self.push(from, to, PartKind::Closed, reason);
    }

    fn finish(self, due: Option<Timestamp>, resumed: Option<Timestamp>) -> Explanation {
        let total = SignedDuration::from_micros(self.open);
        Explanation {
            due,
            due_if_resumed_now: resumed,
            parts: self.parts,
            total_seconds: total.as_secs(),
        }
    }
}
