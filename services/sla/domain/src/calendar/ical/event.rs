//! Events: what of each date they take, in the calendar's zone.

use std::collections::BTreeMap;

use jiff::{
    ToSpan,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

use super::lines::{Line, lines};
use crate::{
    calendar::definition::{DAY_SECONDS, Span},
    fault::Faults,
};

/// The most days of one event: a school year.
const MAX_DAYS: usize = 400;
/// What makes an event many, or a part of many.
const RECURRING: [&str; 5] = ["RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"];

/// An event that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id, the same in every edition of the file.
    pub uid: String,
    /// Its edition.
    pub sequence: u32,
    /// What it is called.
    pub summary: String,
    /// What it is filed under.
    pub categories: Vec<String>,
    /// Whether it was called off.
    pub cancelled: bool,
    /// What it takes of each date.
    pub days: Vec<(Date, Span)>,
}

/// The events of a file; of several editions of one the latest.
///
/// # Errors
/// Everything that cannot be read, each with its line. Nothing is left out silently.
pub fn read(text: &str, zone: &TimeZone) -> Result<Vec<Event>, Faults> {
    let mut faults = Faults::default();
    let lines = lines(text, &mut faults);
    let value = |line: &Line| line.value.to_ascii_uppercase();
    if !lines.first().is_some_and(|line| line.name == "BEGIN" && value(line) == "VCALENDAR") {
        faults.add("", "the file is no iCalendar: it does not begin with BEGIN:VCALENDAR");
        return Err(faults);
    }
    let mut inside: Vec<String> = Vec::new();
    let mut current: Vec<&Line> = Vec::new();
    let mut events: BTreeMap<String, Event> = BTreeMap::new();
    for line in &lines {
        match line.name.as_str() {
            "BEGIN" => inside.push(value(line)),
            "END" => {
                if inside.pop() != Some(value(line)) {
                    faults.add(format!("line {}", line.number), "ends what did not begin");
                }
                if value(line) == "VEVENT" {
                    let found = event(&std::mem::take(&mut current), zone, line, &mut faults);
                    keep(&mut events, found);
                }
            }
            _ if inside.last().is_some_and(|part| part == "VEVENT") => current.push(line),
            _ => {}
        }
    }
    if let Some(part) = inside.last() {
        faults.add("", format!("the file is cut off: {part} does not end"));
    }
    faults.or(events.into_values().collect())
}

fn keep(events: &mut BTreeMap<String, Event>, found: Option<Event>) {
    let Some(event) = found else { return };
    if events.get(&event.uid).is_none_or(|known| known.sequence <= event.sequence) {
        events.insert(event.uid.clone(), event);
    }
}

fn event(lines: &[&Line], zone: &TimeZone, end: &Line, faults: &mut Faults) -> Option<Event> {
    let of = |name: &str| lines.iter().copied().find(|line| line.name == name);
    let summary = of("SUMMARY").map(Line::text).unwrap_or_default();
    let place =
        format!("line {} ({summary:?})", lines.first().map_or(end.number, |one| one.number));
    if let Some(line) = lines.iter().find(|line| RECURRING.contains(&line.name.as_str())) {
        let problem = "recurs, which is not read; export the calendar with every occurrence as an event of its own";
        faults.add(&place, format!("{problem} ({} in line {})", line.name, line.number));
        return None;
    }
    let read = || -> Result<Event, String> {
        let sequence = of("SEQUENCE").map_or(Ok(0), |line| line.value.trim().parse());
        let uid = of("UID").map(Line::text).filter(|uid| !uid.is_empty()).ok_or("has no UID")?;
        let start = of("DTSTART").ok_or("has no DTSTART")?;
        Ok(Event {
            uid,
            sequence: sequence.map_err(|_| "has a SEQUENCE that is no number")?,
            summary: summary.clone(),
            categories: lines
                .iter()
                .filter(|line| line.name == "CATEGORIES")
                .flat_map(|line| line.text().split(',').map(str::to_owned).collect::<Vec<_>>())
                .collect(),
            cancelled: of("STATUS")
                .is_some_and(|line| line.value.trim().eq_ignore_ascii_case("CANCELLED")),
            days: days(start, of("DTEND"), of("DURATION"), zone)?,
        })
    };
    read().map_err(|problem| faults.add(&place, problem)).ok()
}

/// A DTEND lies after the last day or second; a date without an end is one day.
fn days(
    start: &Line,
    end: Option<&Line>,
    duration: Option<&Line>,
    zone: &TimeZone,
) -> Result<Vec<(Date, Span)>, String> {
    let whole = start.value.trim().len() == 8;
    let from = moment(start, zone)?;
    let until = match (end, duration) {
        (Some(end), _) => moment(end, zone)?,
        (None, Some(line)) => {
            let long: jiff::Span =
                line.value.trim().parse().map_err(|_| "has a DURATION that is none")?;
            from.checked_add(long).map_err(|_| "has a DURATION beyond all dates")?
        }
        (None, None) if whole => from.tomorrow().map_err(|_| "lies beyond all dates")?,
        (None, None) => return Err("has a time but neither DTEND nor DURATION".into()),
    };
    if until <= from {
        return Err("does not end after it begins".into());
    }
    let midnight = Time::midnight();
    let dates = from.date().series(1.day()).take_while(|date| date.to_datetime(midnight) < until);
    let seconds = |time: Time| {
        let (hours, minutes) = (time.hour().unsigned_abs(), time.minute().unsigned_abs());
        u32::from(hours) * 3600 + u32::from(minutes) * 60 + u32::from(time.second().unsigned_abs())
    };
    let part = |date: Date| Span {
        from: if date == from.date() { seconds(from.time()) } else { 0 },
        to: if date == until.date() { seconds(until.time()) } else { DAY_SECONDS },
    };
    let days: Vec<_> = dates.take(MAX_DAYS + 1).map(|date| (date, part(date))).collect();
    if days.len() > MAX_DAYS {
        return Err(format!("lasts more than {MAX_DAYS} days"));
    }
    Ok(days)
}

/// A date, or a time by its own zone, by UTC, or by the calendar's.
fn moment(line: &Line, zone: &TimeZone) -> Result<DateTime, String> {
    let text = line.value.trim();
    let wrong = || {
        format!("has {} {text:?}, which is no date or time of the years 1900 to 2299", line.name)
    };
    let (local, utc) = match text.strip_suffix('Z') {
        Some(local) => (local, true),
        None => (text, false),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let well_formed = match local.split_once('T') {
        Some((date, time)) => date.len() == 8 && time.len() == 6 && digits(date) && digits(time),
        None => local.len() == 8 && !utc && digits(local),
    };
    let at: DateTime =
        Some(local).filter(|_| well_formed).and_then(|at| at.parse().ok()).ok_or_else(wrong)?;
    let at = Some(at).filter(|at| (1900..2300).contains(&at.year())).ok_or_else(wrong)?;
    if local.len() == 8 {
        return Ok(at);
    }
    let own = match line.parameter("TZID") {
        _ if utc => TimeZone::UTC,
        Some(name) => TimeZone::get(name.trim_start_matches('/'))
            .map_err(|_| format!("has the zone {name:?}, which is no IANA name"))?,
        _ => zone.clone(),
    };
    let at = own.to_timestamp(at).map_err(|_| wrong())?;
    Ok(zone.to_datetime(at))
}
