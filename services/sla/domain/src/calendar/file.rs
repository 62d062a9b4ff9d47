//! The calendar file: TOML, or JSON of the same shape.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use serde_json::Value;

use super::{
    check,
    definition::{Closure, DAY_SECONDS, Definition, Opening, Season, Span, Weekly},
};
use crate::{
    document::{Table, items, parse},
    fault::Faults,
};

const KEYS: [&str; 5] = ["zone", "weekly", "seasons", "closures", "openings"];
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The most closures, and openings: a century of days on which something is otherwise.
const MAX_DATES: usize = 10_000;
/// The most seasons.
const MAX_SEASONS: usize = 1_000;
/// The most intervals of a weekday.
const MAX_INTERVALS: usize = 100;

impl Definition {
    /// Reads a calendar file.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its path.
    pub fn read(text: &str) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            faults.add("", "the file is empty; a calendar has at least `zone` and `weekly`");
            return Err(faults);
        }
        let document = parse(text)?;
        let definition = read(&document, &mut faults);
        check::check(&definition, &mut faults);
        faults.or(definition)
    }
}

fn read(document: &Value, faults: &mut Faults) -> Definition {
    let Some(table) = Table::of(document, "", &KEYS, faults) else { return Definition::default() };
    let zone = table.required("zone", faults).unwrap_or_default();
    let tz = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let mut definition = Definition { zone: zone.to_owned(), ..Definition::default() };
    if let Some(value) = table.get("weekly") {
        definition.weekly = weekly(value, "weekly", faults);
    }
    for (path, value) in bounded(&table, "seasons", MAX_SEASONS, faults) {
        definition.seasons.extend(season(value, &path, faults));
    }
    for (path, value) in bounded(&table, "closures", MAX_DATES, faults) {
        definition.closures.extend(closure(value, &path, &tz, faults));
    }
    for (path, value) in bounded(&table, "openings", MAX_DATES, faults) {
        definition.openings.extend(opening(value, &path, &tz, faults));
    }
    definition
}

/// The items of a list, unless it has too many.
fn bounded<'a>(
    table: &Table<'a>,
    key: &str,
    most: usize,
    faults: &mut Faults,
) -> Vec<(String, &'a Value)> {
    let long = table.get(key).and_then(Value::as_array).map_or(0, Vec::len);
    if long > most {
        faults.add(table.path(key), format!("has {long} items; at most {most} are taken"));
        return Vec::new();
    }
    table.list(key, faults)
}

fn weekly(value: &Value, path: &str, faults: &mut Faults) -> Weekly {
    let mut weekly = Weekly::default();
    let Some(table) = Table::of(value, path, &WEEKDAYS, faults) else { return weekly };
    for (day, hours) in WEEKDAYS.iter().zip(&mut weekly.0) {
        for (path, value) in bounded(&table, day, MAX_INTERVALS, faults) {
            hours.extend(pair(value, &path, faults));
        }
    }
    weekly
}

fn pair(value: &Value, path: &str, faults: &mut Faults) -> Option<Span> {
    let ends = items(value, path, faults);
    let [(from_path, from), (to_path, to)] = ends.as_slice() else {
        faults.add(path, "expected two times, e.g. [\"08:00\", \"16:30\"]");
        return None;
    };
    let from = time(from.as_str(), from_path, false, faults);
    let to = time(to.as_str(), to_path, true, faults);
    Some(wrapped(from?, to?))
}

/// An end at or before its start lies on the next day.
pub(super) fn wrapped(from: u32, to: u32) -> Span {
    Span { from, to: if to <= from { to + DAY_SECONDS } else { to } }
}

fn season(value: &Value, path: &str, faults: &mut Faults) -> Option<Season> {
    let table = Table::of(value, path, &["from", "to", "weekly"], faults)?;
    let from = date(&table, "from", faults);
    let to = date(&table, "to", faults);
    let hours = table.get("weekly").map(|value| weekly(value, &table.path("weekly"), faults));
    if hours.is_none() {
        faults.add(table.path("weekly"), "is missing");
    }
    Some(Season { from: from?, to: to?, weekly: hours? })
}

fn closure(value: &Value, path: &str, tz: &TimeZone, faults: &mut Faults) -> Option<Closure> {
    let keys = ["date", "from", "to", "yearly", "known_from", "label"];
    let table = Table::of(value, path, &keys, faults)?;
    let date = date(&table, "date", faults);
    let hours = part(&table, faults);
    let yearly = table.flag("yearly", faults);
    let known_from = instant(&table, "known_from", tz, faults);
    let label = table.text("label", faults).unwrap_or_default().to_owned();
    Some(Closure { date: date?, hours: hours?, yearly, known_from, label })
}

fn opening(value: &Value, path: &str, tz: &TimeZone, faults: &mut Faults) -> Option<Opening> {
    let table = Table::of(value, path, &["date", "from", "to", "known_from", "label"], faults)?;
    let date = date(&table, "date", faults);
    let from = table.required("from", faults);
    let from = from.and_then(|text| time(Some(text), &table.path("from"), false, faults));
    let to = table.required("to", faults);
    let to = to.and_then(|text| time(Some(text), &table.path("to"), true, faults));
    let known_from = instant(&table, "known_from", tz, faults);
    let label = table.text("label", faults).unwrap_or_default().to_owned();
    Some(Opening { date: date?, hours: wrapped(from?, to?), known_from, label })
}

/// The part of a date between `from` and `to`; all of it without them.
pub(super) fn part(table: &Table<'_>, faults: &mut Faults) -> Option<Span> {
    let from = end_of(table, "from", false, 0, faults);
    let to = end_of(table, "to", true, DAY_SECONDS, faults);
    Some(Span { from: from?, to: to? })
}

fn end_of(
    table: &Table<'_>,
    key: &str,
    end: bool,
    absent: u32,
    faults: &mut Faults,
) -> Option<u32> {
    match table.get(key) {
        None => Some(absent),
        Some(value) => time(value.as_str(), &table.path(key), end, faults),
    }
}

/// A time of day as seconds; `24:00` only as an end.
fn time(text: Option<&str>, path: &str, end: bool, faults: &mut Faults) -> Option<u32> {
    let seconds = text.and_then(seconds_of_day).filter(|at| *at < DAY_SECONDS || end);
    if seconds.is_none() {
        let upper = if end { "24:00" } else { "23:59" };
        faults
            .add(path, format!("expected a time of day in quotes, from \"00:00\" to \"{upper}\""));
    }
    seconds
}

fn seconds_of_day(text: &str) -> Option<u32> {
    let mut total = 0;
    let parts: Vec<&str> = text.split(':').collect();
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    for (part, (unit, below)) in parts.iter().zip([(3600, 25), (60, 60), (1, 60)]) {
        if part.len() != 2 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        total += part.parse::<u32>().ok().filter(|number| *number < below)? * unit;
    }
    Some(total).filter(|total| *total <= DAY_SECONDS)
}

fn date(table: &Table<'_>, key: &str, faults: &mut Faults) -> Option<Date> {
    let text = table.required(key, faults)?;
    let date = wire::time::parse_date(text).filter(|date| (1900..2300).contains(&date.year()));
    if date.is_none() {
        faults.add(table.path(key), "expected a date as YYYY-MM-DD between 1900 and 2299");
    }
    date
}

/// An instant: RFC 3339, or a wall time in the calendar's zone.
fn instant(table: &Table<'_>, key: &str, tz: &TimeZone, faults: &mut Faults) -> Option<Timestamp> {
    let text = table.text(key, faults)?;
    // A zone in brackets could contradict the offset, or the calendar.
    let (text, time) = (text.trim(), text.trim().get(10..).unwrap_or_default());
    let absolute = || text.parse::<Timestamp>().ok();
    let local = || text.parse::<DateTime>().ok().and_then(|at| tz.to_timestamp(at).ok());
    let instant = match time {
        "" => None,
        time if time.contains('[') => None,
        time if time.contains(['+', '-', 'Z', 'z']) => absolute(),
        _ => local(),
    };
    if instant.is_none() {
        let problem = "expected an instant, e.g. 2026-01-27T05:40:00-05:00, or without the offset a time in the zone";
        faults.add(table.path(key), problem);
    }
    instant
}
