//! The SLA engine: business time, the clocks of a request, a year's due dates and what-if, the timer's look, other libraries.
//!
//! What needs no server is measured on one core; the timer's queries run against a database of their own.

mod compare;
mod history;
mod reckon;
mod replay;
mod requests;
mod timer;

use std::{hint::black_box, path::PathBuf, time::Instant};

use clap::Args;
use serde_json::{Value, json};

use crate::{context::Context, failure::Failure, out};

/// How often each measurement is repeated; the middle one counts.
const ROUNDS: usize = 5;

/// Arguments of `schoolside bench sla`.
#[derive(Debug, Args)]
pub struct SlaArgs {
    /// A server on which a database may be made and dropped, for the timer's queries; left out if not given.
    #[arg(long, env = "SCHOOLSIDE_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// How many idle clocks the timer has beside it, against a thousand.
    #[arg(long, default_value_t = 1_000_000)]
    idle: i64,
    /// Published requests whose due dates are computed, e.g. a city's whole year; left out if not given.
    #[arg(long, value_name = "FILE", requires = "policies", requires = "holidays")]
    history: Option<PathBuf>,
    /// How the columns of the history are read.
    #[arg(long, default_value = "boston-311")]
    mapping: String,
    /// What is promised, as for `sla verify`.
    #[arg(long, value_name = "FILE")]
    policies: Option<PathBuf>,
    /// The closed days, as for `sla verify`.
    #[arg(long, value_name = "FILE")]
    holidays: Option<PathBuf>,
    /// Cases with what is right, for us and for other libraries.
    #[arg(long, value_name = "FILE")]
    cases: Option<PathBuf>,
    /// A folder of programs that answer the cases with other libraries; each is given the file of the cases.
    #[arg(long, value_name = "DIR", requires = "cases")]
    adapters: Option<PathBuf>,
}

/// Measures all parts and prints what was found.
///
/// # Errors
/// When a file cannot be used, or the database does not answer.
pub(super) async fn run(args: &SlaArgs, context: &Context) -> Result<(), Failure> {
    out::note("business time");
    let mut found = json!({ "business_time": reckon::measure()? });
    out::note("clocks of a request");
    found["request"] = requests::measure()?;
    if let (Some(file), Some(policies), Some(holidays)) =
        (&args.history, &args.policies, &args.holidays)
    {
        out::note(format!("due dates of {}", file.display()));
        found["history"] = history::measure(file, &args.mapping, policies, holidays)?;
    }
    if let Some(url) = &args.database_url {
        out::note(format!("the timer beside 1000 and {} idle clocks", args.idle));
        found["timer"] = timer::measure(url, args.idle).await?;
    }
    if let Some(cases) = &args.cases {
        out::note("other libraries");
        found["libraries"] = compare::measure(cases, args.adapters.as_deref()).await?;
    }
    if context.json {
        out::json(&found);
    } else {
        out::line(format!("{found:#}"));
    }
    Ok(())
}

/// Runs an operation so many times, in rounds of which the middle one counts: how long one took, how many a second.
fn speed<T>(times: usize, mut operation: impl FnMut(usize) -> T) -> Value {
    let mut seconds: Vec<f64> = (0..ROUNDS).map(|_| once(times, &mut operation)).collect();
    seconds.sort_by(f64::total_cmp);
    let middle = seconds[ROUNDS / 2] / count(times);
    json!({
        "nanoseconds": (middle * 1e10).round() / 10.0,
        "per_second": (1.0 / middle).round(),
    })
}

fn once<T>(times: usize, operation: &mut impl FnMut(usize) -> T) -> f64 {
    let begun = Instant::now();
    for index in 0..times {
        black_box(operation(black_box(index)));
    }
    begun.elapsed().as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "a few millions at most")]
const fn count(times: usize) -> f64 {
    times as f64
}
