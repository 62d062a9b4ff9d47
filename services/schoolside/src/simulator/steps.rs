//! Where the demo's clock goes next while its first days are played: twelve minutes by day, at night half an hour to
//! where something is due, or an hour in which nothing is.

use jiff::{SignedDuration, Timestamp};

/// A step by day.
const SHORT: SignedDuration = SignedDuration::from_mins(12);
/// A step at night when somebody has something to do.
const NIGHT: SignedDuration = SignedDuration::from_mins(30);
/// A step through a night or a weekend, so that what falls due in it is done about when it is due.
const LONG: SignedDuration = SignedDuration::from_hours(1);

/// The next instant on the grid that fits.
pub(super) fn next(
    now: Timestamp,
    quiet: bool,
    due: Option<Timestamp>,
    end: Timestamp,
) -> Timestamp {
    let short = on_grid(now, SHORT);
    let long = on_grid(now, LONG);
    let next = match due {
        _ if !quiet => short,
        Some(due) if due < long => on_grid(due - SignedDuration::from_micros(1), NIGHT).max(short),
        _ => long,
    };
    next.min(end)
}

/// The first instant of a grid after `now`.
fn on_grid(now: Timestamp, step: SignedDuration) -> Timestamp {
    let step = i64::try_from(step.as_micros()).unwrap_or(1);
    let next = (now.as_microsecond().div_euclid(step) + 1) * step;
    Timestamp::from_microsecond(next).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn at(time: &str) -> Timestamp {
        format!("2026-02-02T{time}Z").parse().unwrap()
    }

    #[rstest]
    #[case::by_day("14:00:00", false, None, "14:12:00")]
    #[case::by_day_off_the_grid("14:03:10", false, Some("14:04:00"), "14:12:00")]
    #[case::a_quiet_hour("02:00:00", true, None, "03:00:00")]
    #[case::from_within_a_quiet_hour("02:20:00", true, Some("04:00:00"), "03:00:00")]
    #[case::a_call_at_night("02:00:00", true, Some("02:11:00"), "02:30:00")]
    #[case::a_call_on_the_grid("02:00:00", true, Some("02:30:00"), "02:30:00")]
    #[case::something_overdue("02:00:00", true, Some("01:55:00"), "02:12:00")]
    #[case::the_end("22:55:00", false, None, "23:00:00")]
    fn the_clock_goes(
        #[case] now: &str,
        #[case] quiet: bool,
        #[case] due: Option<&str>,
        #[case] to: &str,
    ) {
        assert_eq!(next(at(now), quiet, due.map(at), at("23:00:00")), at(to));
    }
}
