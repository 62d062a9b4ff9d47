//! Events that recur every year: on a date, or on the so-manieth weekday of a month. Other rules are refused.

use jiff::{
    civil::{Date, DateTime, Weekday},
    tz::TimeZone,
};

use super::{lines::Line, moment::Moment};

/// What is said of a rule that is not read.
const INSTEAD: &str =
    "which is not read; export the calendar with every occurrence as an event of its own";
/// The last year of calendars.
const LAST_YEAR: i16 = 2299;

/// Which date of a year.
enum Place {
    /// A day of a month.
    Day(i8, i8),
    /// The so-manieth weekday of a month, from its end if negative.
    Weekday(i8, i8, Weekday),
}

impl Place {
    /// INVARIANT: a date that a year does not have, such as 29 February, is left out (RFC 5545).
    fn in_year(&self, year: i16) -> Option<Date> {
        match *self {
            Self::Day(month, day) => Date::new(year, month, day).ok(),
            Self::Weekday(month, nth, weekday) => {
                Date::new(year, month, 1).ok()?.nth_weekday_of_month(nth, weekday).ok()
            }
        }
    }
}

/// Where a rule ends.
enum End {
    Count(usize),
    Until(Moment),
    Never,
}

struct Rule {
    place: Place,
    interval: i16,
    end: End,
}

/// When an event begins each time, up to a date: the first time alone without a rule.
pub(super) fn beginnings(
    lines: &[&Line],
    start: &Moment,
    zone: &TimeZone,
    last: Option<Date>,
) -> Result<Vec<Moment>, String> {
    let named =
        |name: &str| lines.iter().copied().filter(|line| line.name == name).collect::<Vec<_>>();
    let (rules, left_out) = (named("RRULE"), named("EXDATE"));
    let line = match rules[..] {
        [] if left_out.is_empty() => return Ok(vec![start.clone()]),
        [line] => line,
        [] => return Err("has an EXDATE without an RRULE".into()),
        _ => return Err(format!("has several RRULEs, {INSTEAD}")),
    };
    let rule = rule(&line.value.to_ascii_uppercase(), start, zone)
        .map_err(|problem| format!("{problem} (RRULE in line {})", line.number))?;
    if matches!(rule.end, End::Never) && last.is_none() {
        return Err("recurs for ever; say up to which date it is to be taken (--until)".into());
    }
    let all = expanded(&rule, start, zone)?;
    if all.first().is_none_or(|first| first.at != start.at) {
        return Err(format!("begins on a date that its RRULE does not give, {INSTEAD}"));
    }
    let mut kept = all.clone();
    for line in left_out {
        for value in line.value.split(',') {
            let gone = Moment::of("EXDATE", value.trim(), line.parameter("TZID"), zone)?;
            let gone = gone.instant(zone)?;
            let is = |one: &Moment| one.instant(zone).is_ok_and(|at| at == gone);
            if !all.iter().any(is) {
                return Err(format!("has the EXDATE {value:?}, at which it does not occur"));
            }
            kept.retain(|one| !is(one));
        }
    }
    kept.retain(|one| last.is_none_or(|last| one.at.date() <= last));
    Ok(kept)
}

fn expanded(rule: &Rule, start: &Moment, zone: &TimeZone) -> Result<Vec<Moment>, String> {
    let step = usize::try_from(rule.interval).unwrap_or(1);
    let years = (start.at.year()..=LAST_YEAR).step_by(step);
    let dates = years.filter_map(|year| rule.place.in_year(year));
    let times = dates.map(|date| DateTime::from_parts(date, start.at.time()));
    let times = times.filter(|at| *at >= start.at).map(|at| start.moved(at));
    match &rule.end {
        End::Never => Ok(times.collect()),
        End::Count(count) => Ok(times.take(*count).collect()),
        End::Until(until) if until.own.is_none() => {
            Ok(times.take_while(|one| one.at.date() <= until.at.date()).collect())
        }
        End::Until(until) => {
            let until = until.instant(zone)?;
            Ok(times.take_while(|one| one.instant(zone).is_ok_and(|at| at <= until)).collect())
        }
    }
}

fn rule(text: &str, start: &Moment, zone: &TimeZone) -> Result<Rule, String> {
    let mut parts = Vec::new();
    for part in text.trim().trim_end_matches(';').split(';') {
        let (key, value) = part.split_once('=').ok_or_else(|| format!("has {part:?} in it"))?;
        let known = [
            "FREQ",
            "INTERVAL",
            "COUNT",
            "UNTIL",
            "BYMONTH",
            "BYMONTHDAY",
            "BYDAY",
            "BYSETPOS",
            "WKST",
        ];
        if !known.contains(&key) {
            return Err(format!("recurs by {key}, {INSTEAD}"));
        }
        parts.push((key, value));
    }
    let of = |key: &str| parts.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
    if of("FREQ") != Some("YEARLY") {
        let freq = of("FREQ").unwrap_or("nothing");
        return Err(format!("recurs by FREQ={freq}, {INSTEAD}"));
    }
    let interval = of("INTERVAL").map_or(Some(1), |text| text.parse().ok());
    let interval = interval.filter(|years| *years > 0).ok_or("has an INTERVAL that is none")?;
    let end = match (of("COUNT"), of("UNTIL")) {
        (None, None) => End::Never,
        (Some(count), None) => End::Count(count.parse().map_err(|_| "has a COUNT that is none")?),
        (None, Some(until)) => End::Until(until_of(until, start, zone)?),
        (Some(_), Some(_)) => return Err("has both COUNT and UNTIL".into()),
    };
    let by = [of("BYMONTH"), of("BYMONTHDAY"), of("BYDAY"), of("BYSETPOS")];
    let place = place(by, start.at.date()).ok_or_else(|| format!("recurs by {text}, {INSTEAD}"))?;
    Ok(Rule { place, interval, end })
}

/// A time without a zone is one of the event's own.
fn until_of(text: &str, start: &Moment, zone: &TimeZone) -> Result<Moment, String> {
    Moment::of("UNTIL", text, None, start.own.as_ref().unwrap_or(zone))
}

/// `None` for what is more than one date of a year.
fn place(by: [Option<&str>; 4], start: Date) -> Option<Place> {
    let [month, day, weekday, set] = by;
    let number = |text: &str| text.parse::<i8>().ok();
    match (month.map(number), day, weekday, set) {
        (None, None, None, None) => Some(Place::Day(start.month(), start.day())),
        (Some(month), None, None, None) => Some(Place::Day(month?, start.day())),
        (Some(month), Some(day), None, None) => {
            Some(Place::Day(month?, number(day)?)).filter(|_| !day.starts_with('-'))
        }
        (Some(month), None, Some(weekday), set) => {
            let (nth, name) = weekday.split_at_checked(weekday.len().checked_sub(2)?)?;
            let nth = if nth.is_empty() { set } else { Some(nth).filter(|_| set.is_none()) };
            let nth = number(nth?).filter(|nth| *nth != 0)?;
            Some(Place::Weekday(month?, nth, weekday_of(name)?))
        }
        _ => None,
    }
}

fn weekday_of(name: &str) -> Option<Weekday> {
    let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let index = names.iter().position(|known| *known == name)?;
    Weekday::from_monday_zero_offset(i8::try_from(index).ok()?).ok()
}
