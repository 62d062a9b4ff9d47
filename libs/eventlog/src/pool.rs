//! Pools whose connections never begin inside somebody else's transaction.

use sqlx::postgres::PgPoolOptions;

/// Makes a pool safe against cancelled transactions: use it for **every** pool in the process.
///
/// A `begin()` that is dropped before it completes leaves the session inside a transaction that nobody will
/// commit (transact-rs/sqlx #4385), and tonic drops a handler whenever its caller goes away. Whatever the next
/// user of the connection writes would be lost while it was reported as done. So every connection is brought
/// back to "no transaction" as it is taken. The one round trip also tells whether the connection is alive.
#[must_use]
pub fn guarded(options: PgPoolOptions) -> PgPoolOptions {
    options.test_before_acquire(false).before_acquire(|connection, _| {
        Box::pin(async move {
            // On a clean session this is silent; inside a transaction, a bare `rollback` is what counts. A
            // rollback alone would leave a warning in the server's log at every acquire.
            sqlx::raw_sql("begin; rollback").execute(connection).await?;
            Ok(true)
        })
    })
}
