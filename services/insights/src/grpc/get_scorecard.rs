//! `GetScorecard`: one team's speed and quality together.

use std::collections::BTreeMap;

use chassis::{fault::Fault, parse};
use insights_domain::{
    facts::{CaseFacts, ClockFacts, RequestFacts, SurveyFacts},
    scorecard::{self, Scorecard},
};
use prost::Message;
use uuid::Uuid;
use wire::schoolside::insights::v1::{
    Backlog, GetScorecardRequest, GetScorecardResponse, HandOvers, Reopens, Satisfaction, Slice,
};

use super::{
    Insights,
    get_figures::{attainment, durations, row},
    question::Question,
};
use crate::projection::calendars::Calendars;

pub async fn get_scorecard(
    insights: &Insights,
    request: GetScorecardRequest,
) -> Result<GetScorecardResponse, Fault> {
    let team = parse::resource("team", "teams", &request.team)?.to_owned();
    insights.caught_up(&request.after).await?;
    let question = Question::parse(
        insights,
        ("from", &request.from),
        ("until", &request.until),
        &request.evaluated_at,
    )
    .await?;
    let label: Option<String> =
        sqlx::query_scalar("select label from insights.team where team = $1")
            .bind(&team)
            .fetch_optional(&insights.pool)
            .await?;
    let label = label.ok_or_else(|| Fault::not_found("team", request.team.clone()))?;
    let cases = cases_of(insights, &team).await?;
    let calendars = Calendars::load(&insights.pool).await?;
    let card = scorecard::scorecard(
        &cases,
        &team,
        question.window,
        question.evaluated_at.as_microsecond(),
        &calendars,
    );
    Ok(reply(request.team, label, &question, &card))
}

async fn cases_of(insights: &Insights, team: &str) -> Result<Vec<CaseFacts>, Fault> {
    let rows: Vec<(Uuid, Vec<u8>, Option<Vec<u8>>)> = sqlx::query_as(
        "select request, request_facts, clock_facts from insights.case_facts where teams @> array[$1]
          order by request",
    )
    .bind(team)
    .fetch_all(&insights.pool)
    .await?;
    let mut surveys = surveys_of(insights, team).await?;
    rows.into_iter()
        .map(|(request, facts, clocks)| {
            Ok(CaseFacts {
                request: read::<RequestFacts>(&facts)?,
                clocks: read::<ClockFacts>(&clocks.unwrap_or_default())?,
                surveys: surveys.remove(&request).unwrap_or_default(),
            })
        })
        .collect()
}

async fn surveys_of(
    insights: &Insights,
    team: &str,
) -> Result<BTreeMap<Uuid, Vec<SurveyFacts>>, Fault> {
    let rows: Vec<(Uuid, Vec<u8>)> = sqlx::query_as(
        "select request, facts from insights.survey where team = $1 and request is not null
          order by invitation",
    )
    .bind(team)
    .fetch_all(&insights.pool)
    .await?;
    let mut surveys: BTreeMap<Uuid, Vec<SurveyFacts>> = BTreeMap::new();
    for (request, facts) in rows {
        surveys.entry(request).or_default().push(read(&facts)?);
    }
    Ok(surveys)
}

fn read<M: Message + Default>(bytes: &[u8]) -> Result<M, Fault> {
    M::decode(bytes).map_err(Fault::bug)
}

fn reply(
    team: String,
    label: String,
    question: &Question,
    card: &Scorecard,
) -> GetScorecardResponse {
    GetScorecardResponse {
        team,
        evaluated_at: Some(wire::time::to_proto(question.evaluated_at)),
        figures: Some(row(Slice { team: Some(label) }, &card.figures)),
        time_to_resolve_open_hours: Some(durations(&card.time_to_resolve_open)),
        first_response: Some(durations(&card.first_response)),
        first_response_open_hours: Some(durations(&card.first_response_open)),
        first_response_attainment: Some(attainment(&card.first_response_attainment)),
        backlog: Some(Backlog {
            open: card.backlog.open,
            overdue: card.backlog.overdue,
            paused: card.backlog.paused,
            age_p50: card.backlog.age_p50,
            age_p90: card.backlog.age_p90,
        }),
        hand_overs: Some(HandOvers {
            requests: card.hand_overs.requests,
            changes: card.hand_overs.changes,
            ping_pong: card.hand_overs.ping_pong,
        }),
        reopens: Some(Reopens { reopened: card.reopens.reopened, of: card.reopens.of }),
        satisfaction: Some(satisfaction(&card.satisfaction)),
        without_calendar: card.without_calendar,
    }
}

fn satisfaction(satisfaction: &scorecard::Satisfaction) -> Satisfaction {
    Satisfaction {
        invited: satisfaction.invited,
        answered: satisfaction.answered,
        respondents: satisfaction.respondents,
        satisfied: satisfaction.share.map(|(satisfied, _)| satisfied),
        low: satisfaction.share.map(|(_, interval)| interval.low),
        high: satisfaction.share.map(|(_, interval)| interval.high),
    }
}
