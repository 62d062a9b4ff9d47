//! `schoolside sla verify`: published due dates and verdicts held against policies and a calendar.

use std::{path::PathBuf, sync::Arc, time::Instant};

use clap::Args;
use jiff::{SignedDuration, tz::TimeZone};
use sla_domain::calendar::Timetable;

use crate::{
    context::Context,
    failure::Failure,
    import::{Mapping, Reader},
    out,
    verify::{Policies, Terms, closures, verify},
};

/// `schoolside sla verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The published requests: delimited text, plain or gzip.
    file: PathBuf,
    /// How to read them: a mapping that ships with Schoolside, or a file; its [verify] has the weekly hours and the column of
    /// the published verdict.
    #[arg(long)]
    mapping: String,
    /// What is promised: a table with type, unit and n, and where they change valid_from and valid_to.
    #[arg(long, value_name = "FILE")]
    policies: PathBuf,
    /// The closed days: a table with date, and, if it was not always known, known_from.
    #[arg(long, value_name = "FILE", required_unless_present = "without_holidays")]
    holidays: Option<PathBuf>,
    /// Leave the closed days out.
    #[arg(long)]
    without_holidays: bool,
    /// How far a computed due date may lie from the published one, e.g. 300s or 5m.
    #[arg(long, default_value = "300s", value_parser = tolerance, allow_hyphen_values = true)]
    tolerance: SignedDuration,
}

fn tolerance(text: &str) -> Result<SignedDuration, String> {
    let expected =
        || "expected a number and a unit, none of it negative, e.g. 300s or 5m".to_owned();
    let tolerance: SignedDuration = text.parse().map_err(|_| expected())?;
    if tolerance.is_negative() { Err(expected()) } else { Ok(tolerance) }
}

/// Verifies a file and prints how much of it is reproduced.
///
/// # Errors
/// When a file or the mapping cannot be used, or some rows were refused.
pub fn run(args: &VerifyArgs, context: &Context) -> Result<(), Failure> {
    let started = Instant::now();
    let mapping = Arc::new(Mapping::find(&args.mapping).map_err(Failure::usage)?);
    let terms = terms(args, &mapping)?;
    let reader = Reader::open_with_verdicts(&args.file, &mapping).map_err(Failure::usage)?;
    let mut found = verify(reader, &terms).map_err(Failure::usage)?;
    if found.rows == 0 {
        let file = args.file.display();
        return Err(Failure::Usage(format!("{file} has no rows: there is nothing to verify")));
    }
    found.closed_days = terms.calendar.definition().closures.len();
    found.repeated_hour = mapping.repeated_hour();
    found.seconds = (started.elapsed().as_secs_f64() * 1_000.0).round() / 1_000.0;
    if context.json {
        out::json(&serde_json::to_value(&found).map_err(Failure::usage)?);
    } else {
        out::line(found.to_string().trim_end());
    }
    match found.refused.len() {
        0 => Ok(()),
        count => {
            Err(Failure::RowsRefused(format!("{count} rows were refused; they are listed above")))
        }
    }
}

/// What due dates are computed by, from the mapping and the two tables.
fn terms(args: &VerifyArgs, mapping: &Mapping) -> Result<Terms, Failure> {
    let Some(rules) = &mapping.verify else {
        return Err(Failure::Usage(format!(
            "the mapping {} has no [verify]: give it the weekly hours and the column of the published verdict, as boston-311 has them",
            args.mapping
        )));
    };
    let zone = TimeZone::get(&mapping.zone).map_err(Failure::usage)?;
    let policies = Policies::read(&args.policies, &zone).map_err(Failure::usage)?;
    let mut definition = rules.calendar.clone();
    if let Some(holidays) = &args.holidays {
        let closed = closures(holidays, &zone).map_err(Failure::usage)?;
        definition.closures = if args.without_holidays { Vec::new() } else { closed };
    }
    Ok(Terms { policies, calendar: Timetable::new(definition), tolerance: args.tolerance })
}
