//! `schoolside calendar show`: a calendar date by date, for whoever reviews it.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use jiff::{SignedDuration, civil::Date, tz::TimeZone};
use kernel::Timestamp;
use serde_json::{Value, json};
use sla_domain::calendar::{
    Timetable,
    definition::{Span, time_of_day},
    review::{Day, days},
};

use super::{file::read_file, published::Published};
use crate::{context::Context, failure::Failure, out};

/// The most dates that are shown: ten years.
const MAX_DAYS: i32 = 3_660;

/// `schoolside calendar show`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("shown").required(true))]
pub struct ShowArgs {
    /// The published calendar: its id.
    #[arg(group = "shown")]
    calendar: Option<String>,
    /// A calendar file; needs no server.
    #[arg(long, value_name = "FILE", group = "shown")]
    calendar_file: Option<PathBuf>,
    /// The first date.
    #[arg(long, value_name = "DATE", value_parser = date)]
    from: Date,
    /// The last date, itself shown too.
    #[arg(long, value_name = "DATE", value_parser = date)]
    to: Date,
    /// As of when; what became known later does not count yet. Without it, everything counts.
    #[arg(long, value_name = "INSTANT")]
    now: Option<Timestamp>,
}

/// A date that calendars cover.
pub(super) fn date(text: &str) -> Result<Date, String> {
    wire::time::parse_date(text)
        .filter(|date| (1900..2300).contains(&date.year()))
        .ok_or_else(|| "expected a date as YYYY-MM-DD between 1900 and 2299".into())
}

/// A calendar, and where it stands.
struct Shown {
    /// Its name and version, if it is published.
    published: Option<(String, i32)>,
    timetable: Timetable,
    zone: TimeZone,
}

/// Shows a calendar.
///
/// # Errors
/// When there is none, or the dates are out of order or too many.
pub async fn run(args: &ShowArgs, context: &Context) -> Result<(), Failure> {
    if args.to < args.from {
        return Err(Failure::Usage("--to lies before --from".into()));
    }
    let long = args.from.until(args.to).map_or(MAX_DAYS, |long| long.get_days());
    if long >= MAX_DAYS {
        let problem = format!("--from to --to are more than {MAX_DAYS} dates; show fewer at once");
        return Err(Failure::Usage(problem));
    }
    let shown = find(args, context).await?;
    let days: Vec<_> = days(&shown.timetable, args.now, args.from, args.to).collect();
    if context.json {
        out::json(&report(&shown, &days));
    } else {
        out::line(said(&shown, &days));
    }
    Ok(())
}

async fn find(args: &ShowArgs, context: &Context) -> Result<Shown, Failure> {
    let (definition, published) = match (&args.calendar_file, &args.calendar) {
        (Some(file), _) => (read_file(file)?.0, None),
        (None, id) => {
            let id = id.as_deref().unwrap_or_default();
            let (found, definition) = Published::get(id, "director", context).await?;
            (definition, Some((found.name, found.version)))
        }
    };
    let timetable = Timetable::new(definition);
    let zone = timetable.known_at_last().zone().clone();
    Ok(Shown { published, timetable, zone })
}

fn total(days: &[Day<'_>]) -> SignedDuration {
    days.iter().map(Day::open_time).fold(SignedDuration::ZERO, SignedDuration::saturating_add)
}

fn report(shown: &Shown, days: &[Day<'_>]) -> Value {
    json!({
        "calendar": shown.published.as_ref().map(|(name, _)| name),
        "version": shown.published.as_ref().map(|(_, version)| version),
        "zone": shown.timetable.definition().zone,
        "days": days.iter().map(|day| report_day(day, &shown.zone)).collect::<Vec<_>>(),
        "open_seconds": total(days).as_secs(),
    })
}

fn report_day(day: &Day<'_>, zone: &TimeZone) -> Value {
    let open = day.open.iter().map(|(from, to)| {
        json!({
            "from": from.to_string(),
            "to": to.to_string(),
            "local_from": local(*from, day.date, zone),
            "local_to": local(*to, day.date, zone),
        })
    });
    let part = |hours: Span, label: &str, known_from: Option<Timestamp>| {
        json!({
            "from": time_of_day(hours.from),
            "to": time_of_day(hours.to),
            "label": label,
            "known_from": known_from.map(|at| at.to_string()),
        })
    };
    let closures = day.closures.iter().map(|one| {
        let mut closure = part(one.hours, &one.label, one.known_from);
        closure["yearly"] = one.yearly.into();
        closure
    });
    let openings = day.openings.iter().map(|one| part(one.hours, &one.label, one.known_from));
    json!({
        "date": day.date.to_string(),
        "weekday": weekday(day.date),
        "open": open.collect::<Vec<_>>(),
        "open_seconds": day.open_time().as_secs(),
        "closures": closures.collect::<Vec<_>>(),
        "openings": openings.collect::<Vec<_>>(),
    })
}

fn said(shown: &Shown, days: &[Day<'_>]) -> String {
    let published = shown.published.as_ref();
    let name = published.map(|(name, version)| format!("{name} version {version}, "));
    let zone = &shown.timetable.definition().zone;
    let rows: Vec<_> = days.iter().map(|day| said_day(day, &shown.zone)).collect();
    let table = out::table(&["date", "", "open", "length", "differs by"], &rows);
    let total = hours(total(days));
    format!("{}times of {zone}\n\n{table}\n\nopen in all: {total}", name.unwrap_or_default())
}

fn said_day(day: &Day<'_>, zone: &TimeZone) -> Vec<String> {
    let span = |(from, to): &(Timestamp, Timestamp)| {
        format!("{}–{}", local(*from, day.date, zone), local(*to, day.date, zone))
    };
    let open: Vec<_> = day.open.iter().map(span).collect();
    let differs = |kind: &str, hours: Span, label: &str, known_from: Option<Timestamp>| {
        let known = known_from.map(|at| format!(" (known from {at})")).unwrap_or_default();
        let (from, to) = (time_of_day(hours.from), time_of_day(hours.to));
        format!("{kind} {from}–{to} {label}{known}").replace("  ", " ")
    };
    let closures = day.closures.iter();
    let closures = closures.map(|one| differs("closed", one.hours, &one.label, one.known_from));
    let openings = day.openings.iter();
    let openings = openings.map(|one| differs("open", one.hours, &one.label, one.known_from));
    let open = if open.is_empty() { "–".to_owned() } else { open.join(", ") };
    let length = hours(day.open_time());
    let differs = closures.chain(openings).collect::<Vec<_>>().join("; ");
    vec![day.date.to_string(), weekday(day.date), open, length, differs]
}

/// Open time in hours: a day of it would be ambiguous.
fn hours(long: SignedDuration) -> String {
    format!("{} h {} min", long.as_hours(), long.as_mins() % 60)
}

fn weekday(date: Date) -> String {
    date.strftime("%a").to_string().to_lowercase()
}

/// The local time of an instant of a date; its end is 24:00.
fn local(at: Timestamp, date: Date, zone: &TimeZone) -> String {
    let local = zone.to_datetime(at);
    if local.date() > date {
        return "24:00".into();
    }
    let time = local.time().to_string();
    time.strip_suffix(":00").map_or_else(|| time.clone(), str::to_owned)
}
