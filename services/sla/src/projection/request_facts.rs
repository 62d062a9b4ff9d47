//! The facts of requests, read and written a page at a time, and the queue of those to be looked at.

use std::collections::BTreeMap;

use eventlog::PgTimestamp;
use kernel::{StreamId, Timestamp};
use sla_domain::words::Cause;
use sqlx::{PgConnection, PgPool, Row as _};
use stream::HandleError;
use uuid::Uuid;

use crate::facts::Known;

/// One request's row.
pub(crate) struct Row {
    /// The version of its stream that is folded in.
    pub(crate) version: i32,
    pub(crate) known: Known,
    pub(crate) next_wake: Option<Timestamp>,
    pub(crate) wake_cause: Option<Cause>,
}

/// What a document says.
pub(super) fn known(text: &str) -> Result<Known, sqlx::Error> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// The rows of these requests, locked against the timer to the end of the transaction.
pub(crate) async fn load(
    requests: &[Uuid],
    tx: &mut PgConnection,
) -> Result<BTreeMap<StreamId, Row>, HandleError> {
    let sql = "select request, version, next_wake, wake_cause, doc::text from sla.request_facts
               where request = any($1) order by request for update";
    let mut rows = BTreeMap::new();
    for row in sqlx::query(sql).bind(requests).fetch_all(tx).await? {
        let cause: Option<&str> = row.try_get(3)?;
        let found = Row {
            version: row.try_get(1)?,
            next_wake: row.try_get::<Option<PgTimestamp>, _>(2)?.map(|at| at.0),
            wake_cause: cause.and_then(|cause| cause.parse().ok()),
            known: known(row.try_get(4)?)?,
        };
        rows.insert(StreamId(row.try_get(0)?), found);
    }
    Ok(rows)
}

/// Writes rows as a whole, in one statement.
pub(crate) async fn store(
    rows: &BTreeMap<StreamId, Row>,
    tx: &mut PgConnection,
) -> Result<(), HandleError> {
    let mut documents = Vec::with_capacity(rows.len());
    for row in rows.values() {
        let document = serde_json::to_string(&row.known);
        documents.push(document.map_err(|error| HandleError::Poison(error.into()))?);
    }
    let wakes = rows.values().map(|row| row.next_wake.map(PgTimestamp));
    let causes = rows.values().map(|row| row.wake_cause.map(Cause::as_str));
    sqlx::query(
        "insert into sla.request_facts (request, version, imported, open, next_wake, wake_cause, doc)
         select request, version, imported, open, next_wake, wake_cause, doc::jsonb
         from unnest($1::uuid[], $2::int[], $3::boolean[], $4::boolean[], $5::timestamptz[], $6::text[], $7::text[])
             as page(request, version, imported, open, next_wake, wake_cause, doc)
         on conflict (request) do update set version = excluded.version, imported = excluded.imported,
             open = excluded.open, next_wake = excluded.next_wake, wake_cause = excluded.wake_cause,
             doc = excluded.doc",
    )
    .bind(rows.keys().map(|request| request.0).collect::<Vec<_>>())
    .bind(rows.values().map(|row| row.version).collect::<Vec<_>>())
    .bind(rows.values().map(|row| row.known.imported()).collect::<Vec<_>>())
    .bind(rows.values().map(|row| row.known.open_now()).collect::<Vec<_>>())
    .bind(wakes.collect::<Vec<_>>())
    .bind(causes.collect::<Vec<_>>())
    .bind(documents)
    .execute(tx)
    .await?;
    Ok(())
}

/// A request whose clocks are to be looked at.
pub(crate) struct Due {
    pub(crate) request: StreamId,
    pub(crate) known: Known,
    pub(crate) cause: Cause,
}

/// At most `limit` requests to be looked at by `now`, the longest waiting first, locked; what another transaction is
/// at work on is left to it.
pub(crate) async fn due(
    now: Timestamp,
    limit: i64,
    tx: &mut PgConnection,
) -> Result<Vec<Due>, HandleError> {
    let sql = "select request, wake_cause, doc::text from sla.request_facts
               where next_wake <= $1 order by next_wake limit $2 for update skip locked";
    let rows = sqlx::query(sql).bind(PgTimestamp(now)).bind(limit).fetch_all(tx).await?;
    let mut due = Vec::with_capacity(rows.len());
    for row in &rows {
        let cause: Option<&str> = row.try_get(1)?;
        let cause = cause.and_then(|cause| cause.parse().ok()).unwrap_or(Cause::Time);
        let request = StreamId(row.try_get(0)?);
        due.push(Due { request, known: known(row.try_get(2)?)?, cause });
    }
    Ok(due)
}

/// Notes when requests are to be looked at next.
pub(crate) async fn wake(
    wakes: &[(StreamId, Option<Timestamp>)],
    tx: &mut PgConnection,
) -> Result<(), HandleError> {
    let sql = "update sla.request_facts facts set next_wake = page.next_wake, wake_cause = null
               from unnest($1::uuid[], $2::timestamptz[]) as page(request, next_wake)
               where facts.request = page.request";
    sqlx::query(sql)
        .bind(wakes.iter().map(|(request, _)| request.0).collect::<Vec<_>>())
        .bind(wakes.iter().map(|(_, at)| at.map(PgTimestamp)).collect::<Vec<_>>())
        .execute(tx)
        .await?;
    Ok(())
}

/// When the next request is to be looked at.
pub(crate) async fn next_due(pool: &PgPool) -> Result<Option<Timestamp>, sqlx::Error> {
    let sql = "select min(next_wake) from sla.request_facts where next_wake is not null";
    let next: Option<PgTimestamp> = sqlx::query_scalar(sql).fetch_one(pool).await?;
    Ok(next.map(|next| next.0))
}

/// What is known of one request.
pub(crate) async fn by_id(pool: &PgPool, request: StreamId) -> Result<Option<Known>, sqlx::Error> {
    let sql = "select doc::text from sla.request_facts where request = $1";
    let row = sqlx::query(sql).bind(request.0).fetch_optional(pool).await?;
    row.map(|row| known(row.try_get(0)?)).transpose()
}
