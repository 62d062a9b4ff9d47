//! What `up` says when it is ready.

use std::time::Duration;

use super::database::Database;
use crate::{
    context::Context,
    datadir::{DataDir, Endpoints, RunState},
    failure::Failure,
    out,
    simulator::driver::Tally,
};

/// Writes `endpoints.json` and says where everything is: as one line of JSON, or for people.
pub(super) fn ready(
    directory: &DataDir,
    database: &Database,
    endpoints: &Endpoints,
    context: &Context,
) -> Result<(), Failure> {
    directory.write_endpoints(endpoints).map_err(Failure::unavailable)?;
    if context.json {
        out::json(&serde_json::to_value(endpoints).map_err(Failure::unavailable)?);
    } else {
        out::line(text(directory, database, endpoints));
    }
    Ok(())
}

fn text(directory: &DataDir, database: &Database, endpoints: &Endpoints) -> String {
    let path = directory.path().display();
    let database = match &database.private {
        Some((port, log)) => format!("private, on 127.0.0.1:{port}; its log is {log}"),
        None => "the one you named".to_owned(),
    };
    let demo = directory.manifest().clock == crate::datadir::ClockKind::Demo;
    let mut lines = vec![
        "Schoolside is ready.".to_owned(),
        format!("  gRPC      {} (with reflection, health and gRPC-Web)", endpoints.grpc),
        format!("  Postgres  {database}"),
        format!(
            "  Data      {path}: everything persists there, and is found again at the next start"
        ),
        format!("  Tokens    {path}/tokens, one per role"),
    ];
    if endpoints.state == RunState::Playing {
        lines.push(
            "Thirty school days of Alder Bay are now played, from 2 February 2026.".to_owned(),
        );
    }
    lines.push(if demo { "Three things to try:" } else { "To begin with:" }.to_owned());
    let given = format!("--data-dir {path}");
    let commands = if demo {
        ["sla board", "scorecard T1", "request list --school 0101 --as principal"]
    } else {
        [
            "district load DIR",
            "import history FILE --mapping boston-311",
            "events tail requests.request",
        ]
    };
    lines.extend(commands.map(|command| format!("  ./dev schoolside {given} {command}")));
    lines.push("Ctrl-C stops everything it started.".to_owned());
    lines.join("\n")
}

/// Says that the demo's first days have been played.
pub(super) fn played(tally: &Tally, pace: Duration) {
    let minutes = pace.as_secs_f64() / 60.0;
    out::note(format!(
        "played: {} acts by the demo's people, {} declined; from now on a day from 06:00 to 18:00 takes {minutes} minutes",
        tally.done(),
        tally.refused(),
    ));
}
