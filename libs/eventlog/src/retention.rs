//! Forgetting command ids that nobody will repeat any more.

use std::time::Duration;

use sqlx::{AssertSqlSafe, PgPool};

use crate::{ReadError, schema::is_word};

/// How many rows one statement deletes, so that none holds its locks for long.
const BATCH: i64 = 5_000;

/// Deletes the command ids of `context` that were stored more than `older_than` ago, by real time; returns how
/// many. What must stay idempotent for ever rests on deterministic streams and on state, not on these rows.
///
/// # Errors
/// When the database fails; what was deleted until then stays deleted.
///
/// # Panics
/// When `context` is not a plain lower-case word.
pub async fn forget_commands(
    pool: &PgPool,
    context: &'static str,
    older_than: Duration,
) -> Result<u64, ReadError> {
    assert!(is_word(context), "{context:?} cannot name a log");
    let sql = format!(
        "delete from {context}.command where ctid = any(array(
             select ctid from {context}.command
             where recorded_at < now() - $1 * interval '1 second' limit $2))"
    );
    let mut forgotten = 0;
    loop {
        let deleted = sqlx::query(AssertSqlSafe(sql.as_str()))
            .bind(older_than.as_secs_f64())
            .bind(BATCH)
            .execute(pool)
            .await?
            .rows_affected();
        forgotten += deleted;
        if deleted == 0 {
            return Ok(forgotten);
        }
    }
}
