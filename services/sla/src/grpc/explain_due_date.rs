//! `ExplainDueDate`: the whole computation as data.

use chassis::{call::caller_of, fault::Fault};
use kernel::StreamId;
use sla_domain::{
    case::{Case, ClockKey, Look, State, assess, explain_due},
    clock::{Part, PartKind},
    words::Metric,
};
use tonic::Request;
use wire::schoolside::sla::v1::{self as pb, ExplainDueDateRequest, ExplainDueDateResponse};

use super::{list_clocks, resource};
use crate::{
    access,
    app::App,
    facts,
    projection::{clock::Clock, request_facts},
};

pub(super) async fn explain_due_date(
    app: &App,
    request: Request<ExplainDueDateRequest>,
) -> Result<ExplainDueDateResponse, Fault> {
    let caller = caller_of(&request)?;
    let ask = request.into_inner();
    let id: StreamId = resource::id("request", "requests", &ask.request)?;
    let metric = match ask.target.as_str() {
        "" => Metric::FirstResolution,
        word => list_clocks::metric("target", word)?,
    };
    app.wait(&ask.after).await?;
    let missing = || Fault::not_found("clock", format!("{} of {}", metric, ask.request));
    let known = request_facts::by_id(&app.pool, id).await?;
    // What lies outside the scope answers like what does not exist.
    let known = known.filter(|known| access::scope(&caller).covers(known.team(), known.school()));
    let case = known.map(|known| known.case().map_err(resource::unread)).transpose()?.flatten();
    let case = case.ok_or_else(missing)?;
    let (state, _) = eventlog::load::<Case>(&app.log, id).await?;
    let clock = latest(&state, metric).ok_or_else(missing)?;
    explain(app, id, &state, &case, clock).await?.ok_or_else(missing)
}

/// The last cycle of a clock.
fn latest(state: &State, metric: Metric) -> Option<ClockKey> {
    state.clocks.keys().copied().rfind(|key| key.metric == metric)
}

async fn explain(
    app: &App,
    id: StreamId,
    state: &State,
    case: &facts::Case,
    clock: ClockKey,
) -> Result<Option<ExplainDueDateResponse>, Fault> {
    let mut connection = app.pool.acquire().await?;
    let books = app.shelf.current(&mut connection).await.map_err(resource::unread)?;
    drop(connection);
    let look = Look {
        facts: &case.facts,
        subject: &case.subject,
        policy: books.policy(),
        calendars: &*books,
        now: app.now(),
    };
    let unready = |_| Fault::unavailable("a calendar or policy is not read yet: try again shortly");
    let explained = explain_due(state, &look, clock).map_err(unready)?;
    let assessment = assess(state, &look).map_err(unready)?;
    let (Some((basis, explanation)), Some(record)) = (explained, state.clocks.get(&clock)) else {
        return Ok(None);
    };
    let mut expected = assessment.clocks.iter();
    let expected = expected
        .find(|one| one.metric == clock.metric && one.cycle.number == clock.cycle)
        .map_or(0, |one| one.cycle.percent());
    let shown = Clock::of(id, clock, record, &case.snapshot);
    let at = |instant: Option<kernel::Timestamp>| instant.map(wire::time::to_proto);
    Ok(Some(ExplainDueDateResponse {
        clock: Some(pb::Clock {
            clock: Some(resource::clock_ref(clock)),
            basis: Some(crate::projection::clock::basis(&basis)),
            ..resource::clock(shown)
        }),
        due_at: at(explanation.due),
        due_if_resumed_now: at(explanation.due_if_resumed_now),
        parts: explanation.parts.iter().map(part).collect(),
        total_seconds: explanation.total_seconds,
        percent_elapsed: i32::try_from(expected).unwrap_or(i32::MAX),
    }))
}

fn part(part: &Part) -> pb::Part {
    let kind = match part.kind {
        PartKind::Open => pb::PartKind::Open,
        PartKind::Closed => pb::PartKind::Closed,
        PartKind::Paused => pb::PartKind::Paused,
    };
    pb::Part {
        from: Some(wire::time::to_proto(part.from)),
        to: Some(wire::time::to_proto(part.to)),
        kind: kind.into(),
        reason: part.reason.clone(),
        seconds: part.seconds,
    }
}
