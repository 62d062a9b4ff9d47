//! The engine against a slow oracle: random calendars around the clock changes of many zones.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod slow;

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};
use proptest::prelude::*;
use sla_domain::calendar::{
    Definition, Hours,
    definition::{Closure, DAY_SECONDS, Opening, Span, Weekly},
};

use slow::Slow;

/// A zone and a date on or near which its clock does something.
const CHANGES: &[(&str, &str)] = &[
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Europe/London", "2026-10-25"),
    ("Australia/Lord_Howe", "2026-04-05"), // half an hour
    ("America/Sao_Paulo", "2018-11-04"),   // midnight is skipped
    ("America/Sao_Paulo", "2018-02-18"),   // midnight is followed by 23:00
    ("America/Havana", "2026-03-08"),      // midnight is skipped
    ("America/Havana", "2026-11-01"),      // midnight is repeated
    ("Atlantic/Azores", "2026-10-25"),     // midnight is repeated
    ("America/St_Johns", "2006-10-29"),    // 00:01 is followed by 23:01
    ("America/St_Johns", "2006-04-02"),    // 00:01 is followed by 01:01
    ("Pacific/Apia", "2011-12-30"),        // the date is skipped
    ("Asia/Kathmandu", "2026-06-01"),      // a quarter of an hour off, no change
    ("Africa/Casablanca", "2026-02-15"),
    ("Antarctica/Troll", "2026-03-29"), // two hours
];

fn spans() -> impl Strategy<Value = Vec<Span>> {
    // Quarters of an hour, so that edges often fall on those of clock changes.
    prop::collection::vec((0u32..96, 1u32..=96), 0..3).prop_map(|pairs| {
        pairs
            .into_iter()
            .map(|(from, long)| Span { from: from * 900, to: (from + long) * 900 })
            .collect()
    })
}

fn definitions() -> impl Strategy<Value = (Definition, Date)> {
    let weekly = prop::array::uniform7(spans()).prop_map(Weekly);
    let closures = prop::collection::vec((-6i64..12, 0u32..96, 1u32..=96, any::<bool>()), 0..4);
    let openings = prop::collection::vec((-6i64..12, 0u32..96, 1u32..=96), 0..3);
    (prop::sample::select(CHANGES), weekly, closures, openings).prop_map(
        |((zone, change), weekly, closures, openings)| {
            let change: Date = change.parse().unwrap();
            let date = |days: i64| change.checked_add(days.days()).unwrap();
            let closures = closures.into_iter().map(|(day, from, long, whole)| {
                let part = Span { from: from * 900, to: ((from + long) * 900).min(DAY_SECONDS) };
                let hours = if whole { Span { from: 0, to: DAY_SECONDS } } else { part };
                Closure {
                    date: date(day),
                    hours,
                    yearly: day % 2 == 0,
                    known_from: None,
                    label: String::new(),
                }
            });
            let openings = openings.into_iter().map(|(day, from, long)| Opening {
                date: date(day),
                hours: Span { from: from * 900, to: (from + long) * 900 },
                known_from: None,
                label: String::new(),
            });
            let definition = Definition {
                zone: zone.to_owned(),
                weekly,
                seasons: Vec::new(),
                closures: closures.collect(),
                openings: openings.collect(),
            };
            (definition, change)
        },
    )
}

struct Window {
    slow: Slow,
    hours: Hours,
    first: Timestamp,
}

const DAYS: usize = 30;

/// A window that begins ten days before the change; only its middle is asked about.
fn window(definition: Definition, change: Date) -> Window {
    let tz = TimeZone::get(&definition.zone).unwrap();
    let begin = change.checked_sub(10.days()).unwrap();
    let first = tz.to_timestamp(begin.at(0, 0, 0, 0)).unwrap();
    Window { slow: Slow::new(&definition, first, DAYS), hours: Hours::new(definition), first }
}

impl Window {
    fn minute(&self, minutes: i64) -> Timestamp {
        self.first.checked_add(SignedDuration::from_mins(minutes)).unwrap()
    }

    /// Whether an instant is far enough from the window's end for the oracle to be complete.
    fn holds(&self, at: Timestamp) -> bool {
        at < self.minute(i64::try_from(DAYS - 4).unwrap() * 1440)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn between_and_advance_agree_with_every_minute(
        (definition, change) in definitions(),
        moments in prop::collection::vec((4 * 1440i64..20 * 1440, 0i64..8 * 1440), 12),
    ) {
        let window = window(definition, change);
        for (start, length) in moments {
            let (from, to) = (window.minute(start), window.minute(start + length));
            let open = window.slow.minutes_between(from, to);
            prop_assert_eq!(window.hours.between(from, to), SignedDuration::from_mins(open as i64));
            let need = usize::try_from(length / 3).unwrap();
            let expected = window.slow.advance(from, need);
            let found = window.hours.advance(from, SignedDuration::from_mins(need as i64));
            if expected.is_some_and(|at| window.holds(at)) || found.is_some_and(|at| window.holds(at)) {
                prop_assert_eq!(found, expected, "{} + {} min", from, need);
            }
        }
    }

    #[test]
    fn business_days_agree_with_every_minute(
        (definition, change) in definitions(),
        moments in prop::collection::vec((4 * 1440i64..16 * 1440, 0u32..6), 12),
    ) {
        let window = window(definition, change);
        for (start, days) in moments {
            let from = window.minute(start);
            let expected = window.slow.business_days(from, days as usize);
            let found = window.hours.add_business_days(from, days);
            if expected.is_some_and(|at| window.holds(at)) || found.is_some_and(|at| window.holds(at)) {
                prop_assert_eq!(found, expected, "{} + {} business days", from, days);
            }
        }
    }

    #[test]
    fn advance_is_inverse_to_between_and_monotone(
        (definition, change) in definitions(),
        start in 0i64..30 * 86_400_000,
        lengths in (0i64..500 * 3_600_000, 0i64..500 * 3_600_000),
    ) {
        let window = window(definition, change);
        let start = window.first.checked_add(SignedDuration::from_millis(start)).unwrap();
        let (short, long) = (lengths.0.min(lengths.1), lengths.0.max(lengths.1));
        let advance = |millis| window.hours.advance(start, SignedDuration::from_millis(millis));
        if let (Some(near), Some(far)) = (advance(short), advance(long)) {
            prop_assert_eq!(window.hours.between(start, near), SignedDuration::from_millis(short));
            prop_assert!(near <= far);
            // The earliest: a microsecond before there is less.
            if short > 0 {
                let before = near.checked_sub(SignedDuration::from_micros(1)).unwrap();
                prop_assert!(window.hours.between(start, before) < SignedDuration::from_millis(short));
            }
        }
    }
}
