//! The slow oracle: every minute of a window is looked at, instants only ever turned into local time, never back.

use std::collections::BTreeMap;

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use sla_domain::calendar::definition::{DAY_SECONDS, Definition, Span};

/// A window of minutes.
pub struct Slow {
    first: i64,
    local: Vec<DateTime>,
    open: Vec<bool>,
    shifts: BTreeMap<Date, Vec<bool>>,
}

impl Slow {
    pub fn new(definition: &Definition, first: Timestamp, days: usize) -> Self {
        let tz = TimeZone::get(&definition.zone).unwrap();
        let first = first.as_second().div_euclid(60) * 60;
        let minute = |index: usize| first + 60 * i64::try_from(index).unwrap();
        let at = |index| tz.to_datetime(Timestamp::from_second(minute(index)).unwrap());
        let local: Vec<_> = (0..days * 1440).map(at).collect();
        let mut slow = Self { first, open: Vec::new(), shifts: BTreeMap::new(), local };
        slow.fill(definition);
        slow
    }

    fn fill(&mut self, definition: &Definition) {
        let (begin, end) = (self.local[0].date(), self.local[self.local.len() - 1].date());
        let dates: Vec<_> = begin.series(1.day()).take_while(|date| *date <= end).collect();
        let nothing = vec![false; self.local.len()];
        let mut closed = nothing.clone();
        for (date, closure) in
            dates.iter().flat_map(|date| definition.closures.iter().map(move |one| (date, one)))
        {
            let same_day = (closure.date.month(), closure.date.day()) == (date.month(), date.day());
            if closure.date == *date || (closure.yearly && same_day) {
                self.mark(&mut closed, *date, closure.hours);
            }
        }
        let mut open = nothing.clone();
        for date in dates {
            let mut shift = nothing.clone();
            for span in definition.weekly_on(date).on(date) {
                self.mark(&mut shift, date, *span);
            }
            for (minute, closed) in shift.iter_mut().zip(&closed) {
                *minute &= !closed;
            }
            for opening in definition.openings.iter().filter(|opening| opening.date == date) {
                self.mark(&mut shift, date, opening.hours);
            }
            for (minute, shift) in open.iter_mut().zip(&shift) {
                *minute |= shift;
            }
            self.shifts.insert(date, shift);
        }
        self.open = open;
    }

    fn mark(&self, minutes: &mut [bool], date: Date, span: Span) {
        let (from, to) = (self.edge(date, span.from, false), self.edge(date, span.to, true));
        if from < to {
            minutes[from..to].fill(true);
        }
    }

    /// Midnight and beginnings: the first minute that late. Ends: the last minute of that time, if there is one.
    fn edge(&self, date: Date, second: u32, end: bool) -> usize {
        let days = i64::from(second / DAY_SECONDS);
        let rest = i64::from(second % DAY_SECONDS);
        let wanted = date.checked_add(days.days()).unwrap().to_datetime(Time::midnight());
        let wanted = wanted.checked_add(rest.seconds()).unwrap();
        let last = self.local.iter().rposition(|local| *local == wanted);
        let reached = self.local.iter().position(|local| *local >= wanted);
        last.filter(|_| end && rest > 0).or(reached).unwrap_or(self.local.len())
    }

    fn index(&self, at: Timestamp) -> usize {
        usize::try_from((at.as_second() - self.first) / 60).unwrap()
    }

    fn instant(&self, index: usize) -> Timestamp {
        Timestamp::from_second(self.first + 60 * i64::try_from(index).unwrap()).unwrap()
    }

    pub fn minutes_between(&self, from: Timestamp, to: Timestamp) -> usize {
        self.open[self.index(from)..self.index(to)].iter().filter(|open| **open).count()
    }

    /// Where so many open minutes end; `None` when they end outside the window.
    pub fn advance(&self, start: Timestamp, minutes: usize) -> Option<Timestamp> {
        let start = self.index(start);
        let Some(last) = minutes.checked_sub(1) else { return Some(self.instant(start)) };
        let mut open = (start..self.open.len()).filter(|index| self.open[*index]);
        open.nth(last).map(|index| self.instant(index + 1))
    }

    /// The same local time so many business days later; `None` when that needs minutes outside the window.
    pub fn business_days(&self, start: Timestamp, days: usize) -> Option<Timestamp> {
        let start = (self.index(start)..self.open.len()).find(|index| self.open[*index])?;
        let Some(nth) = days.checked_sub(1) else { return Some(self.instant(start)) };
        let date = self.local[start].date();
        let near = [date, date.yesterday().unwrap(), date.tomorrow().unwrap()];
        let own = near
            .into_iter()
            .find(|date| self.shifts.get(date).is_some_and(|shift| shift[start]))?;
        let later = |date: &Date| *date > own && self.keeps_time_on(*date);
        let target = self.shifts.keys().copied().filter(later).nth(nth)?;
        let wanted = target
            .to_datetime(Time::midnight())
            .checked_add(self.local[start].duration_since(own.to_datetime(Time::midnight())));
        let wanted = self.resolve(wanted.unwrap())?;
        let shift = &self.shifts[&target];
        let next = (wanted..shift.len()).find(|index| shift[*index]);
        next.or_else(|| shift.iter().rposition(|open| *open).map(|last| last + 1))
            .map(|index| self.instant(index))
    }

    fn keeps_time_on(&self, date: Date) -> bool {
        let (begin, end) = (self.edge(date, 0, false), self.edge(date, DAY_SECONDS, false));
        self.shifts[&date][begin..end].iter().any(|open| *open)
    }

    /// The minute of a local time: its first, or moved forward by the gap that skips it.
    fn resolve(&self, wanted: DateTime) -> Option<usize> {
        if let Some(index) = self.local.iter().position(|local| *local == wanted) {
            return Some(index);
        }
        let after =
            self.local.iter().position(|local| *local > wanted).filter(|index| *index > 0)?;
        let missed = wanted.duration_since(self.local[after - 1]).as_secs() / 60 - 1;
        Some(after + usize::try_from(missed).unwrap())
    }
}
