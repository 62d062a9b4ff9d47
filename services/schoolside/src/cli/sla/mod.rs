//! `schoolside sla`: the board of clocks, why a date is due when it is, and what other rules would say.

mod board;
mod files;
mod inbox;
mod policy;
mod trial;
mod verify;
mod what_if;

use clap::Subcommand;
use serde_json::{Value, json};
use wire::schoolside::sla::v1::{
    Clock, ClockState, ExplainDueDateRequest, ExplainDueDateResponse,
    sla_service_client::SlaServiceClient,
};

pub use self::{
    board::BoardArgs,
    inbox::{AcknowledgeArgs, InboxArgs, WatchArgs},
    policy::PolicyCommand,
    trial::{DueArgs, ElapsedArgs},
    verify::VerifyArgs,
    what_if::WhatIfArgs,
};
use super::words;
use crate::{context::Context, failure::Failure, out};

/// What can be asked about clocks.
#[derive(Debug, Subcommand)]
pub enum SlaCommand {
    /// Show the board: clocks that still matter, most urgent first.
    #[command(
        after_help = "Examples:\n  schoolside sla board --team T1\n  schoolside sla board --state missed_open --network N2\n  \
                      schoolside sla board --state running --due-within 4h\n  \
                      schoolside sla board --breached-since 2026-11-02T00:00:00-05:00"
    )]
    Board(BoardArgs),
    /// Show what people were told of late clocks and nobody has taken notice of: the inbox, oldest first.
    #[command(
        after_help = "Examples:\n  schoolside sla inbox --audience lead --team T1\n  schoolside sla inbox --member P-204"
    )]
    Inbox(InboxArgs),
    /// Take notice of a step of the ladder: it leaves the inbox.
    #[command(after_help = "Example:\n  schoolside sla acknowledge 1048-26 --step 2")]
    Acknowledge(AcknowledgeArgs),
    /// Follow the board: all clocks that still matter, then each change. With `--json` one message per line.
    #[command(
        after_help = "Examples:\n  schoolside sla watch --team T1\n  schoolside sla watch --json --resume w80412"
    )]
    Watch(WatchArgs),
    /// Explain a due date to the second.
    #[command(after_help = "Example:\n  schoolside sla explain 1048-26")]
    Explain {
        /// The request: its reference or UUID.
        request: String,
        /// The target.
        #[arg(long, default_value = "first_resolution")]
        target: String,
    },
    /// Try a target on a calendar file: when is it due, and was it met? Needs no server.
    #[command(
        after_help = "The verdict is null until it is fulfilled. While a pause holds the clock there is no due instant.\n\n\
                      Examples:\n  schoolside sla due --calendar office.toml --start 2026-11-25T15:00:00-05:00 --target \"12 hours\"\n  \
                      schoolside sla due --calendar office.toml --start 2026-11-25T20:00:00Z --target \"5 business_days\" \\\n      \
                      --pause 2026-11-30T14:00:00Z..2026-12-01T14:00:00Z --fulfilled 2026-12-03T21:00:00Z"
    )]
    Due(DueArgs),
    /// Count the open time between two instants on a calendar file. Needs no server.
    #[command(
        after_help = "Example:\n  schoolside sla elapsed --calendar office.toml --from 2026-11-25T15:00:00Z --to 2026-11-30T15:00:00Z"
    )]
    Elapsed(ElapsedArgs),
    /// Replay a period's requests under another policy: what would have been kept, and what changes. Writes nothing.
    #[command(
        name = "what-if",
        after_help = "Imported requests are reckoned by the policy too, from when they were opened and resolved.\n\n\
                      Examples:\n  schoolside sla what-if --policy draft.toml --from 2026-01-01 --to 2026-07-01\n  \
                      schoolside sla what-if --policy draft.toml --from 2026-01-01 --to 2026-07-01 --team T1 \\\n      \
                      --calendar-file office=longer-hours.toml"
    )]
    WhatIf(WhatIfArgs),
    /// See what a policy file would do.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Hold published due dates and verdicts against policies and a calendar. Needs no server.
    #[command(
        after_help = "A published due date is reproduced when the computed one lies within the tolerance: from the opening, by the\n\
                      policy in force and the closed days known at that instant. A verdict agrees when it says met exactly\n\
                      where the closing does not lie after the published due date.\n\n\
                      Exit code 2 when a file cannot be used, 3 when some of its rows cannot.\n\n\
                      Examples:\n  schoolside sla verify boston-311-2015.csv.gz --mapping boston-311 \\\n      \
                      --policies boston-311-2015-policy-versions.csv --holidays boston-2015-holidays.csv --json\n  \
                      schoolside sla verify old-desk.csv --mapping my-mapping.toml --policies policies.csv --without-holidays"
    )]
    Verify(VerifyArgs),
}

/// Runs an SLA command.
///
/// # Errors
/// When the system declines.
pub async fn run(command: SlaCommand, context: &Context) -> Result<(), Failure> {
    match command {
        SlaCommand::Due(args) => trial::due(&args, context)?,
        SlaCommand::Elapsed(args) => trial::open_time(&args, context)?,
        SlaCommand::WhatIf(args) => what_if::run(args, context).await?,
        SlaCommand::Policy(command) => policy::run(command, context).await?,
        SlaCommand::Verify(args) => verify::run(&args, context)?,
        SlaCommand::Inbox(args) => inbox::inbox(args, context).await?,
        SlaCommand::Acknowledge(args) => inbox::acknowledge(args, context).await?,
        SlaCommand::Watch(args) => inbox::watch(args, context).await?,
        SlaCommand::Board(args) => board::run(args, context).await?,
        SlaCommand::Explain { request, target } => {
            let connection = context.connection.open("director")?;
            let mut client = SlaServiceClient::new(connection.service("sla")?);
            let request = super::request::canonical(&request, &connection).await?;
            let explain = ExplainDueDateRequest { request, target, after: String::new() };
            let explanation = client.explain_due_date(explain).await?.into_inner();
            if context.json {
                out::json(&explain_json(&explanation));
            } else {
                out::line(explain_text(&explanation));
            }
        }
    }
    Ok(())
}

/// How a clock stands, in words.
#[must_use]
pub fn standing(clock: &Clock, now: Option<&prost_types::Timestamp>) -> String {
    let due = words::instant(clock.due_at.as_ref());
    let instants = clock.due_at.as_ref().zip(now);
    let distance = instants
        .and_then(|(due, now)| Some((wire::time::from_proto(due)?, wire::time::from_proto(now)?)))
        .map(|(due, now)| words::distance(due, now))
        .unwrap_or_default();
    let basis = clock.basis.as_ref().map_or_else(String::new, |basis| {
        match (basis.policy_id.as_str(), basis.length.as_str()) {
            ("stated", _) => " (as its source states)".to_owned(),
            (policy, length) => format!(
                " ({length} by policy {policy} v{}, calendar {} v{})",
                basis.policy_version, basis.calendar_id, basis.calendar_version
            ),
        }
    });
    match clock.state() {
        ClockState::Running => format!("due {due}, {distance}{basis}"),
        ClockState::Paused => format!("paused: no due instant{basis}"),
        ClockState::Met => format!("met, was due {due}{basis}"),
        ClockState::Missed => format!("missed, was due {due}{basis}"),
        ClockState::MissedOpen => format!("OVERDUE, was due {due}, {distance}{basis}"),
        ClockState::Cancelled => "cancelled".to_owned(),
        ClockState::Superseded => "superseded".to_owned(),
        ClockState::Unspecified => "unknown".to_owned(),
    }
}

fn explain_json(explanation: &ExplainDueDateResponse) -> Value {
    let value = out::to_json(explanation);
    let basis = &value["clock"]["basis"];
    let mut parts = value["parts"].clone();
    for part in parts.as_array_mut().into_iter().flatten() {
        let kind = part["kind"].as_str().unwrap_or_default();
        part["kind"] = words::word("PART_KIND_", kind).into();
    }
    json!({
        "due": value.get("due_at"),
        "due_if_resumed_now": value.get("due_if_resumed_now"),
        "policy": basis["policy_id"],
        "policy_version": basis["policy_version"],
        "calendar": basis["calendar_id"],
        "calendar_version": basis["calendar_version"],
        "parts": parts,
        "total_seconds": value["total_seconds"],
        "percent_elapsed": value["percent_elapsed"],
    })
}

fn explain_text(explanation: &ExplainDueDateResponse) -> String {
    let clock = explanation.clock.clone().unwrap_or_default();
    let rows: Vec<Vec<String>> = explanation
        .parts
        .iter()
        .map(|part| {
            vec![
                words::instant(part.from.as_ref()),
                words::instant(part.to.as_ref()),
                words::word("PART_KIND_", part.kind().as_str_name()),
                words::duration(part.seconds),
                part.reason.clone(),
            ]
        })
        .collect();
    format!(
        "{}\n\n{}\n\nopen time in all: {} ({} s); {} % elapsed",
        standing(&clock, None),
        out::table(&["from", "to", "kind", "length", "reason"], &rows),
        words::duration(explanation.total_seconds),
        explanation.total_seconds,
        explanation.percent_elapsed
    )
}
