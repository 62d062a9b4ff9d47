//! The inbox: what people were told of late clocks, and who took notice. Written with the rows of the clocks.

use eventlog::PgTimestamp;
use kernel::{StreamId, Timestamp};
use sla_domain::{
    case::{Acknowledgement, ClockKey, Notified},
    clock::Rung,
    words::{Audience, Metric},
};
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Row as _, postgres::PgRow};
use stream::HandleError;
use uuid::Uuid;
use wire::schoolside::sla::v1 as pb;

use super::clock::state_of;
use crate::{access::Scope, look::Standing};

/// Writes the steps that these requests' cases record, in one statement.
pub(super) async fn store(
    standings: &[Standing],
    tx: &mut PgConnection,
) -> Result<(), HandleError> {
    let told: Vec<(&Standing, ClockKey, u32, &Notified)> = standings
        .iter()
        .flat_map(|standing| {
            standing.state.clocks.iter().flat_map(move |(key, record)| {
                record.escalated.iter().map(move |(step, told)| (standing, *key, *step, told))
            })
        })
        .collect();
    if told.is_empty() {
        return Ok(());
    }
    let rungs: Vec<(i32, i32)> = told.iter().map(|(.., told)| rung(told.rung)).collect();
    let noticed = |(.., told): &(&Standing, ClockKey, u32, &Notified)| told.acknowledged.clone();
    sqlx::query(
        "insert into sla.escalation (request, metric, cycle, step, percent, after_seconds, audience, member, reached_at,
             told_at, acknowledged_by, acknowledged_at)
         select * from unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[], $6::int[], $7::text[], $8::text[],
             $9::timestamptz[], $10::timestamptz[], $11::text[], $12::timestamptz[])
         on conflict (request, metric, cycle, step) do update set member = excluded.member,
             acknowledged_by = coalesce(excluded.acknowledged_by, escalation.acknowledged_by),
             acknowledged_at = coalesce(excluded.acknowledged_at, escalation.acknowledged_at)",
    )
    .bind(told.iter().map(|(standing, ..)| standing.request.0).collect::<Vec<_>>())
    .bind(told.iter().map(|(_, key, ..)| key.metric.as_str()).collect::<Vec<_>>())
    .bind(told.iter().map(|(_, key, ..)| key.cycle.cast_signed()).collect::<Vec<_>>())
    .bind(told.iter().map(|(_, _, step, _)| step.cast_signed()).collect::<Vec<_>>())
    .bind(rungs.iter().map(|(percent, _)| *percent).collect::<Vec<_>>())
    .bind(rungs.iter().map(|(_, after)| *after).collect::<Vec<_>>())
    .bind(told.iter().map(|(.., told)| told.tell.as_str()).collect::<Vec<_>>())
    .bind(told.iter().map(|(standing, ..)| standing.member.clone()).collect::<Vec<_>>())
    .bind(told.iter().map(|(.., told)| PgTimestamp(told.reached_at)).collect::<Vec<_>>())
    .bind(told.iter().map(|(.., told)| PgTimestamp(told.told_at)).collect::<Vec<_>>())
    .bind(told.iter().map(|one| noticed(one).map(|it| it.by)).collect::<Vec<_>>())
    .bind(told.iter().map(|one| noticed(one).map(|it| PgTimestamp(it.at))).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

fn rung(rung: Rung) -> (i32, i32) {
    match rung {
        Rung::Percent(percent) => (i32::from(percent), 0),
        Rung::Breach { after_seconds } => (0, after_seconds.cast_signed()),
    }
}

/// Which step of which clock of which request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) request: StreamId,
    pub(crate) clock: ClockKey,
    pub(crate) step: i32,
}

/// Notes that somebody took notice. What a case records already is noted again with the next look at it.
pub(crate) async fn acknowledge(
    pool: &PgPool,
    place: Place,
    noticed: &Acknowledgement,
) -> Result<(), sqlx::Error> {
    let sql = "update sla.escalation set acknowledged_by = $5, acknowledged_at = $6
               where request = $1 and metric = $2 and cycle = $3 and step = $4 and acknowledged_at is null";
    sqlx::query(sql)
        .bind(place.request.0)
        .bind(place.clock.metric.as_str())
        .bind(place.clock.cycle.cast_signed())
        .bind(place.step)
        .bind(&noticed.by)
        .bind(PgTimestamp(noticed.at))
        .execute(pool)
        .await?;
    Ok(())
}

/// What to list.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) team: Option<String>,
    pub(crate) audience: Option<Audience>,
    pub(crate) member: Option<String>,
    pub(crate) request: Option<Uuid>,
    /// Also what somebody took notice of, and what has ended.
    pub(crate) settled: bool,
}

/// Where a page begins: behind this step.
#[derive(Debug, Clone)]
pub(crate) struct Cursor {
    pub(crate) told_at: Timestamp,
    pub(crate) request: StreamId,
    pub(crate) metric: Metric,
    pub(crate) cycle: i32,
    pub(crate) step: i32,
}

/// One step that somebody was told of.
pub(crate) struct Told {
    pub(crate) cursor: Cursor,
    pub(crate) message: pb::Escalation,
}

const COLUMNS: &str = "select e.request, e.metric, e.cycle, e.step, e.percent, e.after_seconds, e.audience, e.member,
    e.reached_at, e.told_at, e.acknowledged_by, e.acknowledged_at, c.state, c.due_at, c.request_type, c.priority, c.team,
    c.school, c.network, c.tier
    from sla.escalation e join sla.clock c using (request, metric, cycle) where true";

/// At most `limit` steps within the scope that the filter lets through, behind the cursor, oldest first. Requesters are
/// told nothing of the office's ladder.
pub(crate) async fn list(
    pool: &PgPool,
    scope: &Scope,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<Told>, sqlx::Error> {
    let mut query = QueryBuilder::<Postgres>::new(COLUMNS);
    if !filter.settled {
        query.push(" and e.acknowledged_at is null and c.live");
    }
    if !scope.all {
        query.push(" and c.team = any(").push_bind(&scope.teams).push(")");
    }
    for (column, value) in [(" and c.team = ", &filter.team), (" and e.member = ", &filter.member)]
    {
        if let Some(value) = value {
            query.push(column).push_bind(value);
        }
    }
    if let Some(audience) = filter.audience {
        query.push(" and e.audience = ").push_bind(audience.as_str());
    }
    if let Some(request) = filter.request {
        query.push(" and e.request = ").push_bind(request);
    }
    if let Some(Cursor { told_at, request, metric, cycle, step }) = after {
        query.push(" and (e.told_at, e.request, e.metric, e.cycle, e.step) > (");
        query.push_bind(PgTimestamp(*told_at)).push(", ").push_bind(request.0).push(", ");
        query.push_bind(metric.as_str()).push(", ").push_bind(cycle).push(", ");
        query.push_bind(step).push(")");
    }
    query.push(" order by e.told_at, e.request, e.metric, e.cycle, e.step limit ").push_bind(limit);
    query.build().fetch_all(pool).await?.iter().map(read).collect()
}

fn read(row: &PgRow) -> Result<Told, sqlx::Error> {
    let instant = |column| {
        Ok::<_, sqlx::Error>(row.try_get::<Option<PgTimestamp>, _>(column)?.map(|at| at.0))
    };
    let stamp = |column| Ok::<_, sqlx::Error>(instant(column)?.map(wire::time::to_proto));
    let metric: &str = row.try_get(1)?;
    let cursor = Cursor {
        told_at: row.try_get::<PgTimestamp, _>(9)?.0,
        request: StreamId(row.try_get(0)?),
        metric: metric.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
        cycle: row.try_get(2)?,
        step: row.try_get(3)?,
    };
    let member: &str = row.try_get(7)?;
    let message = pb::Escalation {
        request: format!("requests/{}", cursor.request),
        clock: Some(pb::ClockRef {
            target: metric.to_owned(),
            metric: metric.to_owned(),
            cycle: cursor.cycle,
        }),
        step: cursor.step,
        percent: row.try_get(4)?,
        after_seconds: row.try_get(5)?,
        audience: row.try_get(6)?,
        reached_at: stamp(8)?,
        told_at: stamp(9)?,
        due_at: stamp(13)?,
        state: state_of(row.try_get(12)?).into(),
        member: if member.is_empty() { String::new() } else { format!("people/{member}") },
        snapshot: Some(pb::CaseSnapshot {
            request_type_id: row.try_get(14)?,
            priority: row.try_get(15)?,
            team_id: row.try_get(16)?,
            school_id: row.try_get(17)?,
            network_id: row.try_get(18)?,
            tier: row.try_get(19)?,
        }),
        acknowledged_by: row.try_get::<Option<String>, _>(10)?.unwrap_or_default(),
        acknowledged_at: stamp(11)?,
    };
    Ok(Told { cursor, message })
}
