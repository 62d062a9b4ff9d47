//! How far a relay is, and what an operator can do about it.

use eventlog::PgTimestamp;
use kernel::{Position, Timestamp};
use sqlx::{AssertSqlSafe, PgPool};

/// How far a context's log is on its topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The context.
    pub log: &'static str,
    /// The log's last position.
    pub head: Position,
    /// Everything up to here has been acknowledged by the broker.
    pub cursor: Position,
    /// When the first event behind it was recorded, by the domain's clock; `None` when there is none.
    pub waiting_since: Option<Timestamp>,
    /// The cluster that the cursor is about, with the namespace behind a slash; `None` before anything was published.
    pub cluster: Option<String>,
    /// Whether a relay is at work.
    pub at_work: bool,
    /// Why it does not go on.
    pub trouble: Option<String>,
}

/// How far the relay of `context` is.
///
/// # Errors
/// When the database fails.
pub async fn status(pool: &PgPool, context: &'static str) -> Result<Status, sqlx::Error> {
    type Row = (i64, i64, Option<PgTimestamp>, Option<String>, bool, Option<String>);
    let sql = format!(
        "select h.pos, r.position, (select recorded_at from {context}.event e where e.pos = r.position + 1), r.cluster,
             coalesce(r.holder is not null and r.expires_at > now(), false), r.trouble
         from {context}.relay r, {context}.head h where r.shard = 0 and h.shard = 0"
    );
    let (head, cursor, since, cluster, at_work, trouble): Row =
        sqlx::query_as(AssertSqlSafe(sql)).fetch_one(pool).await?;
    Ok(Status {
        log: context,
        head: Position(head),
        cursor: Position(cursor),
        waiting_since: since.map(|since| since.0),
        cluster,
        at_work,
        trouble,
    })
}

/// Has everything from `from` on published again, to whatever cluster is there now.
///
/// # Errors
/// When the database fails.
pub async fn republish(
    pool: &PgPool,
    context: &'static str,
    from: Position,
) -> Result<(), sqlx::Error> {
    let sql = format!(
        "update {context}.relay set position = $1, places = '{{}}', cluster = null, trouble = null, holder = null,
             epoch = epoch + 1 where shard = 0"
    );
    sqlx::query(AssertSqlSafe(sql)).bind((from.0 - 1).max(0)).execute(pool).await.map(drop)
}

/// Has the event at `position`, which cannot be sent, left out for ever, and keeps who wanted it and why.
///
/// # Errors
/// When the database fails.
pub async fn skip(
    pool: &PgPool,
    context: &'static str,
    position: Position,
    operator: &str,
    reason: &str,
) -> Result<(), sqlx::Error> {
    let sql = format!(
        "with noted as (insert into {context}.relay_skipped (position, operator, reason) values ($1, $2, $3)
             on conflict do nothing)
         update {context}.relay set trouble = null, epoch = epoch + 1, holder = null where shard = 0"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(position.0)
        .bind(operator)
        .bind(reason)
        .execute(pool)
        .await
        .map(drop)
}
