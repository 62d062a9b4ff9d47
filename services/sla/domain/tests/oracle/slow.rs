//! The slow oracle: a calendar painted over every second of a window, and counted.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sla_domain::calendar::definition::{Definition, Span, Weekly};

use crate::line::{DAY, Line, date_of, day_of};

/// What is open in a window, as known at one time.
pub struct Slow<'a> {
    pub line: &'a Line,
    definition: Definition,
    pub open: Vec<u8>,
    /// By date: the open seconds of its own hours.
    shifts: BTreeMap<i64, Vec<u8>>,
}

impl<'a> Slow<'a> {
    /// Paints a calendar: its weekly hours, then over them its closures, then over those its openings.
    pub fn new(line: &'a Line, mut definition: Definition, known: Option<Timestamp>) -> Self {
        let knew = |from: Option<Timestamp>| match (from, known) {
            (Some(from), Some(known)) => from <= known,
            _ => true,
        };
        definition.closures.retain(|closure| knew(closure.known_from));
        definition.openings.retain(|opening| knew(opening.known_from));
        let mut slow = Self { line, definition, open: Vec::new(), shifts: BTreeMap::new() };
        slow.open = slow.painted(&slow.days());
        slow.shifts = slow.days().into_iter().map(|day| (day, slow.painted(&[day]))).collect();
        slow
    }

    /// The dates that can touch the window.
    fn days(&self) -> Vec<i64> {
        let first = self.line.local(0).div_euclid(DAY);
        let last = self.line.local(self.line.len() - 1).div_euclid(DAY);
        (first - 2..=last + 2).collect()
    }

    /// The open seconds of the hours of some dates, small hours included.
    fn painted(&self, days: &[i64]) -> Vec<u8> {
        let mut seconds = vec![0; self.line.len()];
        for day in days {
            for span in self.weekly(*day) {
                self.mark(&mut seconds, *day, *span, 1);
            }
        }
        for day in self.days() {
            let date = date_of(day);
            let holds = |closure: &&sla_domain::calendar::definition::Closure| {
                let same = (closure.date.month(), closure.date.day()) == (date.month(), date.day());
                closure.date == date || (closure.yearly && same)
            };
            for closure in self.definition.closures.iter().filter(holds) {
                self.mark(&mut seconds, day, closure.hours, 0);
            }
        }
        for opening in &self.definition.openings {
            if days.contains(&day_of(opening.date)) {
                self.mark(&mut seconds, day_of(opening.date), opening.hours, 1);
            }
        }
        seconds
    }

    fn weekly(&self, day: i64) -> &[Span] {
        let date = date_of(day);
        let season = self.definition.seasons.iter().find(|one| one.from <= date && date <= one.to);
        let Weekly(hours) = season.map_or(&self.definition.weekly, |season| &season.weekly);
        // 1970-01-01 was a Thursday.
        &hours[usize::try_from((day + 3).rem_euclid(7)).unwrap()]
    }

    fn mark(&self, seconds: &mut [u8], day: i64, span: Span, to: u8) {
        let begin = self.line.reach(day * DAY + i64::from(span.from));
        let end = self.line.end(day * DAY + i64::from(span.to));
        if begin < end {
            seconds[begin..end].fill(to);
        }
    }

    /// The same local time so many business days later; `None` when that needs seconds outside the window.
    pub fn business_days(&self, start: usize, days: usize) -> Option<usize> {
        let start = start + self.open.get(start..)?.iter().position(|open| *open == 1)?;
        let Some(nth) = days.checked_sub(1) else { return Some(start) };
        let date = self.line.local(start).div_euclid(DAY);
        let own = [date, date - 1, date + 1];
        let own = own.into_iter().find(|day| self.shifts[day][start] == 1)?;
        let ahead = self.days().into_iter().filter(|day| *day > own);
        let target = { ahead }.filter(|day| self.keeps_time_on(*day)).nth(nth)?;
        if self.line.reach((target + 2) * DAY) == self.line.len() {
            return None;
        }
        let into_day = self.line.local(start) - own * DAY;
        let wanted = self.line.resolve(target * DAY + into_day)?;
        let shift = &self.shifts[&target];
        let next = shift.get(wanted..)?.iter().position(|open| *open == 1);
        let closing = || shift.iter().rposition(|open| *open == 1).map(|last| last + 1);
        next.map(|next| wanted + next).or_else(closing)
    }

    fn keeps_time_on(&self, day: i64) -> bool {
        let (begin, end) = (self.line.reach(day * DAY), self.line.reach((day + 1) * DAY));
        self.shifts[&day][begin..end].contains(&1)
    }

    /// The same wall time so many days later.
    pub fn calendar_days(&self, start: usize, days: usize) -> Option<usize> {
        if days == 0 {
            return Some(start);
        }
        self.line.resolve(self.line.local(start) + i64::try_from(days).unwrap() * DAY)
    }
}

/// The seconds that are set in [from, to).
pub fn count(seconds: &[u8], from: usize, to: usize) -> i64 {
    let counted = seconds.get(from..to.max(from)).unwrap_or_default().iter();
    counted.map(|second| i64::from(*second)).sum()
}

/// Where so many set seconds end; `None` when they end outside the window.
pub fn advance(seconds: &[u8], start: usize, need: i64) -> Option<usize> {
    let Some(last) = usize::try_from(need).unwrap().checked_sub(1) else { return Some(start) };
    let mut set = (start..seconds.len()).filter(|index| seconds[*index] == 1);
    set.nth(last).map(|index| index + 1)
}
