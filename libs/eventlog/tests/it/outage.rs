//! A log that cannot write in time says whether it is known that nothing was stored.

use std::time::Duration;

use eventlog::{AppendError, Log, Options};
use sqlx::{PgPool, Postgres, Transaction};

use crate::common::{CONTEXT, Database, append, check, clock, new_stream};

/// A log that gives up soon, and a lock that it waits for.
async fn locked() -> (Database, Log, Transaction<'static, Postgres>) {
    let database = Database::create().await;
    eventlog::install(&database.pool, CONTEXT).await.unwrap();
    let (deadline, statement) = (Duration::from_millis(600), Duration::from_millis(200));
    let options = Options { deadline, statement, ..Options::default() };
    let log = Log::open_with(database.pool.clone(), CONTEXT, clock(), options).await.unwrap();
    let mut lock = database.pool.begin().await.unwrap();
    sqlx::query("select from trial.head for update").execute(&mut *lock).await.unwrap();
    (database, log, lock)
}

/// Ends the appender's session, as soon as there is one.
async fn cut_off(pool: &PgPool) {
    let sql = "select count(*) from (select pg_terminate_backend(pid) from pg_stat_activity
               where datname = current_database() and application_name = 'schoolside appender'
               and wait_event_type = 'Lock') ended";
    while sqlx::query_scalar::<_, i64>(sql).fetch_one(pool).await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_log_that_waits_in_vain_for_its_lock_says_that_nothing_was_stored() {
    let (database, log, lock) = locked().await;
    let first = append(new_stream(), 0, 1);
    let answer = log.append(first.clone()).await;
    assert!(matches!(answer, Err(AppendError::Unavailable(_))), "{answer:?}");
    lock.rollback().await.unwrap();
    assert!(!log.append(first).await.unwrap().duplicate);
    check(&database.pool).await.unwrap();
    database.drop().await;
}

#[tokio::test]
async fn a_log_that_is_cut_off_without_an_answer_says_that_the_outcome_is_unknown() {
    let (database, log, lock) = locked().await;
    let first = append(new_stream(), 0, 1);
    let (answer, ()) = futures::join!(log.append(first.clone()), cut_off(&database.pool));
    assert!(matches!(answer, Err(AppendError::OutcomeUnknown)), "{answer:?}");
    lock.rollback().await.unwrap();
    log.append(first).await.unwrap();
    check(&database.pool).await.unwrap();
    database.drop().await;
}

#[tokio::test]
async fn a_log_that_is_cut_off_for_a_moment_stores_each_command_once() {
    let (database, log, lock) = locked().await;
    let release = async {
        cut_off(&database.pool).await;
        lock.rollback().await.unwrap();
    };
    let (answer, ()) = futures::join!(log.append(append(new_stream(), 0, 3)), release);
    assert!(!answer.unwrap().duplicate);
    check(&database.pool).await.unwrap();
    database.drop().await;
}
