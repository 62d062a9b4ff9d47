//! `schoolside calendar import`: previews what an iCalendar file would change, and writes the new calendar file.

use std::{fs, path::PathBuf};

use clap::{ArgGroup, Args};
use jiff::{civil::Date, tz::TimeZone};
use kernel::Timestamp;
use serde_json::{Value, json};
use sla_domain::calendar::{
    Definition,
    definition::time_of_day,
    ical::{self, Entry, Mapping, Plan},
};

use super::{
    file::{flawed, read_file, read_text},
    published::{Outcome, Published},
};
use crate::{context::Context, failure::Failure, out};

/// `schoolside calendar import`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("target").required(true))]
pub struct ImportArgs {
    /// The iCalendar file.
    file: PathBuf,
    /// The reviewed mapping: what events mean by their summary.
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    /// The calendar file that they go into.
    #[arg(long, value_name = "FILE", group = "target")]
    calendar_file: Option<PathBuf>,
    /// The published calendar that they go into, by its id, instead of a file.
    #[arg(long, value_name = "ID", group = "target")]
    calendar: Option<String>,
    /// From when on the calendar knew what is new; without it, always.
    #[arg(long, value_name = "INSTANT")]
    known_from: Option<Timestamp>,
    /// Take events that recur up to this date; needed where one recurs for ever.
    #[arg(long, value_name = "DATE", value_parser = super::show::date)]
    until: Option<Date>,
    /// Write the new calendar file here.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Publish the new calendar, unless another version of it came in between.
    #[arg(long, conflicts_with = "calendar_file")]
    publish: bool,
}

/// The calendar that events go into, and where it is published if it is.
async fn find(
    args: &ImportArgs,
    context: &Context,
) -> Result<(Definition, Option<Published>), Failure> {
    if let Some(file) = &args.calendar_file {
        return Ok((read_file(file)?.0, None));
    }
    let id = args.calendar.as_deref().unwrap_or_default();
    let role = if args.publish { "operator" } else { "director" };
    let (published, definition) = Published::get(id, role, context).await?;
    Ok((definition, Some(published)))
}

/// Previews an import, and writes or publishes its outcome if asked to.
///
/// # Errors
/// When a file is not what it should be, an event is not mapped, or the system declines.
pub async fn run(args: &ImportArgs, context: &Context) -> Result<(), Failure> {
    let mapping = Mapping::read(&read_text(&args.mapping)?)
        .map_err(|faults| flawed(&args.mapping, "is not a mapping", &faults))?;
    let text = read_text(&args.file)?;
    let (definition, published) = find(args, context).await?;
    let zone = TimeZone::get(&definition.zone).unwrap_or(TimeZone::UTC);
    let events = ical::read(&text, &zone, args.until)
        .map_err(|faults| flawed(&args.file, "cannot be imported", &faults))?;
    let plan = ical::plan(&definition, &events, &mapping, args.known_from);
    let done = carry_out(args, &plan, published.as_ref()).await;
    let outcome = done.as_ref().ok().and_then(Option::as_ref);
    if context.json {
        out::json(&report(&plan, outcome));
    } else {
        out::line(said(&plan));
    }
    if let Some((outcome, published)) = outcome.zip(published.as_ref()) {
        let word = if outcome.new { "published" } else { "stands already" };
        out::note(format!("{word}: {} version {}", published.name, outcome.version));
    }
    done.map(|_| ())
}

/// Writes and publishes what was asked for, once every event is mapped.
async fn carry_out(
    args: &ImportArgs,
    plan: &Plan,
    published: Option<&Published>,
) -> Result<Option<Outcome>, Failure> {
    if !plan.unmapped.is_empty() {
        return Err(Failure::Usage(format!(
            "{} of the file's dates are not mapped; add rules to {} that say what they mean",
            plan.unmapped.len(),
            args.mapping.display()
        )));
    }
    write(args, plan)?;
    match published {
        Some(published) if args.publish => published.follow_with(&plan.outcome).await.map(Some),
        _ => Ok(None),
    }
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

fn report(plan: &Plan, published: Option<&Outcome>) -> Value {
    let entry = |one: &Entry| {
        json!({
            "date": one.date.to_string(),
            "kind": kind(one),
            "from": time_of_day(one.hours.from),
            "to": time_of_day(one.hours.to),
            "label": one.label,
            "uid": one.uid,
        })
    };
    let group = |(name, entries): (&str, &[Entry])| {
        (name.to_owned(), Value::from(entries.iter().map(entry).collect::<Vec<_>>()))
    };
    let mut report: Value = groups(plan).into_iter().map(group).collect();
    report["published"] =
        published.map(|done| json!({ "version": done.version, "new": done.new })).into();
    report
}

fn said(plan: &Plan) -> String {
    let row = |word: &str, one: &Entry| {
        let hours = format!("{}–{}", time_of_day(one.hours.from), time_of_day(one.hours.to));
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
