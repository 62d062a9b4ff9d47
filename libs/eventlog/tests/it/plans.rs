//! The planner's trap: statements first planned on empty tables must not scan them once they are large.

use futures::future::join_all;
use kernel::Position;
use sqlx::{PgPool, Row};

use crate::common::{Database, append, new_stream};

/// How many rows have been read from each of the log's tables by scanning it, the one-row head left out.
async fn scanned(pool: &PgPool) -> Vec<(String, i64)> {
    let sql = "select relname::text, seq_tup_read from pg_stat_user_tables
               where schemaname = 'trial' and relname <> 'head' order by 1";
    let rows = sqlx::query(sql).fetch_all(pool).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn no_statement_of_the_log_scans_a_table() {
    let database = Database::create().await;
    let log = database.log().await;
    let quiet = "alter table trial.event set (autovacuum_enabled = off)";
    sqlx::raw_sql(quiet).execute(&database.pool).await.unwrap();
    let reader = log.reader();
    for _ in 0..20 {
        let streams: Vec<_> = (0..50).map(|_| new_stream()).collect();
        for version in 0..3 {
            let appends = streams.iter().map(|stream| log.append(append(*stream, version, 1)));
            assert!(join_all(appends).await.iter().all(Result::is_ok));
        }
        let loads = join_all(streams.iter().map(|stream| log.load(*stream))).await;
        assert!(loads.iter().all(|load| load.as_ref().unwrap().len() == 3));
        let all = log.load_all(&streams).await.unwrap();
        assert!(streams.iter().zip(loads).all(|(stream, load)| all[stream] == load.unwrap()));
        reader.page(Position(0), 100).await.unwrap();
        reader.page_with_private(Position(100), 100).await.unwrap();
    }
    // A session reports its counts when it ends, at the latest.
    log.close().await;
    database.pool.close().await;
    let fresh = PgPool::connect(&database.url).await.unwrap();
    let indexed = "select idx_scan from pg_stat_user_tables where schemaname = 'trial' and relname = 'stream'";
    while sqlx::query_scalar::<_, i64>(indexed).fetch_one(&fresh).await.unwrap() < 3_000 {
        tokio::task::yield_now().await;
    }
    let scanned = scanned(&fresh).await;
    assert_eq!(scanned.len(), 4);
    assert!(scanned.iter().all(|(_, rows)| *rows == 0), "{scanned:?}");
    fresh.close().await;
    database.drop().await;
}
