//! `schoolside sla what-if`: a period's requests under another policy.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use wire::schoolside::sla::v1::{
    Comparison, DraftCalendar, Kept, Verdict, WhatIfChange, WhatIfRequest, WhatIfRow,
    WhatIfSummary, sla_service_client::SlaServiceClient,
};

use super::{super::words, files};
use crate::{context::Context, failure::Failure, out};

/// How many changes are printed for people; scripts have all of them.
const SHOWN: usize = 40;

/// `schoolside sla what-if`.
#[derive(Debug, Args)]
pub struct WhatIfArgs {
    /// The policy file, as `district load` takes it: reckoned with as if it had been in force all along.
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// Requests opened since then: RFC 3339, or a day or time in the district's zone.
    #[arg(long, value_name = "INSTANT")]
    from: String,
    /// Requests opened before then.
    #[arg(long, value_name = "INSTANT")]
    to: String,
    /// The target to compare.
    #[arg(long, default_value = "first_resolution")]
    target: String,
    /// Only requests that this team holds.
    #[arg(long, default_value = "")]
    team: String,
    /// A calendar file to reckon with in place of the published calendar of this id; may be repeated.
    #[arg(long = "calendar-file", value_name = "ID=FILE")]
    calendar_files: Vec<String>,
}

/// Asks, and prints what would have been.
///
/// # Errors
/// When a file or an instant is none, or the system declines.
pub async fn run(args: WhatIfArgs, context: &Context) -> Result<(), Failure> {
    let policy_file = files::text(&args.policy)?;
    let mut calendars = Vec::with_capacity(args.calendar_files.len());
    for given in &args.calendar_files {
        let (id, file) = given.split_once('=').ok_or_else(|| {
            Failure::Usage(format!(
                "--calendar-file {given:?} is not ID=FILE, e.g. office=office.toml"
            ))
        })?;
        let (name, file) = (words::resource("calendars", id), files::text(file.as_ref())?);
        calendars.push(DraftCalendar { name, file });
    }
    let connection = context.connection.open("director")?;
    let given = [("--from", args.from.as_str()), ("--to", args.to.as_str())];
    let [from, to] = files::instants(given, &connection).await?;
    let request = WhatIfRequest {
        policy_file,
        from: Some(from),
        to: Some(to),
        target: args.target,
        team: words::resource("teams", &args.team),
        calendars,
        after: String::new(),
    };
    let mut client = SlaServiceClient::new(connection.service("sla")?);
    let mut answer = client.what_if(request).await?.into_inner();
    let (mut summary, mut changes) = (WhatIfSummary::default(), Vec::new());
    while let Some(part) = answer.message().await? {
        summary = part.summary.unwrap_or(summary);
        changes.extend(part.changes);
    }
    if context.json {
        out::json(&to_json(&summary, &changes));
    } else {
        out::line(to_text(&summary, &changes));
    }
    Ok(())
}

/// The word of a verdict.
#[must_use]
pub fn verdict(verdict: Verdict) -> String {
    words::word("VERDICT_", verdict.as_str_name())
}

fn sides(comparison: Option<&Comparison>) -> [Kept; 2] {
    let comparison = comparison.copied().unwrap_or_default();
    [comparison.before, comparison.after].map(Option::unwrap_or_default)
}

fn compared(comparison: Option<&Comparison>) -> [Value; 2] {
    sides(comparison).map(|kept| json!({ "met": kept.met, "of": kept.of }))
}

fn to_json(summary: &WhatIfSummary, changes: &[WhatIfChange]) -> Value {
    let [before, after] = compared(summary.attainment.as_ref());
    let changed = changes.iter().map(|change| {
        json!({
            "request": change.request,
            "cycle": change.cycle,
            "before": verdict(change.before()),
            "after": verdict(change.after()),
        })
    });
    json!({
        "requests": summary.requests,
        "before": before,
        "after": after,
        "rows": summary.rows.iter().map(row_json).collect::<Vec<_>>(),
        "changed": changed.collect::<Vec<_>>(),
        "evaluated_at": out::to_json(summary)["evaluated_at"],
        "seconds": (summary.seconds * 1_000.0).round() / 1_000.0,
        "warnings": summary.warnings,
    })
}

fn row_json(row: &WhatIfRow) -> Value {
    let [before, after] = compared(row.attainment.as_ref());
    let tiers = row.tiers.iter().map(|tier| {
        let [before, after] = compared(tier.attainment.as_ref());
        json!({ "tier": Some(tier.tier).filter(|tier| *tier > 0), "before": before, "after": after })
    });
    json!({
        "team": words::id(&row.team),
        "before": before,
        "after": after,
        "tiers": tiers.collect::<Vec<_>>(),
    })
}

fn to_text(summary: &WhatIfSummary, changes: &[WhatIfChange]) -> String {
    let mut rows = Vec::new();
    for row in &summary.rows {
        let team = if row.team.is_empty() { "nobody" } else { words::id(&row.team) };
        rows.push(cells(team, "all", row.attainment.as_ref()));
        for tier in &row.tiers {
            let name = if tier.tier == 0 { "unknown".to_owned() } else { tier.tier.to_string() };
            rows.push(cells("", &name, tier.attainment.as_ref()));
        }
    }
    rows.push(cells("all teams", "", summary.attainment.as_ref()));
    let mut text = format!(
        "{}\n\n{} requests as of {}, in {:.2} s; kept, of those kept or broken. {} verdicts change.",
        out::table(&["team", "tier", "before", "after"], &rows),
        summary.requests,
        words::instant(summary.evaluated_at.as_ref()),
        summary.seconds,
        changes.len()
    );
    let shown = changes.iter().take(SHOWN).map(|change| {
        let request = words::id(&change.request).to_owned();
        vec![request, change.cycle.to_string(), verdict(change.before()), verdict(change.after())]
    });
    let shown: Vec<Vec<String>> = shown.collect();
    if !shown.is_empty() {
        let table = out::table(&["request", "cycle", "before", "after"], &shown);
        text.push_str(&format!("\n\n{table}"));
    }
    if changes.len() > SHOWN {
        text.push_str(&format!("\n… and {} more: all with --json", changes.len() - SHOWN));
    }
    for warning in &summary.warnings {
        text.push_str(&format!("\nwarning: {warning}"));
    }
    text
}

fn cells(team: &str, tier: &str, comparison: Option<&Comparison>) -> Vec<String> {
    let [before, after] = sides(comparison).map(|kept| match kept.of {
        0 => "–".to_owned(),
        of => {
            format!("{} of {of} ({:.1} %)", kept.met, 100.0 * f64::from(kept.met) / f64::from(of))
        }
    });
    vec![team.to_owned(), tier.to_owned(), before, after]
}
