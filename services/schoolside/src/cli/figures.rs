//! `schoolside figures`: attainment and durations of the requests opened in a window.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use wire::schoolside::insights::v1::{
    Attainment, Durations, FiguresRow, GetFiguresRequest, GetFiguresResponse, GroupBy, Ratio,
    insights_service_client::InsightsServiceClient,
};

use super::words;
use crate::{context::Context, failure::Failure, out};

/// How to slice.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum By {
    /// One row per team.
    Team,
}

/// Arguments of `schoolside figures`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  schoolside figures --opened 2015-01-01..2016-01-01 --evaluated-at 2016-01-12T22:22:40 --by team")]
pub struct FiguresArgs {
    /// The days in which the requests were opened, FROM..UNTIL in the district's zone, UNTIL not included.
    #[arg(long, value_name = "FROM..UNTIL")]
    opened: Option<String>,
    /// Judge as of this instant: a wall time in the district's zone, or RFC 3339; now if not given.
    #[arg(long, value_name = "INSTANT")]
    evaluated_at: Option<String>,
    /// One row per slice instead of one for everything.
    #[arg(long)]
    by: Option<By>,
}

/// Computes and prints the figures.
///
/// # Errors
/// When the window is not one, or the system declines.
pub async fn run(args: FiguresArgs, context: &Context) -> Result<(), Failure> {
    let (from, until) = match &args.opened {
        None => ("", ""),
        Some(window) => window.split_once("..").ok_or_else(|| {
            Failure::Usage(format!(
                "--opened {window:?} is not FROM..UNTIL, e.g. 2015-01-01..2016-01-01"
            ))
        })?,
    };
    let request = GetFiguresRequest {
        opened_from: from.to_owned(),
        opened_until: until.to_owned(),
        evaluated_at: args.evaluated_at.unwrap_or_default(),
        group_by: match args.by {
            Some(By::Team) => GroupBy::Team.into(),
            None => GroupBy::Unspecified.into(),
        },
        after: String::new(),
    };
    let connection = context.connection.open("director")?;
    let mut client = InsightsServiceClient::new(connection.service("insights")?);
    let figures = client.get_figures(request).await?.into_inner();
    if context.json {
        out::json(&to_json(&figures));
    } else {
        out::line(to_text(&figures));
    }
    Ok(())
}

/// The documented JSON: quantiles that are not reached are `null`, not absent.
fn to_json(figures: &GetFiguresResponse) -> Value {
    let mut value = out::to_json(figures);
    for row in value["rows"].as_array_mut().into_iter().flatten() {
        for quantile in ["p25", "p50", "p75", "p90"] {
            if row["time_to_resolve"][quantile].is_null() {
                row["time_to_resolve"][quantile] = json!(null);
            }
        }
    }
    value
}

fn to_text(figures: &GetFiguresResponse) -> String {
    let header = [
        "team",
        "requests",
        "resolved",
        "open",
        "due kept",
        "closed only",
        "with overdue",
        "no target",
        "p25",
        "p50",
        "p75",
        "p90",
    ];
    let rows: Vec<Vec<String>> = figures.rows.iter().map(cells).collect();
    format!(
        "{}\n\nEvaluated at {}; days are those of {}. `due kept` is the figure to publish: of the promises due by then.",
        out::table(&header, &rows),
        words::instant(figures.evaluated_at.as_ref()),
        figures.zone
    )
}

fn cells(row: &FiguresRow) -> Vec<String> {
    let team = row.slice.as_ref().and_then(|slice| slice.team.clone());
    let attainment: Attainment = row.attainment.unwrap_or_default();
    let durations: Durations = row.time_to_resolve.unwrap_or_default();
    let mut cells = vec![
        team.unwrap_or_else(|| "all".to_owned()),
        row.requests.to_string(),
        row.resolved.to_string(),
        row.open.to_string(),
        ratio(attainment.due),
        ratio(attainment.closed_only),
        ratio(attainment.open_overdue_as_missed),
        attainment.without_target.to_string(),
    ];
    let quantiles = [durations.p25, durations.p50, durations.p75, durations.p90];
    cells.extend(quantiles.map(words::reached));
    cells
}

/// So many of so many, with the share.
pub fn ratio(ratio: Option<Ratio>) -> String {
    match ratio {
        Some(Ratio { met, of }) if of > 0 => {
            format!("{met} of {of} ({:.1} %)", 100.0 * f64::from(met) / f64::from(of))
        }
        _ => "–".to_owned(),
    }
}
