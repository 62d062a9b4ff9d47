//! Many requests at once, with what is recorded of their clocks: each question is one statement, read as it arrives.

use std::collections::BTreeSet;

use futures::{Stream, TryStreamExt};
use kernel::{StreamId, Timestamp};
use sla_domain::{case::ClockKey, what_if::Verdict, words::Metric};
use sqlx::{PgPool, Row as _, postgres::PgRow};

use super::request_facts;
use crate::{access::Scope, facts::Known};

/// One request, as it was read.
pub(crate) struct Chapter {
    pub(crate) request: StreamId,
    document: String,
    clocks: Option<String>,
}

impl Chapter {
    fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            request: StreamId(row.try_get(0)?),
            document: row.try_get(1)?,
            clocks: row.try_get(2)?,
        })
    }

    /// What is known of it.
    pub(crate) fn known(&self) -> Result<Known, sqlx::Error> {
        request_facts::known(&self.document)
    }

    /// Of [`opened`]: how its clock is recorded, by cycles, the first one first.
    pub(crate) fn verdicts(&self) -> Vec<Verdict> {
        let states = self.clocks.as_deref().unwrap_or_default().split_whitespace();
        states.map(verdict_of).collect()
    }

    /// Of [`open`]: the clocks that no version touches any more.
    pub(crate) fn judged(&self) -> BTreeSet<ClockKey> {
        let key = |text: &str| {
            let (metric, cycle) = text.split_once(' ')?;
            Some(ClockKey { metric: metric.parse().ok()?, cycle: cycle.parse().ok()? })
        };
        self.clocks.iter().flat_map(|clocks| clocks.split(',')).filter_map(key).collect()
    }
}

/// A state of the board as a verdict; one that was replaced is judged no longer.
fn verdict_of(state: &str) -> Verdict {
    match state {
        "met" => Verdict::Met,
        "missed" => Verdict::Missed,
        "missed_open" => Verdict::MissedOpen,
        "running" => Verdict::Running,
        "paused" => Verdict::Paused,
        _ => Verdict::Cancelled,
    }
}

/// Which requests to read: of a period, within a scope.
#[derive(Debug, Clone)]
pub(crate) struct Period {
    pub(crate) from: Timestamp,
    /// Not included.
    pub(crate) to: Timestamp,
    /// Who holds them now.
    pub(crate) team: Option<String>,
    /// Whose clocks are wanted.
    pub(crate) metric: Metric,
    pub(crate) scope: Scope,
}

/// The requests that were opened in a period, in no order, with the states of one clock's cycles.
pub(crate) fn opened(
    pool: &PgPool,
    period: Period,
) -> impl Stream<Item = Result<Chapter, sqlx::Error>> + use<'_> {
    // Few clocks have more than one cycle: grouping them apart spares grouping them all.
    let sql = "select facts.request, facts.doc::text, concat_ws(' ', first.state, later.states)
               from sla.request_facts facts
               left join sla.clock first
                   on first.request = facts.request and first.metric = $1 and first.cycle = 1
               left join (select request, string_agg(state, ' ' order by cycle) as states from sla.clock
                   where metric = $1 and cycle > 1 group by request) later on later.request = facts.request
               where (facts.doc #>> '{opening,at}')::bigint >= $2 and (facts.doc #>> '{opening,at}')::bigint < $3
                   and ($4 or facts.doc #>> '{tenures,-1,1}' = any($5) or facts.doc #>> '{opening,school}' = any($6))
                   and ($7::text is null or facts.doc #>> '{tenures,-1,1}' = $7)";
    let Period { from, to, team, metric, scope } = period;
    sqlx::query(sql)
        .bind(metric.as_str())
        .bind(from.as_microsecond())
        .bind(to.as_microsecond())
        .bind(scope.all)
        .bind(scope.teams)
        .bind(scope.schools)
        .bind(team)
        .fetch(pool)
        .and_then(|row| async move { Chapter::read(&row) })
}

/// The open requests that are judged by a policy, by id, with their clocks that are judged already.
pub(crate) fn open(pool: &PgPool) -> impl Stream<Item = Result<Chapter, sqlx::Error>> + use<'_> {
    let sql = "select facts.request, facts.doc::text, clocks.judged
               from sla.request_facts facts
               left join lateral (select string_agg(metric || ' ' || cycle, ',') as judged from sla.clock
                   where request = facts.request
                       and (breached_at is not null or state not in ('running', 'paused'))) clocks on true
               where facts.open and not facts.imported
               order by facts.request";
    sqlx::query(sql).fetch(pool).and_then(|row| async move { Chapter::read(&row) })
}
