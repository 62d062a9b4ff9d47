//! What cancelled work leaves in a pooled session (transact-rs/sqlx #4385), and that it harms nobody.

use std::task::{Context, Waker};

use eventlog::guarded;
use futures::FutureExt;
use sqlx::{Connection, PgPool, postgres::PgPoolOptions};

use crate::common::Database;

/// Leaves the pool's only connection inside a transaction: a `begin` that was sent, and never waited for.
async fn cancel_a_begin(pool: &PgPool) {
    let mut connection = pool.acquire().await.unwrap();
    loop {
        let mut begin = Box::pin(connection.begin());
        let mut context = Context::from_waker(Waker::noop());
        // A server that answers within the first poll leaves nothing to cancel.
        if begin.poll_unpin(&mut context).is_pending() {
            return;
        }
    }
}

/// Whether an insert that was reported as done is there for others.
async fn an_insert_survives(pool: PgPool, database: &Database) -> bool {
    sqlx::raw_sql("truncate kept").execute(&database.pool).await.unwrap();
    cancel_a_begin(&pool).await;
    sqlx::query("insert into kept values (1)").execute(&pool).await.unwrap();
    pool.close().await;
    let sql = "select count(*) from kept";
    sqlx::query_scalar::<_, i64>(sql).fetch_one(&database.pool).await.unwrap() == 1
}

#[tokio::test]
async fn a_cancelled_begin_does_not_swallow_the_next_callers_write() {
    let database = Database::create().await;
    sqlx::raw_sql("create table kept (n int)").execute(&database.pool).await.unwrap();
    let one = || PgPoolOptions::new().max_connections(1);
    for _ in 0..20 {
        let pool = guarded(one()).connect(&database.url).await.unwrap();
        assert!(an_insert_survives(pool, &database).await, "the guarded pool lost a write");
    }
    database.drop().await;
}

#[tokio::test]
async fn a_session_left_in_a_failed_transaction_is_not_handed_out() {
    let database = Database::create().await;
    let pool =
        guarded(PgPoolOptions::new().max_connections(1)).connect(&database.url).await.unwrap();
    sqlx::raw_sql("begin; select 1").execute(&pool).await.unwrap();
    assert!(sqlx::raw_sql("select 1 / 0").execute(&pool).await.is_err());
    sqlx::raw_sql("begin").execute(&pool).await.unwrap();
    sqlx::raw_sql("create table kept (n int); select 1 / 0").execute(&pool).await.unwrap_err();
    sqlx::raw_sql("select 1").execute(&pool).await.unwrap();
    database.drop().await;
}
