//! `GetFigures`: attainment and durations of requests opened in a window, as of an instant.
//!
//! Cases are judged as their rows arrive; only their durations are kept, so memory grows by 16 bytes a case.

use std::collections::BTreeMap;

use chassis::fault::Fault;
use eventlog::PgTimestamp;
use futures::TryStreamExt;
use insights_domain::{
    facts::{CaseFacts, ClockFacts, RequestFacts},
    figures::{Figures, Tally},
    judgement::judge,
};
use jiff::Timestamp;
use prost::Message;
use wire::schoolside::insights::v1::{
    Attainment, Durations, FiguresRow, GetFiguresRequest, GetFiguresResponse, GroupBy, Ratio, Slice,
};

use super::{Insights, question::Question};

pub async fn get_figures(
    insights: &Insights,
    request: GetFiguresRequest,
) -> Result<GetFiguresResponse, Fault> {
    let by_team = match GroupBy::try_from(request.group_by) {
        Ok(group_by) => group_by == GroupBy::Team,
        Err(_) => return Err(Fault::invalid("group_by", "must be unspecified or GROUP_BY_TEAM")),
    };
    insights.caught_up(&request.after).await?;
    let question = Question::parse(
        insights,
        ("opened_from", &request.opened_from),
        ("opened_until", &request.opened_until),
        &request.evaluated_at,
    )
    .await?;
    let mut tallies = tally(insights, &question, by_team).await?;
    if !by_team {
        tallies.entry(String::new()).or_default();
    }
    let labels = if by_team { labels(insights).await? } else { BTreeMap::new() };
    let mut rows: Vec<FiguresRow> = tallies
        .into_iter()
        .map(|(team, tally)| {
            let label = by_team.then(|| labels.get(&team).cloned().unwrap_or(team));
            row(Slice { team: label }, &tally.figures())
        })
        .collect();
    rows.sort_by(|a, b| label_of(a).cmp(label_of(b)));
    Ok(GetFiguresResponse {
        rows,
        evaluated_at: Some(wire::time::to_proto(question.evaluated_at)),
        zone: question.zone_name,
    })
}

fn label_of(row: &FiguresRow) -> &str {
    row.slice.as_ref().and_then(|slice| slice.team.as_deref()).unwrap_or_default()
}

async fn tally(
    insights: &Insights,
    question: &Question,
    by_team: bool,
) -> Result<BTreeMap<String, Tally>, Fault> {
    let at = question.evaluated_at.as_microsecond();
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut rows = sqlx::query_as::<_, (Vec<u8>, Option<Vec<u8>>)>(
        "select request_facts, clock_facts from insights.case_facts
          where opened_at >= $1 and opened_at < $2 and opened_at <= $3",
    )
    .bind(PgTimestamp(bound(question.window.from)))
    .bind(PgTimestamp(bound(question.window.until)))
    .bind(PgTimestamp(question.evaluated_at))
    .fetch(&insights.pool);
    while let Some((request, clocks)) = rows.try_next().await? {
        let facts = facts(&request, clocks.as_deref())?;
        let Some(judged) = judge(&facts, at) else { continue };
        let team = if by_team { judged.team } else { "" };
        match tallies.get_mut(team) {
            Some(tally) => tally.take(&judged),
            None => tallies.entry(team.to_owned()).or_default().take(&judged),
        }
    }
    Ok(tallies)
}

/// The facts that figures need. A stated due date stands above every clock: theirs need not be read then.
fn facts(request: &[u8], clocks: Option<&[u8]>) -> Result<CaseFacts, Fault> {
    let request = RequestFacts::decode(request).map_err(Fault::bug)?;
    let clocks = match clocks {
        Some(bytes) if request.stated_due.is_none() => {
            ClockFacts::decode(bytes).map_err(Fault::bug)?
        }
        Some(_) | None => ClockFacts::default(),
    };
    Ok(CaseFacts { request, clocks, surveys: Vec::new() })
}

/// An open end of a window as an instant that Postgres can compare with.
pub(super) fn bound(microseconds: i64) -> Timestamp {
    const FIRST: i64 = -62_000_000_000_000_000;
    const LAST: i64 = 250_000_000_000_000_000;
    Timestamp::from_microsecond(microseconds.clamp(FIRST, LAST)).unwrap_or(Timestamp::UNIX_EPOCH)
}

async fn labels(insights: &Insights) -> Result<BTreeMap<String, String>, Fault> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("select team, label from insights.team").fetch_all(&insights.pool).await?;
    Ok(rows.into_iter().collect())
}

/// A row of the reply.
pub(super) fn row(slice: Slice, figures: &Figures) -> FiguresRow {
    FiguresRow {
        slice: Some(slice),
        requests: figures.requests,
        resolved: figures.resolved,
        open: figures.open,
        cancelled: figures.cancelled,
        duplicates: figures.duplicates,
        deferred: figures.deferred,
        attainment: Some(attainment(&figures.attainment)),
        time_to_resolve: Some(durations(&figures.time_to_resolve)),
    }
}

pub(super) fn attainment(attainment: &insights_domain::figures::Attainment) -> Attainment {
    let ratio =
        |ratio: insights_domain::figures::Ratio| Some(Ratio { met: ratio.met, of: ratio.of });
    Attainment {
        closed_only: ratio(attainment.closed_only),
        open_overdue_as_missed: ratio(attainment.open_overdue_as_missed),
        due: ratio(attainment.due),
        without_target: attainment.without_target,
    }
}

pub(super) fn durations(durations: &insights_domain::figures::Durations) -> Durations {
    let [p25, p50, p75, p90] = durations.quantiles;
    Durations { cases: durations.cases, implausible: durations.implausible, p25, p50, p75, p90 }
}
