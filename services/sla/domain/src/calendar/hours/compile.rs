//! From a definition to chunks: every interval is first mapped to instants, then the set operations are done.

use std::{collections::HashMap, ops::RangeInclusive};

use jiff::tz::TimeZone;

use super::{
    DAY_MICROS, END_YEAR, Micros,
    chunk::{Chunk, Shift},
    sets::{Interval, subtract, union},
    wall::{self, Day, date_of, day_of},
};
use crate::calendar::definition::{Definition, Span};

/// A definition, sorted for look-up by date.
pub(super) struct Plan {
    pub(super) zone: TimeZone,
    definition: Definition,
    closures: HashMap<Day, Vec<usize>>,
    yearly: HashMap<(i8, i8), Vec<usize>>,
    openings: HashMap<Day, Vec<Span>>,
}

impl Plan {
    pub(super) fn new(definition: Definition) -> Self {
        // INVARIANT: reading a definition checks the zone; UTC stands in for one built by hand with a wrong name.
        let zone = TimeZone::get(&definition.zone).unwrap_or(TimeZone::UTC);
        let mut closures: HashMap<_, Vec<_>> = HashMap::new();
        let mut yearly: HashMap<_, Vec<_>> = HashMap::new();
        let mut openings: HashMap<_, Vec<_>> = HashMap::new();
        for (index, closure) in definition.closures.iter().enumerate() {
            let date = closure.date;
            if closure.yearly {
                yearly.entry((date.month(), date.day())).or_default().push(index);
            } else {
                closures.entry(day_of(date)).or_default().push(index);
            }
        }
        for opening in &definition.openings {
            openings.entry(day_of(opening.date)).or_default().push(opening.hours);
        }
        Self { zone, definition, closures, yearly, openings }
    }

    /// The dates whose hours can touch [from, to).
    pub(super) fn days_touching(&self, from: Micros, to: Micros) -> RangeInclusive<Day> {
        let day = |at| wall::local(&self.zone, at).map_or(0, |(day, _)| day);
        day(from) - 3..=day(to) + 2
    }

    /// The closures of a date, as instants, with their labels.
    pub(super) fn closures(&self, day: Day) -> impl Iterator<Item = (Interval, &str)> {
        let dated = self.closures.get(&day);
        let yearly = if self.yearly.is_empty() {
            None
        } else {
            date_of(day).and_then(|date| self.yearly.get(&(date.month(), date.day())))
        };
        let both = dated.into_iter().chain(yearly).flatten();
        both.filter_map(move |index| {
            let closure = &self.definition.closures[*index];
            let interval = wall::span(&self.zone, day, closure.hours)?;
            Some((interval, closure.label.as_str()))
        })
    }

    fn weekly(&self, day: Day) -> impl Iterator<Item = Interval> {
        // Files speak of dates up to 2299; the last chunk reaches a little further.
        let date = date_of(day).filter(|date| date.year() < END_YEAR);
        let spans = date.map(|date| self.definition.weekly_on(date).on(date));
        let spans = spans.unwrap_or_default().iter();
        spans.filter_map(move |span| wall::span(&self.zone, day, *span))
    }

    fn openings(&self, day: Day) -> impl Iterator<Item = Interval> {
        let spans = self.openings.get(&day).into_iter().flatten();
        spans.filter_map(move |span| wall::span(&self.zone, day, *span))
    }

    /// Compiles `days` dates from `first` on, and the same days of UTC.
    pub(super) fn compile(&self, first: Day, days: Day) -> Chunk {
        let begin = Micros::from(first) * DAY_MICROS;
        let end = begin + Micros::from(days) * DAY_MICROS;
        let touching = self.days_touching(begin, end);
        // A shift can reach into the date after its own, so closures are looked up beyond the dates themselves.
        let around = *touching.start() - 2..=*touching.end() + 3;
        let closed = around.flat_map(|day| self.closures(day)).map(|(interval, _)| interval);
        let closed = union(closed.collect());

        let weekly = union(touching.clone().flat_map(|day| self.weekly(day)).collect());
        let mut open = subtract(&weekly, &closed);
        open.extend(touching.flat_map(|day| self.openings(day)));
        let clipped = union(open).into_iter().map(|(from, to)| (from.max(begin), to.min(end)));
        let open = clipped.filter(|(from, to)| from < to).collect();

        let mut shifts = Vec::new();
        let mut business_days = Vec::new();
        for day in first..first + days {
            let weekly = union(self.weekly(day).collect());
            let mut pieces = subtract(&weekly, &closed);
            pieces.extend(self.openings(day));
            let pieces = union(pieces);
            if self.keeps_time_on(day, &pieces) {
                business_days.push(day);
            }
            shifts.extend(pieces.into_iter().map(|(from, to)| Shift { day, from, to }));
        }
        Chunk::new(open, shifts, business_days)
    }

    fn keeps_time_on(&self, day: Day, pieces: &[Interval]) -> bool {
        let (Some(begin), Some(end)) =
            (wall::begin(&self.zone, day), wall::begin(&self.zone, day + 1))
        else {
            return false;
        };
        pieces.iter().any(|(from, to)| *from < end && begin < *to)
    }
}
