//! From wall time to instants, across clock changes.

use jiff::{
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, TimeZone},
};

use super::{DAY_MICROS, Micros, instant};
use crate::calendar::definition::{DAY_SECONDS, Span};

/// A date as days since 1970-01-01.
pub(super) type Day = i32;

pub(super) fn date_of(day: Day) -> Option<Date> {
    Some(TimeZone::UTC.to_datetime(instant(Micros::from(day) * DAY_MICROS)?).date())
}

/// INVARIANT: every date of jiff's range (years ±9999) fits `i32` days.
pub(super) fn day_of(date: Date) -> Day {
    let year = i32::from(date.year()) - i32::from(date.month() <= 2);
    let month = (i32::from(date.month()) + 9) % 12;
    let of_year = (153 * month + 2) / 5 + i32::from(date.day()) - 1;
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Local date and microseconds into it, of an instant.
pub(super) fn local(zone: &TimeZone, at: Micros) -> Option<(Day, Micros)> {
    let local = zone.to_datetime(instant(at)?);
    let time = local.time();
    let seconds =
        i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    Some((day_of(local.date()), seconds * 1_000_000 + i64::from(time.subsec_nanosecond()) / 1000))
}

/// Hours of a date as instants; empty (`None`) when the clock skips them.
pub(super) fn span(zone: &TimeZone, day: Day, hours: Span) -> Option<(Micros, Micros)> {
    let from = edge(zone, day, hours.from, Edge::Begin)?;
    let to = edge(zone, day, hours.to, Edge::End)?;
    (from < to).then_some((from, to))
}

/// The first instant of a date; of one the zone skipped, the first instant after it.
pub(super) fn begin(zone: &TimeZone, day: Day) -> Option<Micros> {
    edge(zone, day, 0, Edge::Begin)
}

#[derive(Clone, Copy, PartialEq)]
enum Edge {
    Begin,
    End,
}

/// Inside the skipped hour an edge moves to its end. Inside the repeated hour a beginning is the first occurrence,
/// an end the last; but midnight is always the first instant of its date.
fn edge(zone: &TimeZone, day: Day, second: u32, edge: Edge) -> Option<Micros> {
    let (days, rest) = (second / DAY_SECONDS, second % DAY_SECONDS);
    let at = civil(day + i32::try_from(days).ok()?, i64::from(rest) * 1_000_000)?;
    let moment = zone.to_ambiguous_timestamp(at);
    match moment.offset() {
        AmbiguousOffset::Unambiguous { .. } => moment.compatible().ok(),
        AmbiguousOffset::Fold { .. } if edge == Edge::Begin || rest == 0 => moment.earlier().ok(),
        AmbiguousOffset::Fold { .. } => moment.later().ok(),
        AmbiguousOffset::Gap { after, .. } => {
            let before_change = moment.earlier().ok()?;
            zone.following(before_change)
                .take(4)
                .find(|change| change.offset() == after)
                .map(|change| change.timestamp())
        }
    }
    .map(super::micros)
}

/// A computed due time: one that does not exist moves forward by the gap, a repeated one is its first occurrence.
pub(super) fn resolve(zone: &TimeZone, day: Day, into_day: Micros) -> Option<Micros> {
    let days = Day::try_from(into_day.div_euclid(DAY_MICROS)).ok()?;
    let at = civil(day.checked_add(days)?, into_day.rem_euclid(DAY_MICROS))?;
    zone.to_timestamp(at).ok().map(super::micros)
}

fn civil(day: Day, into_day: Micros) -> Option<DateTime> {
    Some(TimeZone::UTC.to_datetime(instant(Micros::from(day) * DAY_MICROS + into_day)?))
}
