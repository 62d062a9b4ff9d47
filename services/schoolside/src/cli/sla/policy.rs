//! `schoolside sla policy`: what a policy file would do if it were published.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use wire::schoolside::sla::v1::{
    ClockMove, ClockStand, PolicyPreview, PublishPolicyRequest, PublishPolicyResponse,
    sla_service_client::SlaServiceClient,
};

use super::{super::words, files, what_if::verdict};
use crate::{context::Context, failure::Failure, out};

/// What can be done with a policy. It is published by `schoolside district load`.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Check a policy file, and show what it would change for the requests that are open. Nothing is stored.
    #[command(after_help = "Examples:
  schoolside sla policy check our-district/policies/promises.toml
  schoolside sla policy check draft.toml --policy promises --effective-from 2026-09-01")]
    Check(CheckArgs),
}

/// `schoolside sla policy check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The policy file, as `district load` takes it.
    file: PathBuf,
    /// The policy's id; the file's name without its ending if not given, as `district load` takes it.
    #[arg(long, value_name = "ID")]
    policy: Option<String>,
    /// From when on it is to be in force: RFC 3339, or a day or time in the district's zone; now if not given.
    #[arg(long, value_name = "INSTANT")]
    effective_from: Option<String>,
}

/// Runs a policy command.
///
/// # Errors
/// When the file is none, has faults, or the system declines.
pub async fn run(command: PolicyCommand, context: &Context) -> Result<(), Failure> {
    let PolicyCommand::Check(args) = command;
    let file = files::text(&args.file)?;
    let stem = || args.file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let id = args.policy.clone().or_else(stem).unwrap_or_default();
    let connection = context.connection.open("operator")?;
    let effective_from = match &args.effective_from {
        None => None,
        Some(text) => {
            let [at] = files::instants([("--effective-from", text.as_str())], &connection).await?;
            Some(at)
        }
    };
    let request = PublishPolicyRequest {
        name: words::resource("policies", &id),
        file,
        command_id: words::command_id(),
        validate_only: true,
        effective_from,
        ..Default::default()
    };
    let mut client = SlaServiceClient::new(connection.service("sla")?);
    let checked = client.publish_policy(request).await?.into_inner();
    if context.json {
        out::json(&to_json(&checked));
    } else {
        out::line(to_text(&checked));
    }
    Ok(())
}

fn preview(checked: &PublishPolicyResponse) -> PolicyPreview {
    checked.preview.clone().unwrap_or_default()
}

fn to_json(checked: &PublishPolicyResponse) -> Value {
    let preview = preview(checked);
    let policy = checked.policy.clone().unwrap_or_default();
    let clocks = preview.clocks.iter().map(|clock| {
        json!({
            "request": clock.request,
            "target": clock.target,
            "cycle": clock.cycle,
            "before": stand_json(clock.before.as_ref()),
            "after": stand_json(clock.after.as_ref()),
        })
    });
    json!({
        "policy": policy.policy_id,
        "version": policy.version,
        "warnings": checked.warnings,
        "open_requests": preview.requests,
        "changed": preview.changed,
        "clocks": clocks.collect::<Vec<_>>(),
    })
}

fn stand_json(stand: Option<&ClockStand>) -> Value {
    let stand = stand.copied().unwrap_or_default();
    let due = stand.due_at.as_ref().and_then(wire::time::from_proto);
    json!({ "state": verdict(stand.verdict()), "due": due.map(|due| due.to_string()) })
}

fn to_text(checked: &PublishPolicyResponse) -> String {
    let preview = preview(checked);
    let policy = checked.policy.clone().unwrap_or_default();
    let mut text = format!(
        "policy {} has no faults and would be version {}. Of {} open requests, {} clocks would stand otherwise.",
        policy.policy_id, policy.version, preview.requests, preview.changed
    );
    if !preview.clocks.is_empty() {
        let rows: Vec<Vec<String>> = preview.clocks.iter().map(cells).collect();
        let table = out::table(&["request", "target", "before", "after"], &rows);
        text.push_str(&format!("\n\n{table}"));
    }
    let more = usize::try_from(preview.changed).unwrap_or(0).saturating_sub(preview.clocks.len());
    if more > 0 {
        text.push_str(&format!("\n… and {more} more"));
    }
    for warning in &checked.warnings {
        text.push_str(&format!("\nwarning: {warning}"));
    }
    text
}

fn cells(clock: &ClockMove) -> Vec<String> {
    let stand = |stand: Option<&ClockStand>| {
        let stand = stand.copied().unwrap_or_default();
        let due = stand.due_at.as_ref().map(|due| format!(", due {}", words::instant(Some(due))));
        format!("{}{}", verdict(stand.verdict()), due.unwrap_or_default())
    };
    vec![
        words::id(&clock.request).to_owned(),
        clock.target.clone(),
        stand(clock.before.as_ref()),
        stand(clock.after.as_ref()),
    ]
}
