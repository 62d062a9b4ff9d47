//! A calendar date by date, as a person looks it over: when it is open, and what makes a date differ from its week.

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};

use super::{
    Timetable,
    definition::{Closure, Opening},
};

/// One date of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day<'a> {
    /// The date.
    pub date: Date,
    /// When it is open, in order. An overnight shift is cut at midnight: each date has its own part of it.
    pub open: Vec<(Timestamp, Timestamp)>,
    /// The closures of the date.
    pub closures: Vec<&'a Closure>,
    /// The openings that begin on the date.
    pub openings: Vec<&'a Opening>,
}

impl Day<'_> {
    /// How long the date is open in all.
    #[must_use]
    pub fn open_time(&self) -> SignedDuration {
        let long = self.open.iter().map(|(from, to)| to.duration_since(*from));
        long.fold(SignedDuration::ZERO, SignedDuration::saturating_add)
    }
}

/// The dates from one to another, both included, by what was known at an instant; without one everything counts.
/// A date that the zone skipped has no open time.
pub fn days(
    timetable: &Timetable,
    known: Option<Timestamp>,
    from: Date,
    to: Date,
) -> impl Iterator<Item = Day<'_>> {
    let definition = timetable.definition();
    let hours = known.map_or_else(|| timetable.known_at_last(), |at| timetable.known_at(at));
    let counts = move |since: Option<Timestamp>| {
        since.is_none_or(|since| known.is_none_or(|known| since <= known))
    };
    from.series(1.day()).take_while(move |date| *date <= to).map(move |date| {
        let next = date.tomorrow().ok().and_then(|next| hours.begin_of(next));
        let ends = hours.begin_of(date).zip(next);
        Day {
            date,
            open: ends.map(|(begin, end)| hours.open_within(begin, end)).unwrap_or_default(),
            closures: definition.closures_on(date).filter(|one| counts(one.known_from)).collect(),
            openings: definition.openings_on(date).filter(|one| counts(one.known_from)).collect(),
        }
    })
}
