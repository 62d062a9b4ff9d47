//! Pools whose connections are looked at when they may have broken, and only then.

use std::time::Duration;

use sqlx::postgres::PgPoolOptions;

/// How long a connection may lie idle without being looked at before its next use.
const IDLE: Duration = Duration::from_millis(250);

/// Makes a pool look at connections that lay idle before they are used: the database may have gone meanwhile. Those in
/// use all the time are not looked at, which would cost a round trip at each use; whoever meets a broken one tries again.
///
/// A `begin()` that is dropped before it completes leaves the session inside a transaction that nobody will commit
/// (transact-rs/sqlx #4385), and tonic drops a handler whenever its caller goes away. So no rpc may open a transaction:
/// clippy.toml forbids `begin` outside the tasks that nobody cancels.
#[must_use]
pub fn checked(options: PgPoolOptions) -> PgPoolOptions {
    options.test_before_acquire(false).before_acquire(|connection, usage| {
        Box::pin(async move {
            if usage.idle_for >= IDLE {
                sqlx::raw_sql("begin; rollback").execute(connection).await?;
            }
            Ok(true)
        })
    })
}
