//! What a city's real year tells apart: calendars it does not have, and rules that are not ours, reproduce fewer due dates.
//!
//! The figures of the whole year were published with the data. Those of the sample come from
//! `tests/data/boston_variants.py`, which reckons date by date in Python and gives the published ones on the whole year.
//! Rules that are not ours are written here alone.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp, civil};
use sla_domain::{
    calendar::{Hours, Timetable},
    clock::Length,
};

use crate::boston::{
    HOURS, Holiday, Policies, Row, Rule, calendar, city, distances, instant, ours, small,
    whole_year, within, zone,
};

/// Half past eight to five, in half hours.
const HALF_HOURS_A_DAY: i64 = 17;

fn open_time(days: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(days) * HALF_HOURS_A_DAY * 30)
}

/// n × 8.5 h; an exact end of day is due at closing.
fn stops_at_closing(hours: &Hours, start: Timestamp, length: Length) -> Option<Timestamp> {
    let Length::BusinessDays(days) = length else { return ours(hours, start, length) };
    hours.advance(hours.next_opening(start)?, open_time(days))
}

/// n × 8.5 h; an exact end of day is due at the next opening.
fn rolls_to_opening(hours: &Hours, start: Timestamp, length: Length) -> Option<Timestamp> {
    match length {
        Length::BusinessDays(_) => hours.next_opening(stops_at_closing(hours, start, length)?),
        Length::Open(_) | Length::CalendarDays(_) => ours(hours, start, length),
    }
}

/// The same local time n open days later, whatever the time; a closed day counts from the next open one.
fn not_clamped(hours: &Hours, start: Timestamp, length: Length) -> Option<Timestamp> {
    let Length::BusinessDays(days) = length else { return ours(hours, start, length) };
    let local = zone().to_datetime(start);
    let noon = zone().to_timestamp(local.date().at(12, 0, 0, 0)).unwrap();
    let day: civil::Date = zone().to_datetime(hours.add_business_days(noon, days)?).date();
    zone().to_timestamp(day.to_datetime(local.time())).ok()
}

/// Calendar days that begin at the next opening.
fn calendar_days_clamped(hours: &Hours, start: Timestamp, length: Length) -> Option<Timestamp> {
    let Length::CalendarDays(days) = length else { return ours(hours, start, length) };
    hours.add_calendar_days(hours.next_opening(start)?, days)
}

/// Calendar days of 24 hours each.
fn calendar_days_elapsed(hours: &Hours, start: Timestamp, length: Length) -> Option<Timestamp> {
    let Length::CalendarDays(days) = length else { return ours(hours, start, length) };
    start.checked_add(SignedDuration::from_hours(24 * i64::from(days))).ok()
}

/// What is known of a year: its rows, and which of the two figures of a variant is its own.
struct Year {
    rows: Cow<'static, [Row]>,
    figure: fn((usize, usize)) -> usize,
}

/// The sample always, the whole year where it is there.
fn years() -> Vec<Year> {
    let sample =
        Year { rows: small("boston-311-2015-sample.csv").into(), figure: |(sample, _)| sample };
    let whole =
        whole_year().map(|rows| Year { rows: Cow::Borrowed(rows), figure: |(_, whole)| whole });
    std::iter::once(sample).chain(whole).collect()
}

fn holds(name: &str, rule: Rule, calendar: &Timetable, figures: (usize, usize)) {
    let policies = Policies::read("boston-311-2015-policies.csv");
    for Year { rows, figure } in years() {
        let found = within(&distances(&rows, &policies, calendar, rule), 300);
        assert_eq!(found, figure(figures), "{name}, {} rows", rows.len());
    }
}

#[test]
fn rules_that_are_not_ours_reproduce_fewer_or_cannot_be_told_apart() {
    for (name, rule, figures) in [
        ("ours", ours as Rule, (2_066, 90_549)),
        ("n × 8.5 h, to the next opening", rolls_to_opening, (2_066, 90_549)),
        ("n × 8.5 h, at closing", stops_at_closing, (1_281, 65_986)),
        ("not clamped", not_clamped, (1_297, 66_561)),
        ("calendar days from the clamped start", calendar_days_clamped, (1_792, 82_993)),
        ("calendar days as n × 24 h", calendar_days_elapsed, (1_817, 84_076)),
    ] {
        holds(name, rule, &city(), figures);
    }
}

#[test]
fn hours_the_city_does_not_keep_reproduce_fewer() {
    for (from, to, figures) in [
        ("08:30", "16:00", (2_032, 87_601)),
        ("08:30", "16:30", (2_055, 89_186)),
        ("08:30", "17:30", (2_052, 89_408)),
        ("08:30", "18:00", (2_036, 88_357)),
        ("08:00", "17:00", (1_293, 66_483)),
        ("09:00", "17:00", (1_258, 63_667)),
    ] {
        let hours = format!("[\"{from}\", \"{to}\"]");
        let other = calendar(&hours, |holiday| Some(holiday.clone()), &[]);
        holds(&hours, ours, &other, figures);
    }
}

#[test]
fn holidays_the_city_does_not_keep_reproduce_fewer() {
    for (date, figures) in [
        ("2015-07-03", (2_036, 87_661)),
        ("2015-03-17", (2_012, 88_759)),
        ("2015-06-17", (2_033, 87_751)),
    ] {
        let other = calendar(HOURS, |holiday| Some(holiday.clone()), &[date]);
        holds(date, ours, &other, figures);
    }
    holds("none", ours, &calendar(HOURS, |_| None, &[]), (1_555, 73_667));
    let of_2015 = |holiday: &Holiday| holiday.date.starts_with("2015").then(|| holiday.clone());
    holds("those of 2015", ours, &calendar(HOURS, of_2015, &[]), (2_023, 89_588));
    let always = |it: &Holiday| Some(Holiday { known_from: String::new(), ..it.clone() });
    holds("known all year", ours, &calendar(HOURS, always, &[]), (2_030, 90_289));
}

#[test]
fn the_tolerance_hides_little() {
    for (table, figures) in [
        ("policies", [(2_068, 90_628), (2_060, 90_269), (2_048, 89_395), (1_239, 48_555)]),
        // Within 600 s nothing was published for the versions: the figure is the Python's.
        ("policy-versions", [(2_239, 92_743), (2_222, 92_356), (2_206, 91_454), (1_352, 50_174)]),
    ] {
        let policies = Policies::read(&format!("boston-311-2015-{table}.csv"));
        for Year { rows, figure } in years() {
            let found = distances(&rows, &policies, &city(), ours);
            let within = [600, 120, 60, 0].map(|seconds| within(&found, seconds));
            assert_eq!(within, figures.map(figure), "{table}, {} rows", rows.len());
        }
    }
}

#[test]
fn versions_without_holidays_reproduce_fewer() {
    let policies = Policies::read("boston-311-2015-policy-versions.csv");
    let without = calendar(HOURS, |_| None, &[]);
    for Year { rows, figure } in years() {
        let found = within(&distances(&rows, &policies, &without, ours), 300);
        assert_eq!(found, figure((1_654, 74_889)));
    }
}

/// Rows of calendar-day types whose offset from UTC differs between start and computed target: how many there are, and how
/// many are reproduced by the wall clock and by n × 24 h.
fn across_changes(rows: &[Row]) -> [usize; 3] {
    let (policies, city) = (Policies::read("boston-311-2015-policies.csv"), city());
    let mut counts = [0; 3];
    for row in rows {
        let (Some(start), Some(target)) = (instant(&row["opened"]), instant(&row["target"])) else {
            continue;
        };
        let Some(length @ Length::CalendarDays(_)) = policies.at(&row["type"], start) else {
            continue;
        };
        let due = ours(city.known_at(start), start, length).unwrap();
        if zone().to_offset(start) == zone().to_offset(due) {
            continue;
        }
        let near = |at: Timestamp| usize::from(at.duration_since(target).as_secs().abs() <= 300);
        let elapsed = calendar_days_elapsed(city.known_at(start), start, length).unwrap();
        for (count, more) in counts.iter_mut().zip([1, near(due), near(elapsed)]) {
            *count += more;
        }
    }
    counts
}

#[test]
fn across_a_clock_change_days_keep_the_wall_clock() {
    for Year { rows, figure } in years() {
        let figures = [(281, 7_009), (249, 6_473), (0, 0)].map(figure);
        assert_eq!(across_changes(&rows), figures);
    }
}
