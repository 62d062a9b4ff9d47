//! `schoolside scorecard`: one team's speed and quality together.

use clap::Args;
use wire::schoolside::insights::v1::{
    Durations, GetScorecardRequest, GetScorecardResponse, Satisfaction,
    insights_service_client::InsightsServiceClient,
};

use super::{figures::ratio, words};
use crate::{context::Context, failure::Failure, out};

/// Arguments of `schoolside scorecard`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  schoolside scorecard T1 --window 2026-02-01..2026-03-01")]
pub struct ScorecardArgs {
    /// The team, e.g. `T1`.
    team: String,
    /// The days of the window, FROM..UNTIL in the district's zone, UNTIL not included; everything if not given.
    #[arg(long, value_name = "FROM..UNTIL")]
    window: Option<String>,
    /// Judge as of this instant: a wall time in the district's zone, or RFC 3339; now if not given.
    #[arg(long, value_name = "INSTANT")]
    evaluated_at: Option<String>,
}

/// Computes and prints the scorecard.
///
/// # Errors
/// When the window is not one, or the system declines.
pub async fn run(args: ScorecardArgs, context: &Context) -> Result<(), Failure> {
    let (from, until) = match &args.window {
        None => ("", ""),
        Some(window) => window
            .split_once("..")
            .ok_or_else(|| Failure::Usage(format!("--window {window:?} is not FROM..UNTIL")))?,
    };
    let request = GetScorecardRequest {
        team: words::resource("teams", &args.team),
        from: from.to_owned(),
        until: until.to_owned(),
        evaluated_at: args.evaluated_at.unwrap_or_default(),
        after: String::new(),
    };
    let connection = context.connection.open("director")?;
    let mut client = InsightsServiceClient::new(connection.service("insights")?);
    let card = client.get_scorecard(request).await?.into_inner();
    context.print(&card, to_text);
    Ok(())
}

fn to_text(card: &GetScorecardResponse) -> String {
    let figures = card.figures.clone().unwrap_or_default();
    let attainment = figures.attainment.unwrap_or_default();
    let backlog = card.backlog.unwrap_or_default();
    let hand_overs = card.hand_overs.unwrap_or_default();
    let reopens = card.reopens.unwrap_or_default();
    let rows = [
        (
            "requests",
            format!(
                "{} ({} resolved, {} open, {} cancelled, {} duplicates, {} deferred)",
                figures.requests,
                figures.resolved,
                figures.open,
                figures.cancelled,
                figures.duplicates,
                figures.deferred
            ),
        ),
        ("SPEED", String::new()),
        ("first response kept", ratio(card.first_response_attainment.unwrap_or_default().due)),
        ("first response, open hours", quantiles(card.first_response_open_hours)),
        ("first response, calendar", quantiles(card.first_response)),
        ("resolution kept, of those due", ratio(attainment.due)),
        ("time to resolve, open hours", quantiles(card.time_to_resolve_open_hours)),
        ("time to resolve, calendar", quantiles(figures.time_to_resolve)),
        (
            "backlog",
            format!(
                "{} open, {} overdue, {} paused; median age {}",
                backlog.open,
                backlog.overdue,
                backlog.paused,
                words::reached(backlog.age_p50)
            ),
        ),
        ("QUALITY", String::new()),
        ("satisfied", satisfaction(card.satisfaction.unwrap_or_default())),
        ("reopened within 14 days", format!("{} of {}", reopens.reopened, reopens.of)),
        (
            "hand-overs",
            format!(
                "{} changes in {} requests, {} back and forth",
                hand_overs.changes, hand_overs.requests, hand_overs.ping_pong
            ),
        ),
    ];
    let rows: Vec<Vec<String>> =
        rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
    let team = words::id(&card.team);
    let title = format!("team {team}");
    format!(
        "{}\n\nEvaluated at {}.",
        out::table(&[&title, ""], &rows),
        words::instant(card.evaluated_at.as_ref())
    )
}

fn quantiles(durations: Option<Durations>) -> String {
    let durations = durations.unwrap_or_default();
    format!(
        "half within {}, nine tenths within {} ({} cases)",
        words::reached(durations.p50),
        words::reached(durations.p90),
        durations.cases
    )
}

fn satisfaction(satisfaction: Satisfaction) -> String {
    let Satisfaction { invited, answered, respondents, .. } = satisfaction;
    let asked = format!("{answered} of {invited} invitations answered by {respondents} people");
    match (satisfaction.satisfied, satisfaction.low, satisfaction.high) {
        (Some(satisfied), Some(low), Some(high)) => format!(
            "{satisfied} of {answered} ({:.0} to {:.0} % with 95 % confidence); {asked}",
            100.0 * low,
            100.0 * high
        ),
        _ => format!("not shown for fewer than five respondents; {asked}"),
    }
}
