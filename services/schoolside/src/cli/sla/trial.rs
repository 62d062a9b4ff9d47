//! Trying a rule: due dates and open time from a calendar file alone, without a server.

use std::{fs, path::PathBuf, str::FromStr};

use clap::Args;
use kernel::Timestamp;
use serde_json::{Value, json};
use sla_domain::{
    calendar::{Definition, Hours, Timetable},
    clock::{Length, Pause, Run, elapsed},
    words::PauseReason,
};

use crate::{context::Context, failure::Failure, out};

/// `schoolside sla due`.
#[derive(Debug, Args)]
pub struct DueArgs {
    #[command(flatten)]
    calendar: CalendarArgs,
    /// From when on the clock runs (RFC 3339).
    #[arg(long, value_name = "INSTANT")]
    start: Timestamp,
    /// How long it may take: hours, minutes or seconds of open time, business_days or calendar_days.
    #[arg(long, value_name = "LENGTH")]
    target: Length,
    #[command(flatten)]
    waits: Waits,
    /// When it was done.
    #[arg(long, value_name = "INSTANT")]
    fulfilled: Option<Timestamp>,
    /// As of when; what is later does not count yet. Without it, everything counts.
    #[arg(long, value_name = "INSTANT")]
    now: Option<Timestamp>,
}

/// `schoolside sla elapsed`.
#[derive(Debug, Args)]
pub struct ElapsedArgs {
    #[command(flatten)]
    calendar: CalendarArgs,
    /// From when on.
    #[arg(long, value_name = "INSTANT")]
    from: Timestamp,
    /// Until when, itself not included.
    #[arg(long, value_name = "INSTANT")]
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

impl FromStr for Wait {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) =
            text.split_once("..").ok_or("expected FROM..TO, or FROM.. while it lasts")?;
        let instant = |text: &str| -> Result<Timestamp, String> {
            text.parse().map_err(|error| format!("{text:?} is not an instant: {error}"))
        };
        let from = instant(from)?;
        let to = if to.is_empty() { None } else { Some(instant(to)?) };
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
        let file = self.calendar.display();
        let text = fs::read_to_string(&self.calendar)
            .map_err(|error| Failure::Usage(format!("{file} cannot be read: {error}")))?;
        let definition = Definition::read(&text).map_err(|faults| {
            let faults = faults.0.iter().map(|fault| format!("\n  {fault}"));
            Failure::Usage(format!("{file} is not a calendar:{}", faults.collect::<String>()))
        })?;
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
    let paused =
        pauses.iter().any(|pause| pause.to.is_none_or(|to| args.now.is_some_and(|now| now < to)));
    if reckoned.due.is_none() && !paused {
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
