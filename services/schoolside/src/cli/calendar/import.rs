//! `schoolside calendar import`: previews what an iCalendar file would change, and writes the new calendar file.

use std::{fs, path::PathBuf};

use clap::Args;
use jiff::tz::TimeZone;
use kernel::Timestamp;
use serde_json::{Value, json};
use sla_domain::calendar::{
    Definition,
    definition::DAY_SECONDS,
    ical::{self, Entry, Mapping, Plan},
};

use super::file::{flawed, read_file, read_text};
use crate::{context::Context, failure::Failure, out};

/// `schoolside calendar import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The iCalendar file.
    file: PathBuf,
    /// The reviewed mapping: what events mean by their summary.
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    /// The calendar file that they go into.
    #[arg(long, value_name = "FILE")]
    calendar_file: PathBuf,
    /// From when on the calendar knew what is new; without it, always.
    #[arg(long, value_name = "INSTANT")]
    known_from: Option<Timestamp>,
    /// Write the new calendar file here.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// Previews an import, and writes its outcome if asked to.
///
/// # Errors
/// When a file is not what it should be, or an event is not mapped.
pub fn run(args: &ImportArgs, context: &Context) -> Result<(), Failure> {
    let (definition, _) = read_file(&args.calendar_file)?;
    let mapping = Mapping::read(&read_text(&args.mapping)?)
        .map_err(|faults| flawed(&args.mapping, "is not a mapping", &faults))?;
    let zone = TimeZone::get(&definition.zone).unwrap_or(TimeZone::UTC);
    let events = ical::read(&read_text(&args.file)?, &zone)
        .map_err(|faults| flawed(&args.file, "cannot be imported", &faults))?;
    let plan = ical::plan(&definition, &events, &mapping, args.known_from);
    if context.json {
        out::json(&report(&plan));
    } else {
        out::line(said(&plan));
    }
    if !plan.unmapped.is_empty() {
        return Err(Failure::Usage(format!(
            "{} of the file's dates are not mapped; add rules to {} that say what they mean",
            plan.unmapped.len(),
            args.mapping.display()
        )));
    }
    write(args, &plan)
}

fn write(args: &ImportArgs, plan: &Plan) -> Result<(), Failure> {
    let Some(path) = &args.write else { return Ok(()) };
    let text = ical::to_toml(&plan.outcome);
    Definition::read(&text).map_err(|faults| flawed(path, "would be no calendar", &faults))?;
    fs::write(path, text).map_err(|error| {
        Failure::Usage(format!("{} cannot be written: {error}", path.display()))
    })?;
    out::note(format!("written: {}", path.display()));
    Ok(())
}

fn groups(plan: &Plan) -> [(&'static str, &[Entry]); 6] {
    [
        ("added", &plan.added),
        ("unchanged", &plan.unchanged),
        ("changed", &plan.changed),
        ("vanished", &plan.vanished),
        ("ignored", &plan.ignored),
        ("unmapped", &plan.unmapped),
    ]
}

fn report(plan: &Plan) -> Value {
    let entry = |one: &Entry| {
        json!({
            "date": one.date.to_string(),
            "kind": kind(one),
            "from": time(one.hours.from),
            "to": time(one.hours.to),
            "label": one.label,
            "uid": one.uid,
        })
    };
    let group = |(name, entries): (&str, &[Entry])| {
        (name.to_owned(), Value::from(entries.iter().map(entry).collect::<Vec<_>>()))
    };
    Value::Object(groups(plan).into_iter().map(group).collect())
}

fn said(plan: &Plan) -> String {
    let row = |word: &str, one: &Entry| {
        let hours = format!("{}–{}", time(one.hours.from), time(one.hours.to));
        let date = one.date.to_string();
        vec![word.to_owned(), date, kind(one).to_owned(), hours, one.label.clone(), one.uid.clone()]
    };
    let rows: Vec<_> = groups(plan)
        .into_iter()
        .flat_map(|(word, entries)| entries.iter().map(move |one| row(word, one)))
        .collect();
    let counts = groups(plan).map(|(word, entries)| format!("{} {word}", entries.len()));
    let table = out::table(&["", "date", "kind", "hours", "event", "uid"], &rows);
    format!("{table}\n\n{}", counts.join(", "))
}

const fn kind(one: &Entry) -> &'static str {
    if one.opens { "open" } else { "closed" }
}

/// A time of day; one on the next day is said by its time alone.
fn time(second: u32) -> String {
    let second = if second > DAY_SECONDS { second - DAY_SECONDS } else { second };
    format!("{:02}:{:02}", second / 3600, second / 60 % 60)
}
