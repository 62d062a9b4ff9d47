//! The timer's own queries, for whoever measures them: `schoolside bench sla`.
//!
//! Nothing here serves; the rows are invented, in a database that is made for the measurement.

use chassis::service::{AssembleError, install};
use kernel::Timestamp;
use sqlx::{PgConnection, PgPool};
use stream::HandleError;

use crate::{app::CONTEXT, projection::request_facts, wiring::MIGRATIONS};

/// Installs the schema into a fresh database.
///
/// # Errors
/// When the database refuses it.
pub async fn prepare(pool: &PgPool) -> Result<(), AssembleError> {
    install(pool, CONTEXT, &MIGRATIONS).await
}

/// Fills the table anew: so many requests that wait for an instant years ahead or for nothing at all, and a few that are due
/// at `now`.
///
/// # Errors
/// When the database refuses it.
pub async fn fill(pool: &PgPool, idle: i64, due: i64, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("truncate sla.request_facts").execute(pool).await?;
    let sql = "insert into sla.request_facts (request, version, imported, open, next_wake, wake_cause, doc)
               select gen_random_uuid(), 3, false, true,
                   case when number <= $2 then to_timestamp($3) - number * interval '1 second'
                        when number % 2 = 0 then to_timestamp($3) + number * interval '1 minute' end,
                   null,
                   jsonb_build_object('priority', 'P3', 'team', 'T1', 'opening', jsonb_build_object('at', number * 1000000,
                       'request_type', 'TEC1', 'category', jsonb_build_array('technology'), 'school', '0101', 'tier', 2))
               from generate_series(1, $1 + $2) as number";
    #[expect(clippy::cast_precision_loss, reason = "a second more or less is nothing here")]
    let seconds = now.as_second() as f64;
    sqlx::query(sql).bind(idle).bind(due).bind(seconds).execute(pool).await?;
    sqlx::query("vacuum (analyze) sla.request_facts").execute(pool).await?;
    Ok(())
}

/// What the timer asks when it wakes: which requests are due; how many it was given.
///
/// # Errors
/// When the database does not answer.
pub async fn due(now: Timestamp, limit: i64, tx: &mut PgConnection) -> Result<usize, HandleError> {
    request_facts::due(now, limit, tx).await.map(|due| due.len())
}

/// What the timer asks before it sleeps: when the next one is due.
///
/// # Errors
/// When the database does not answer.
pub async fn next_due(pool: &PgPool) -> Result<Option<Timestamp>, sqlx::Error> {
    request_facts::next_due(pool).await
}
