//! The slow oracle of pauses: a clock walked through second by second.

use jiff::Timestamp;
use sla_domain::clock::{Length, Pause};

use crate::slow::{Slow, advance, count};

/// What is asked: the same as of the engine.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub start: Timestamp,
    pub length: Length,
    /// When it is due without a pause.
    pub unpaused: Timestamp,
    pub pauses: &'a [Pause],
    pub stopped: Option<Timestamp>,
    pub now: Option<Timestamp>,
}

/// What came out.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub due: Option<Timestamp>,
    pub due_if_resumed_now: Option<Timestamp>,
    pub in_time: Option<bool>,
    pub elapsed: i64,
}

/// When it is due without a pause.
pub fn unpaused(slow: &Slow<'_>, start: usize, length: Length) -> Option<usize> {
    match length {
        Length::Open(seconds) => advance(&slow.open, start, i64::try_from(seconds).unwrap()),
        Length::BusinessDays(days) => slow.business_days(start, days as usize),
        Length::CalendarDays(days) => slow.calendar_days(start, days as usize),
    }
}

/// Walks through the clock; `None` when that needs seconds outside the window.
pub fn stand(slow: &Slow<'_>, asked: Asked<'_>) -> Option<Answer> {
    let line = slow.line;
    let start = line.index(asked.start)?;
    let now = asked.now.map(|now| line.index(now).unwrap());
    let stop = asked.stopped.map(|stop| line.index(stop).unwrap());
    let stop = stop.filter(|stop| now.is_none_or(|now| *stop <= now));
    let elapsed = matches!(asked.length, Length::CalendarDays(_));
    let counts = if elapsed { &line.always } else { &slow.open };
    let paused = paused(slow, asked, start, stop, now)?;

    let (mut due, mut at) = (line.index(asked.unpaused)?, start);
    let (mut resumed, mut holding, mut held_at_stop) = (None, None, None);
    while let Some(begin) = paused.get(at..).and_then(|rest| rest.iter().position(|one| *one == 1))
    {
        let begin = at + begin;
        let end = paused[begin..].iter().position(|one| *one == 0).map(|long| begin + long);
        if end.unwrap_or(line.len()) >= stop.unwrap_or(usize::MAX) {
            held_at_stop = Some(begin < due);
        }
        if due <= begin {
            // Too late to move it; and so are all later ones.
            at = end.unwrap_or(line.len());
            continue;
        }
        let Some(end) = end else {
            holding = Some(begin);
            resumed = match now {
                Some(now) => Some(advance(counts, due, count(counts, begin, now))?),
                None => None,
            };
            break;
        };
        due = advance(counts, due, count(counts, begin, end))?;
        at = end;
    }

    let due = if holding.is_none() { Some(due) } else { None };
    let lasted = |pause: &Pause| {
        asked.stopped.is_some_and(|stop| pause.from < stop && pause.to.is_none_or(|to| stop <= to))
    };
    let during = held_at_stop.filter(|_| asked.pauses.iter().any(lasted));
    let in_time = stop.map(|stop| during.unwrap_or(due.is_none_or(|due| stop <= due)));
    let until = stop.or(now).or(due).or(holding)?;
    let used = (start..until).filter(|index| counts[*index] == 1 && paused[*index] == 0).count();
    Some(Answer {
        due: due.map(|due| line.instant(due)),
        due_if_resumed_now: resumed.map(|due| line.instant(due)),
        in_time,
        elapsed: i64::try_from(used).unwrap(),
    })
}

/// The seconds in which at least one pause holds; one that is not known to end holds to the end of the window.
fn paused(
    slow: &Slow<'_>,
    asked: Asked<'_>,
    start: usize,
    stop: Option<usize>,
    now: Option<usize>,
) -> Option<Vec<u8>> {
    let end = slow.line.len();
    let mut paused = vec![0; end];
    for pause in asked.pauses {
        let from = slow.line.index(pause.from)?;
        let to = match pause.to {
            Some(to) => Some(slow.line.index(to)?),
            None => None,
        };
        let to = to.filter(|to| now.is_none_or(|now| *to <= now)).unwrap_or(end);
        let (from, to) = (from.max(start), to.min(stop.unwrap_or(end)));
        if asked.now.is_none_or(|now| pause.from <= now) && from < to {
            paused[from..to].fill(1);
        }
    }
    Some(paused)
}
