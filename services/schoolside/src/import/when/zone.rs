//! A wall time's instant: the hour that a zone skips in spring and the hour it repeats in autumn need a rule.

use jiff::{
    Timestamp,
    civil::{DateTime, Time},
    tz::{AmbiguousOffset, TimeZone},
};

use super::Parsed;

/// What to do with a wall time that never was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Skipped {
    Refuse,
    /// As much later as the clocks were put forward.
    Later,
}

/// What to do with a wall time that was twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Repeated {
    First,
    Second,
    Refuse,
}

/// An instant, and whether its wall time was twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) struct Placed {
    pub(in crate::import) at: Timestamp,
    pub(in crate::import) repeated: bool,
}

/// Finds the instant. With `end_of_day`, a date without time, or midnight, means the day's last second.
pub(in crate::import) fn place(
    parsed: Parsed,
    zone: &TimeZone,
    (skipped, repeated): (Skipped, Repeated),
    end_of_day: bool,
) -> Result<Placed, &'static str> {
    const OUT_OF_RANGE: &str = "a time between the years 1 and 9999";
    let (wall, offset, date_only) = match parsed {
        Parsed::Instant(at) if !end_of_day => return Ok(Placed { at, repeated: false }),
        Parsed::Instant(at) => {
            let wall = zone.to_datetime(at);
            if wall.time() != Time::midnight() {
                return Ok(Placed { at, repeated: false });
            }
            (wall, None, false)
        }
        Parsed::Wall { at, offset, date_only } => (at, offset, date_only),
    };
    let wall = if end_of_day && (date_only || wall.time() == Time::midnight()) {
        last_second(wall)
    } else {
        wall
    };
    if let Some(offset) = offset {
        let at = offset.to_timestamp(wall).map_err(|_| OUT_OF_RANGE)?;
        return Ok(Placed { at, repeated: false });
    }
    let ambiguous = zone.to_ambiguous_timestamp(wall);
    let (at, twice) = match (ambiguous.offset(), skipped, repeated) {
        (AmbiguousOffset::Unambiguous { .. }, ..) => (ambiguous.compatible(), false),
        (AmbiguousOffset::Gap { .. }, Skipped::Refuse, _) => {
            return Err("a time that was: this one lies in the hour that the clocks skipped");
        }
        (AmbiguousOffset::Gap { .. }, Skipped::Later, _) => (ambiguous.compatible(), false),
        (AmbiguousOffset::Fold { .. }, _, Repeated::Refuse) => {
            return Err("a time that was once: this one lies in the hour that the clocks repeated");
        }
        (AmbiguousOffset::Fold { .. }, _, Repeated::First) => (ambiguous.earlier(), true),
        (AmbiguousOffset::Fold { .. }, _, Repeated::Second) => (ambiguous.later(), true),
    };
    Ok(Placed { at: at.map_err(|_| OUT_OF_RANGE)?, repeated: twice })
}

fn last_second(wall: DateTime) -> DateTime {
    wall.date().at(23, 59, 59, 0)
}
