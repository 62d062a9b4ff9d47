//! How often what is asked: the rates that the district's description states.

use jiff::civil::{Date, Weekday};

/// Requests in a year.
const A_YEAR: f64 = 24_000.0;
/// January to December, relative to one another.
const MONTHS: [f64; 12] = [1.05, 0.95, 1.0, 0.95, 1.1, 0.8, 0.45, 2.1, 1.5, 1.1, 0.85, 0.65];
/// Monday to Sunday.
const WEEKDAYS: [f64; 7] = [1.25, 1.1, 1.0, 0.95, 0.7, 0.03, 0.08];
/// The hours from [`FIRST_HOUR`] on, in percent; the rest falls at [`OTHER_HOURS`].
const HOURS: [f64; 12] = [3.0, 12.0, 14.0, 10.0, 9.0, 8.0, 7.0, 8.0, 10.0, 10.0, 5.0, 2.0];
const FIRST_HOUR: usize = 6;
const OTHER_HOURS: [usize; 5] = [5, 18, 19, 20, 21];
/// The share of late buses that are reported while the buses run, in the hours 6 and 7.
const BUS_MORNING: f64 = 0.6;
/// For how many days with pupils the year's first changes of stops come in.
const NEW_STOPS_DAYS: usize = 10;

/// What of a date matters for the rates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day {
    pub date: Date,
    /// Whether the office opens at all.
    pub office: bool,
    /// Whether there are pupils.
    pub pupils: bool,
    /// The how-manieth day with pupils of the school year it is, from 1.
    pub nth_with_pupils: usize,
}

/// How many requests are expected on a day if every type had its usual share.
pub(super) fn of_day(day: &Day) -> f64 {
    let month = MONTHS[usize::try_from(day.date.month() - 1).unwrap_or(0)];
    let weekday = if day.office { day.date.weekday() } else { Weekday::Sunday };
    let weekday = WEEKDAYS[usize::try_from(weekday.to_monday_zero_offset()).unwrap_or(0)];
    A_YEAR / 365.0 * (month / mean(&MONTHS)) * (weekday / mean(&WEEKDAYS))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// By how much a type's share of a day differs from its usual one.
pub(super) fn of_type(code: &str, category: &str, day: &Day) -> f64 {
    let month = day.date.month();
    match (code, category) {
        ("TRN1", _) if !day.pupils => 0.0,
        ("TRN2", _) if day.pupils && day.nth_with_pupils <= NEW_STOPS_DAYS => 4.0,
        ("FAC1", _) if month == 1 => 3.0,
        (_, "technology" | "staffing") if month == 8 => 2.0,
        (_, "budget_and_plan" | "procurement") if matches!(month, 4 | 5) => 2.0,
        _ => 1.0,
    }
}

/// The weights of a day's 24 hours, for a type.
pub(super) fn hours(code: &str) -> [f64; 24] {
    let mut hours = [0.0; 24];
    for (offset, percent) in HOURS.iter().enumerate() {
        hours[FIRST_HOUR + offset] = *percent;
    }
    let rest = (100.0 - HOURS.iter().sum::<f64>()) / OTHER_HOURS.len() as f64;
    for hour in OTHER_HOURS {
        hours[hour] = rest;
    }
    if code == "TRN1" {
        let morning = hours[6] + hours[7];
        let scale = (100.0 - morning) * BUS_MORNING / (1.0 - BUS_MORNING);
        (hours[6], hours[7]) = (scale / 2.0, scale / 2.0);
    }
    hours
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn day(date: Date, pupils: bool) -> Day {
        Day { date, office: true, pupils, nth_with_pupils: 90 }
    }

    #[test]
    fn a_year_without_holidays_has_the_stated_number() {
        let year = date(2025, 7, 1).series(jiff::ToSpan::days(1)).take(365);
        let total: f64 = year.map(|date| of_day(&day(date, true))).sum();
        assert!((total - 24_000.0).abs() < 300.0, "{total}");
    }

    #[test]
    fn three_late_buses_in_five_are_reported_in_the_morning_and_none_without_pupils() {
        let hours = hours("TRN1");
        let morning = (hours[6] + hours[7]) / hours.iter().sum::<f64>();
        assert!((morning - 0.6).abs() < 1e-9, "{morning}");
        assert_eq!(of_type("TRN1", "transportation", &day(date(2026, 2, 17), false)), 0.0);
    }

    #[test]
    fn a_holiday_is_like_a_sunday() {
        let monday = Day { office: false, ..day(date(2026, 2, 16), false) };
        assert_eq!(of_day(&monday), of_day(&day(date(2026, 2, 15), false)));
    }
}
