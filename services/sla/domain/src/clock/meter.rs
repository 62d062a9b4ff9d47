//! What a target's time is measured in: open time, or for calendar days time itself.

use super::Length;
use crate::calendar::hours::{Hours, Micros, instant, micros};

#[derive(Clone, Copy)]
pub(super) enum Meter<'a> {
    Open(&'a Hours),
    Elapsed,
}

impl<'a> Meter<'a> {
    pub(super) const fn of(length: Length, hours: &'a Hours) -> Self {
        match length {
            Length::Open(_) | Length::BusinessDays(_) => Self::Open(hours),
            Length::CalendarDays(_) => Self::Elapsed,
        }
    }

    pub(super) fn between(self, from: Micros, to: Micros) -> Micros {
        match self {
            Self::Open(hours) => hours.micros_between(from, to),
            Self::Elapsed => (to - from).max(0),
        }
    }

    pub(super) fn advance(self, from: Micros, by: Micros) -> Option<Micros> {
        match self {
            Self::Open(hours) => hours.micros_advance(from, by),
            Self::Elapsed => from.checked_add(by),
        }
    }
}

/// When a target is due if nothing pauses it.
pub(super) fn unpaused_due(start: Micros, length: Length, hours: &Hours) -> Option<Micros> {
    match length {
        Length::Open(seconds) => {
            hours.micros_advance(start, i64::try_from(seconds).ok()?.checked_mul(1_000_000)?)
        }
        Length::BusinessDays(days) => hours.add_business_days(instant(start)?, days).map(micros),
        Length::CalendarDays(days) => hours.add_calendar_days(instant(start)?, days).map(micros),
    }
}
