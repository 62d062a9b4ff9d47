//! Events: what of each date they take, in the calendar's zone.

use std::collections::BTreeMap;

use jiff::{
    ToSpan,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

use super::{
    lines::{Line, lines},
    moment::Moment,
    recur,
};
use crate::{
    calendar::definition::{DAY_SECONDS, Span},
    fault::Faults,
};

/// The most days of one event: a school year.
const MAX_DAYS: usize = 400;
/// The most dates of all its occurrences.
const MAX_DATES: usize = 4_000;
/// What makes an event many, or a part of many, in ways that are not read.
const RECURRING: [&str; 3] = ["RDATE", "EXRULE", "RECURRENCE-ID"];

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

/// The events of a file; of several editions of one the latest. Those that recur are taken up to the date `last`;
/// without it only their own end stops them.
///
/// # Errors
/// Everything that cannot be read, each with its line. Nothing is left out silently.
pub fn read(text: &str, zone: &TimeZone, last: Option<Date>) -> Result<Vec<Event>, Faults> {
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
                    let found = event(&std::mem::take(&mut current), zone, last, line);
                    match found {
                        Ok(found) => keep(&mut events, found),
                        Err((place, problem)) => faults.add(place, problem),
                    }
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

fn keep(events: &mut BTreeMap<String, Event>, event: Event) {
    if events.get(&event.uid).is_none_or(|known| known.sequence <= event.sequence) {
        events.insert(event.uid.clone(), event);
    }
}

fn event(
    lines: &[&Line],
    zone: &TimeZone,
    last: Option<Date>,
    end: &Line,
) -> Result<Event, (String, String)> {
    let of = |name: &str| lines.iter().copied().find(|line| line.name == name);
    let summary = of("SUMMARY").map(Line::text).unwrap_or_default();
    let number = lines.first().map_or(end.number, |one| one.number);
    let read = || -> Result<Event, String> {
        if let Some(line) = lines.iter().find(|line| RECURRING.contains(&line.name.as_str())) {
            let problem = "recurs, which is not read; export the calendar with every occurrence as an event of its own";
            return Err(format!("{problem} ({} in line {})", line.name, line.number));
        }
        let sequence = of("SEQUENCE").map_or(Ok(0), |line| line.value.trim().parse());
        let uid = of("UID").map(Line::text).filter(|uid| !uid.is_empty()).ok_or("has no UID")?;
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
            days: days(lines, zone, last)?,
        })
    };
    read().map_err(|problem| (format!("line {number} ({summary:?})"), problem))
}

/// What an event takes of each date, each time it occurs.
fn days(lines: &[&Line], zone: &TimeZone, last: Option<Date>) -> Result<Vec<(Date, Span)>, String> {
    let of = |name: &str| lines.iter().copied().find(|line| line.name == name);
    let start = Moment::read(of("DTSTART").ok_or("has no DTSTART")?, zone)?;
    let long = length(&start, of("DTEND"), of("DURATION"), zone)?;
    let mut days = Vec::new();
    for begin in recur::beginnings(lines, &start, zone, last)? {
        days.extend(dates(begin.there(zone)?, after(&begin, long, zone)?)?);
        if days.len() > MAX_DATES {
            return Err(format!("takes more than {MAX_DATES} dates"));
        }
    }
    Ok(days)
}

/// How long an event lasts each time: by the calendar for dates, exactly from time to time (RFC 5545, 3.8.5.3).
/// A DTEND lies after the last day or second; a date without an end is one day.
fn length(
    start: &Moment,
    end: Option<&Line>,
    duration: Option<&Line>,
    zone: &TimeZone,
) -> Result<jiff::Span, String> {
    match (end, duration) {
        (Some(end), _) => {
            let end = Moment::read(end, zone)?;
            let long = match start.own {
                None => start.at.until(end.there(zone)?),
                Some(_) => start.instant(zone)?.until(end.instant(zone)?),
            };
            long.map_err(|_| "has a DTEND beyond all dates".into())
        }
        (None, Some(line)) => {
            line.value.trim().parse().map_err(|_| "has a DURATION that is none".into())
        }
        (None, None) if start.own.is_none() => Ok(1.day()),
        (None, None) => Err("has a time but neither DTEND nor DURATION".into()),
    }
}

/// So long after a beginning, in the calendar's zone.
fn after(begin: &Moment, long: jiff::Span, zone: &TimeZone) -> Result<DateTime, String> {
    let beyond = |_| "lies beyond all dates".to_owned();
    match &begin.own {
        None => begin.at.checked_add(long).map_err(beyond),
        Some(own) => {
            let begin = begin.instant(zone)?.to_zoned_datetime(own.clone());
            let end = begin.checked_add(long).map_err(beyond)?;
            Ok(zone.to_datetime(end.timestamp()))
        }
    }
}

/// What one occurrence takes of each date.
fn dates(from: DateTime, until: DateTime) -> Result<Vec<(Date, Span)>, String> {
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
