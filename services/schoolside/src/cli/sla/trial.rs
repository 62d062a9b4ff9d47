//! Trying a rule: due dates and open time from a calendar file alone, without a server.

use std::{path::PathBuf, str::FromStr};

use clap::Args;
use jiff::tz::TimeZone;
use kernel::Timestamp;
use serde_json::{Value, json};
use sla_domain::{
    calendar::{Hours, Timetable},
    clock::{Length, Pause, Run, elapsed},
    words::PauseReason,
};

use crate::{cli::calendar, context::Context, failure::Failure, out};

/// `schoolside sla due`.
#[derive(Debug, Args)]
pub struct DueArgs {
    #[command(flatten)]
    calendar: CalendarArgs,
    /// From when on the clock runs (RFC 3339).
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    start: Timestamp,
    /// How long it may take: hours, minutes or seconds of open time, business_days or calendar_days.
    #[arg(long, value_name = "LENGTH", allow_hyphen_values = true)]
    target: Length,
    #[command(flatten)]
    waits: Waits,
    /// When it was done.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    fulfilled: Option<Timestamp>,
    /// As of when; what is later does not count yet. Without it, everything counts.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    now: Option<Timestamp>,
}

/// `schoolside sla elapsed`.
#[derive(Debug, Args)]
pub struct ElapsedArgs {
    #[command(flatten)]
    calendar: CalendarArgs,
    /// From when on.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    from: Timestamp,
    /// Until when, itself not included.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    to: Timestamp,
    #[command(flatten)]
    waits: Waits,
}

#[derive(Debug, Args)]
struct CalendarArgs {
    /// The calendar file.
    #[arg(long, value_name = "FILE")]
    calendar: PathBuf,
}

#[derive(Debug, Args)]
struct Waits {
    /// A pause that stops the clock, which lasts if it has no end; may be repeated.
    #[arg(long = "pause", value_name = "FROM..[TO]")]
    pauses: Vec<Wait>,
}

/// A pause as it is given.
#[derive(Debug, Clone, Copy)]
struct Wait {
    from: Timestamp,
    to: Option<Timestamp>,
}

fn any_instant(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|error| {
        format!("{text:?} is not an instant such as 2026-01-27T05:40:00-05:00: {error}")
    })
}

/// An instant of the years that calendars cover: beyond them they would count as shut.
fn instant(text: &str) -> Result<Timestamp, String> {
    let at = any_instant(text)?;
    if (1900..2300).contains(&TimeZone::UTC.to_datetime(at).year()) {
        return Ok(at);
    }
    Err(format!("{text:?} lies outside the years 1900 to 2299, which calendars cover"))
}

impl FromStr for Wait {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) =
            text.split_once("..").ok_or("expected FROM..TO, or FROM.. while it lasts")?;
        let from = any_instant(from)?;
        let to = if to.is_empty() { None } else { Some(any_instant(to)?) };
        match to {
            Some(to) if to < from => Err("a pause cannot end before it begins".into()),
            _ => Ok(Self { from, to }),
        }
    }
}

impl Waits {
    fn pauses(&self) -> Vec<Pause> {
        let reason = PauseReason::WaitingForRequester;
        self.pauses.iter().map(|wait| Pause { reason, from: wait.from, to: wait.to }).collect()
    }
}

impl CalendarArgs {
    fn read(&self) -> Result<Timetable, Failure> {
        let (definition, _) = calendar::read_file(&self.calendar)?;
        Ok(Timetable::new(definition))
    }
}

/// Closures and openings count from the instant on at which they are known.
fn known(timetable: &Timetable, now: Option<Timestamp>) -> &Hours {
    now.map_or_else(|| timetable.known_at_last(), |now| timetable.known_at(now))
}

/// Prints when something is due, and how it stands.
///
/// # Errors
/// When the file is no calendar, or has not so much open time.
pub fn due(args: &DueArgs, context: &Context) -> Result<(), Failure> {
    let timetable = args.calendar.read()?;
    let pauses = args.waits.pauses();
    let run = Run {
        start: args.start,
        length: args.target,
        hours: known(&timetable, args.now),
        pauses: &pauses,
        stopped: args.fulfilled,
        now: args.now,
    };
    let reckoned = run.reckon();
    let resumable = args.now.is_none() || reckoned.due_if_resumed_now.is_some();
    if reckoned.due.is_none() && !(reckoned.is_held() && resumable) {
        return Err(Failure::Usage(format!(
            "--target {}: {} has not so much open time from {} to the year 2300",
            args.target,
            args.calendar.calendar.display(),
            args.start
        )));
    }
    let verdict = reckoned.in_time.map(|in_time| if in_time { "met" } else { "missed" });
    let answer = json!({
        "due": text(reckoned.due),
        "due_if_resumed_now": text(reckoned.due_if_resumed_now),
        "verdict": verdict,
        "elapsed_seconds": reckoned.elapsed.as_secs(),
    });
    say(&answer, context);
    Ok(())
}

/// Prints how much open time lies between two instants, pauses left out.
///
/// # Errors
/// When the file is no calendar.
pub fn open_time(args: &ElapsedArgs, context: &Context) -> Result<(), Failure> {
    if args.to < args.from {
        return Err(Failure::Usage("--to lies before --from".into()));
    }
    let timetable = args.calendar.read()?;
    let elapsed = elapsed(known(&timetable, None), args.from, args.to, &args.waits.pauses());
    say(&json!({ "elapsed_seconds": elapsed.as_secs() }), context);
    Ok(())
}

fn text(instant: Option<Timestamp>) -> Value {
    instant.map_or(Value::Null, |instant| instant.to_string().into())
}

fn say(answer: &Value, context: &Context) {
    if context.json {
        return out::json(answer);
    }
    for (name, value) in answer.as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        out::line(format!("{}: {value}", name.replace('_', " ")));
    }
}
