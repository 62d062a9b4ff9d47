//! What an operator can do about records that could not be handled: look, have them tried again, or drop them.
//!
//! The wish is written down; the subscription's runner, which alone touches its rows, fulfils it within about a
//! second. A dropped record stays in the table as the record of it.

use eventlog::PgTimestamp;
use kernel::{EventId, Position, StreamId, Timestamp, Version};
use sqlx::{AssertSqlSafe, PgPool, Row, postgres::PgRow};

/// A record that could not be handled, or waits behind one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// The subscription.
    pub subscription: String,
    /// The lane that it was read from.
    pub lane: String,
    /// Its position there.
    pub position: Position,
    /// Its stream.
    pub stream: StreamId,
    /// The stream's version with it.
    pub version: Version,
    /// Kind and event, e.g. `request.opened`.
    pub name: String,
    /// The event's id.
    pub event_id: EventId,
    /// `parked`; `held` behind a parked one; `retry` or `drop` as wished; `dropped`.
    pub state: String,
    /// The last error, with its causes.
    pub error: String,
    /// How often it was tried.
    pub attempts: i32,
    /// Since when, by real time.
    pub parked_at: Timestamp,
    /// The published protobuf message; empty in a list.
    pub payload: Vec<u8>,
}

/// A record's place in a context's list: where the next page begins behind. The default is before all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The subscription.
    pub subscription: String,
    /// The lane.
    pub lane: String,
    /// The position there.
    pub position: Position,
}

const COLUMNS: &str = "subscription, lane, position, stream, version, type, event_id, state, error, attempts, parked_at";

fn in_schema(context: &str, sql: &str) -> Result<AssertSqlSafe<String>, sqlx::Error> {
    if !eventlog::is_context_name(context) {
        return Err(sqlx::Error::Protocol(format!("{context:?} is not a context")));
    }
    Ok(AssertSqlSafe(sql.replace("{context}", context).replace("{columns}", COLUMNS)))
}

/// At most `limit` of what is parked or held in a context behind a place, dropped ones left out, by subscription and
/// position; without payloads, which a held stream can have very many of.
///
/// # Errors
/// When the database fails or there is no such context.
pub async fn list(
    pool: &PgPool,
    context: &str,
    behind: &Place,
    limit: i64,
) -> Result<Vec<Parked>, sqlx::Error> {
    let sql = "select {columns}, ''::bytea from {context}.parked
               where state <> 'dropped' and (subscription, lane, position) > ($1, $2, $3)
               order by subscription, lane, position limit $4";
    let rows = sqlx::query(in_schema(context, sql)?)
        .bind(&behind.subscription)
        .bind(&behind.lane)
        .bind(behind.position.0)
        .bind(limit)
        .fetch_all(pool)
        .await?;
    rows.iter().map(parked).collect()
}

/// One record, dropped or not.
///
/// # Errors
/// As [`list`].
pub async fn show(
    pool: &PgPool,
    context: &str,
    subscription: &str,
    position: Position,
) -> Result<Option<Parked>, sqlx::Error> {
    let sql = "select {columns}, payload from {context}.parked
               where subscription = $1 and position = $2";
    let row = sqlx::query(in_schema(context, sql)?)
        .bind(subscription)
        .bind(position.0)
        .fetch_optional(pool)
        .await?;
    row.as_ref().map(parked).transpose()
}

/// Has a parked record tried again, and after it those that wait behind it; false when none is parked there.
///
/// # Errors
/// As [`list`].
pub async fn retry(
    pool: &PgPool,
    context: &str,
    subscription: &str,
    position: Position,
) -> Result<bool, sqlx::Error> {
    wish(pool, context, subscription, position, "retry").await
}

/// Has a parked record left out for good, and lets those behind it go on; false when none is parked there.
///
/// # Errors
/// As [`list`].
pub async fn drop(
    pool: &PgPool,
    context: &str,
    subscription: &str,
    position: Position,
) -> Result<bool, sqlx::Error> {
    wish(pool, context, subscription, position, "drop").await
}

/// The record that those of a stream wait behind, if any does.
///
/// # Errors
/// As [`list`].
pub async fn front(
    pool: &PgPool,
    context: &str,
    subscription: &str,
    stream: StreamId,
) -> Result<Option<Position>, sqlx::Error> {
    let sql = "select min(position) from {context}.parked
               where subscription = $1 and stream = $2 and state <> 'dropped'";
    let first: Option<i64> = sqlx::query_scalar(in_schema(context, sql)?)
        .bind(subscription)
        .bind(stream.0)
        .fetch_one(pool)
        .await?;
    Ok(first.map(Position))
}

async fn wish(
    pool: &PgPool,
    context: &str,
    subscription: &str,
    position: Position,
    wish: &str,
) -> Result<bool, sqlx::Error> {
    let sql = "update {context}.parked set state = $3
               where subscription = $1 and position = $2 and state in ('parked', 'retry', 'drop')";
    let updated = sqlx::query(in_schema(context, sql)?)
        .bind(subscription)
        .bind(position.0)
        .bind(wish)
        .execute(pool)
        .await?;
    Ok(updated.rows_affected() > 0)
}

fn parked(row: &PgRow) -> Result<Parked, sqlx::Error> {
    Ok(Parked {
        subscription: row.try_get(0)?,
        lane: row.try_get(1)?,
        position: Position(row.try_get(2)?),
        stream: StreamId(row.try_get(3)?),
        version: Version(row.try_get(4)?),
        name: row.try_get(5)?,
        event_id: EventId(row.try_get(6)?),
        state: row.try_get(7)?,
        error: row.try_get(8)?,
        attempts: row.try_get(9)?,
        parked_at: row.try_get::<PgTimestamp, _>(10)?.0,
        payload: row.try_get(11)?,
    })
}
