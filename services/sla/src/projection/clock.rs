//! The board: one row per cycle of each clock, as its case records it, with who holds the request now.
//!
//! Rows are written by whoever looks at a request, in the transaction that holds the lock on its facts, from what the
//! case records then. So they never run ahead of the log, and looking again rebuilds them.

use eventlog::PgTimestamp;
use kernel::{StreamId, Timestamp};
use prost::Message;
use sla_domain::{
    case::{Basis, ClockKey, ClockRecord, End, Snapshot},
    words::Metric,
};
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Row as _, postgres::PgRow};
use stream::HandleError;
use uuid::Uuid;
use wire::schoolside::sla::v1 as pb;

use super::escalation;
use crate::{access::Scope, look::Standing};

/// One cycle of one clock.
pub(crate) struct Clock {
    pub(crate) request: StreamId,
    pub(crate) metric: Metric,
    pub(crate) cycle: i32,
    pub(crate) state: pb::ClockState,
    pub(crate) started_at: Timestamp,
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) fulfilled_at: Option<Timestamp>,
    pub(crate) breached_at: Option<Timestamp>,
    pub(crate) warned_percent: i32,
    pub(crate) basis: pb::Basis,
    pub(crate) snapshot: pb::CaseSnapshot,
}

impl Clock {
    /// A clock as its case records it.
    pub(crate) fn of(
        request: StreamId,
        key: ClockKey,
        record: &ClockRecord,
        snapshot: &Snapshot,
    ) -> Self {
        let (state, fulfilled_at) = match record.end {
            Some(End::Met { fulfilled_at }) => (pb::ClockState::Met, Some(fulfilled_at)),
            Some(End::Missed { fulfilled_at }) => (pb::ClockState::Missed, Some(fulfilled_at)),
            Some(End::Cancelled { .. }) => (pb::ClockState::Cancelled, None),
            Some(End::Superseded { .. }) => (pb::ClockState::Superseded, None),
            None if record.paused.is_some() => (pb::ClockState::Paused, None),
            None if record.breached_at.is_some() => (pb::ClockState::MissedOpen, None),
            None => (pb::ClockState::Running, None),
        };
        Self {
            request,
            metric: key.metric,
            cycle: count(key.cycle),
            state,
            started_at: record.started_at,
            due_at: record.due_at,
            fulfilled_at,
            breached_at: record.breached_at,
            warned_percent: record.warned.last().copied().map_or(0, i32::from),
            basis: basis(&record.basis),
            snapshot: snapshot_of(snapshot),
        }
    }

    /// Where a page that begins behind it begins.
    pub(crate) const fn cursor(&self) -> Cursor {
        let Self { due_at, request, metric, cycle, .. } = self;
        Cursor { due_at: *due_at, request: *request, metric: *metric, cycle: *cycle }
    }

    pub(crate) fn is_live(&self) -> bool {
        LIVE.contains(&self.state)
    }

    pub(super) fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        let instant = |column| {
            Ok::<_, sqlx::Error>(row.try_get::<Option<PgTimestamp>, _>(column)?.map(|at| at.0))
        };
        let metric: &str = row.try_get(1)?;
        Ok(Self {
            request: StreamId(row.try_get(0)?),
            metric: metric.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            cycle: row.try_get(2)?,
            state: state_of(row.try_get(3)?),
            started_at: row.try_get::<PgTimestamp, _>(4)?.0,
            due_at: instant(5)?,
            fulfilled_at: instant(6)?,
            breached_at: instant(7)?,
            warned_percent: row.try_get(8)?,
            basis: pb::Basis::decode(row.try_get::<&[u8], _>(9)?)
                .map_err(|error| sqlx::Error::Decode(error.into()))?,
            snapshot: pb::CaseSnapshot {
                request_type_id: row.try_get(10)?,
                priority: row.try_get(11)?,
                team_id: row.try_get(12)?,
                school_id: row.try_get(13)?,
                network_id: row.try_get(14)?,
                tier: row.try_get(15)?,
            },
        })
    }
}

/// The states of clocks that still matter.
pub(crate) const LIVE: [pb::ClockState; 3] =
    [pb::ClockState::Running, pb::ClockState::Paused, pb::ClockState::MissedOpen];

const STATES: [(pb::ClockState, &str); 7] = [
    (pb::ClockState::Running, "running"),
    (pb::ClockState::Paused, "paused"),
    (pb::ClockState::Met, "met"),
    (pb::ClockState::Missed, "missed"),
    (pb::ClockState::MissedOpen, "missed_open"),
    (pb::ClockState::Cancelled, "cancelled"),
    (pb::ClockState::Superseded, "superseded"),
];

fn word_of(state: pb::ClockState) -> &'static str {
    STATES.iter().find(|(one, _)| *one == state).map_or("", |(_, word)| word)
}

pub(super) fn state_of(word: &str) -> pb::ClockState {
    STATES.iter().find(|(_, one)| *one == word).map_or(pb::ClockState::Unspecified, |(one, _)| *one)
}

/// INVARIANT: what is counted here (cycles, versions, entries) is far below 2³¹.
fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// What a due instant was reckoned by, as events say it.
pub(crate) fn basis(basis: &Basis) -> pb::Basis {
    match basis {
        Basis::Stated => pb::Basis { policy_id: STATED.to_owned(), ..pb::Basis::default() },
        Basis::Reckoned {
            policy,
            policy_version,
            entry,
            length,
            calendar,
            calendar_version,
            calendar_known,
        } => pb::Basis {
            policy_id: policy.to_string(),
            policy_version: count(*policy_version),
            policy_entry: count(*entry),
            length: length.to_string(),
            calendar_id: calendar.to_string(),
            calendar_version: count(*calendar_version),
            calendar_known: calendar_known.map(wire::time::to_proto),
        },
    }
}

fn snapshot_of(snapshot: &Snapshot) -> pb::CaseSnapshot {
    fn text<T: ToString>(value: Option<&T>) -> String {
        value.map(ToString::to_string).unwrap_or_default()
    }
    pb::CaseSnapshot {
        request_type_id: snapshot.request_type.to_string(),
        priority: text(snapshot.priority.as_ref()),
        team_id: text(snapshot.team.as_ref()),
        school_id: text(snapshot.school.as_ref()),
        network_id: text(snapshot.network.as_ref()),
        tier: snapshot.tier.and_then(|tier| tier.as_str().parse().ok()).unwrap_or_default(),
    }
}

/// Writes the rows of these requests, in one statement.
pub(crate) async fn store(
    standings: &[Standing],
    tx: &mut PgConnection,
) -> Result<(), HandleError> {
    let clocks = standings.iter().flat_map(|standing| {
        let Standing { request, snapshot, state, .. } = standing;
        state.clocks.iter().map(|(key, record)| Clock::of(*request, *key, record, snapshot))
    });
    let clocks: Vec<Clock> = clocks.collect();
    if clocks.is_empty() {
        return Ok(());
    }
    escalation::store(standings, tx).await?;
    let column = |take: fn(&Clock) -> &String| clocks.iter().map(take).collect::<Vec<_>>();
    let instants = |take: fn(&Clock) -> Option<Timestamp>| {
        clocks.iter().map(|clock| take(clock).map(PgTimestamp)).collect::<Vec<_>>()
    };
    let calendars =
        clocks.iter().map(|clock| Some(&clock.basis.calendar_id).filter(|id| !id.is_empty()));
    let policies =
        clocks.iter().map(|clock| Some(&clock.basis.policy_id).filter(|id| *id != STATED));
    sqlx::query(
        "insert into sla.clock (request, metric, cycle, state, live, started_at, due_at, fulfilled_at, breached_at,
             warned_percent, calendar, basis, request_type, priority, team, school, network, tier, policy)
         select * from unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::boolean[], $6::timestamptz[],
             $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::int[], $11::text[], $12::bytea[],
             $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::int[], $19::text[])
         on conflict (request, metric, cycle) do update set state = excluded.state, live = excluded.live,
             started_at = excluded.started_at, due_at = excluded.due_at, fulfilled_at = excluded.fulfilled_at,
             breached_at = excluded.breached_at, warned_percent = excluded.warned_percent,
             calendar = excluded.calendar, basis = excluded.basis, request_type = excluded.request_type,
             priority = excluded.priority, team = excluded.team, school = excluded.school,
             network = excluded.network, tier = excluded.tier, policy = excluded.policy, changed = pg_current_xact_id()
         where (clock.state, clock.started_at, clock.due_at, clock.fulfilled_at, clock.breached_at, clock.warned_percent,
                 clock.basis, clock.request_type, clock.priority, clock.team, clock.school, clock.network, clock.tier)
             is distinct from (excluded.state, excluded.started_at, excluded.due_at, excluded.fulfilled_at,
                 excluded.breached_at, excluded.warned_percent, excluded.basis, excluded.request_type,
                 excluded.priority, excluded.team, excluded.school, excluded.network, excluded.tier)",
    )
    .bind(clocks.iter().map(|clock| clock.request.0).collect::<Vec<_>>())
    .bind(clocks.iter().map(|clock| clock.metric.as_str()).collect::<Vec<_>>())
    .bind(clocks.iter().map(|clock| clock.cycle).collect::<Vec<_>>())
    .bind(clocks.iter().map(|clock| word_of(clock.state)).collect::<Vec<_>>())
    .bind(clocks.iter().map(Clock::is_live).collect::<Vec<_>>())
    .bind(clocks.iter().map(|clock| PgTimestamp(clock.started_at)).collect::<Vec<_>>())
    .bind(instants(|clock| clock.due_at))
    .bind(instants(|clock| clock.fulfilled_at))
    .bind(instants(|clock| clock.breached_at))
    .bind(clocks.iter().map(|clock| clock.warned_percent).collect::<Vec<_>>())
    .bind(calendars.collect::<Vec<_>>())
    .bind(clocks.iter().map(|clock| clock.basis.encode_to_vec()).collect::<Vec<_>>())
    .bind(column(|clock| &clock.snapshot.request_type_id))
    .bind(column(|clock| &clock.snapshot.priority))
    .bind(column(|clock| &clock.snapshot.team_id))
    .bind(column(|clock| &clock.snapshot.school_id))
    .bind(column(|clock| &clock.snapshot.network_id))
    .bind(clocks.iter().map(|clock| clock.snapshot.tier).collect::<Vec<_>>())
    .bind(policies.collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

/// The policy of clocks whose due instant the source of an import states.
const STATED: &str = "stated";

/// What to list.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) team: Option<String>,
    pub(crate) school: Option<String>,
    pub(crate) network: Option<String>,
    /// The policy that judges, or `stated`.
    pub(crate) policy: Option<String>,
    pub(crate) due_before: Option<Timestamp>,
    pub(crate) breached_since: Option<Timestamp>,
    pub(crate) request: Option<Uuid>,
    pub(crate) metric: Option<Metric>,
    pub(crate) state: Option<pb::ClockState>,
}

/// Where a page begins: behind this clock.
#[derive(Debug, Clone)]
pub(crate) struct Cursor {
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) request: StreamId,
    pub(crate) metric: Metric,
    pub(crate) cycle: i32,
}

pub(super) const COLUMNS: &str =
    "select request, metric, cycle, state, started_at, due_at, fulfilled_at, breached_at,
    warned_percent, basis, request_type, priority, team, school, network, tier";

/// At most `limit` clocks within the scope that the filter lets through, behind the cursor, most urgent first.
pub(crate) async fn list(
    pool: &PgPool,
    scope: &Scope,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<Clock>, sqlx::Error> {
    let mut query = QueryBuilder::<Postgres>::new(COLUMNS);
    query.push(" from sla.clock where true");
    match (filter.state, filter.request) {
        (Some(state), _) => {
            // Said apart from the state, because the indexes are split by it.
            query.push(if LIVE.contains(&state) { " and live" } else { " and not live" });
            query.push(" and state = ").push_bind(word_of(state));
        }
        (None, None) if filter.breached_since.is_none() => {
            query.push(" and live");
        }
        (None, _) => {}
    }
    filter.push(&mut query);
    if !scope.all {
        query.push(" and (team = any(").push_bind(&scope.teams);
        query.push(") or school = any(").push_bind(&scope.schools).push("))");
    }
    if let Some(Cursor { due_at, request, metric, cycle }) = after {
        query.push(" and (sort_at, request, metric, cycle) > (coalesce(");
        query.push_bind(due_at.map(PgTimestamp)).push(", 'infinity'), ").push_bind(request.0);
        query.push(", ").push_bind(metric.as_str()).push(", ").push_bind(cycle).push(")");
    }
    query.push(" order by sort_at, request, metric, cycle limit ").push_bind(limit);
    query.build().fetch_all(pool).await?.iter().map(Clock::read).collect()
}

impl Filter {
    /// Everything but the state, as conditions on a row of `sla.clock`.
    fn push(&self, query: &mut QueryBuilder<Postgres>) {
        let words = [(" and team = ", &self.team), (" and school = ", &self.school)];
        for (column, value) in words.into_iter().chain([(" and network = ", &self.network)]) {
            if let Some(value) = value {
                query.push(column).push_bind(value);
            }
        }
        match self.policy.as_deref() {
            Some(STATED) => _ = query.push(" and policy is null"),
            Some(policy) => _ = query.push(" and policy = ").push_bind(policy),
            None => {}
        }
        if let Some(request) = self.request {
            query.push(" and request = ").push_bind(request);
        }
        if let Some(metric) = self.metric {
            query.push(" and metric = ").push_bind(metric.as_str());
        }
        if let Some(instant) = self.due_before {
            query.push(" and sort_at < ").push_bind(PgTimestamp(instant));
        }
        if let Some(instant) = self.breached_since {
            query.push(" and breached_at >= ").push_bind(PgTimestamp(instant));
        }
    }

    /// Whether it lets a clock through, whatever its state.
    pub(crate) fn matches(&self, clock: &Clock) -> bool {
        let is =
            |wanted: &Option<String>, have: &str| wanted.as_deref().is_none_or(|one| one == have);
        let snapshot = &clock.snapshot;
        is(&self.team, &snapshot.team_id)
            && is(&self.school, &snapshot.school_id)
            && is(&self.network, &snapshot.network_id)
            && is(&self.policy, &clock.basis.policy_id)
            && self.metric.is_none_or(|metric| metric == clock.metric)
    }
}
