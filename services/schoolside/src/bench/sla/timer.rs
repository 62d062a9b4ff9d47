//! The timer's queries beside a thousand and beside a million idle clocks, the same few being due.

use std::time::Instant;

use kernel::Timestamp;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool, postgres::PgConnectOptions};

use crate::{assembly, failure::Failure, out};

/// What the fewer clocks are.
const FEW: i64 = 1_000;
/// How many are due, and how many the timer takes at once.
const DUE: i64 = 20;
const BATCH: i64 = 500;
/// How often each query is asked.
const RUNS: usize = 400;

/// Measures in a database that is made for it and dropped in the end.
pub(super) async fn measure(url: &str, idle: i64) -> Result<Value, Failure> {
    let options = assembly::database(url)?;
    let server = PgPool::connect_with(options.clone()).await.map_err(Failure::unavailable)?;
    let name = format!("schoolside_bench_{}", std::process::id());
    let run =
        async |sql: String| sqlx::raw_sql(AssertSqlSafe(sql)).execute(&server).await.map(drop);
    run(format!("create database {name}")).await.map_err(Failure::unavailable)?;
    let found = in_database(options.database(&name), idle).await;
    run(format!("drop database {name} with (force)")).await.map_err(Failure::unavailable)?;
    found
}

async fn in_database(options: PgConnectOptions, idle: i64) -> Result<Value, Failure> {
    let pool = PgPool::connect_with(options).await.map_err(Failure::unavailable)?;
    sla::bench::prepare(&pool).await.map_err(Failure::unavailable)?;
    let few = beside(&pool, FEW).await?;
    let many = beside(&pool, idle).await?;
    pool.close().await;
    let ratio = |query: &str| {
        let of = |found: &Value| found[query].as_f64().unwrap_or_default();
        (of(&many) / of(&few) * 100.0).round() / 100.0
    };
    let ratios = json!({
        "due": ratio("due_microseconds"),
        "none_due": ratio("none_due_microseconds"),
        "next_due": ratio("next_due_microseconds"),
    });
    Ok(json!({ "few": few, "many": many, "ratio": ratios }))
}

/// The middle time of each query beside so many idle clocks.
async fn beside(pool: &PgPool, idle: i64) -> Result<Value, Failure> {
    // 2026-11-02, 12:00 UTC.
    let now = Timestamp::from_second(1_793_620_800).map_err(Failure::unavailable)?;
    let before = Timestamp::from_second(1_700_000_000).map_err(Failure::unavailable)?;
    sla::bench::fill(pool, idle, DUE, now).await.map_err(Failure::unavailable)?;
    out::note(format!("{idle} idle clocks are in the table"));
    let mut tx = pool.acquire().await.map_err(Failure::unavailable)?;
    let (mut due, mut none, mut next) = (Vec::new(), Vec::new(), Vec::new());
    let mut found = 0;
    for _ in 0..RUNS {
        let begun = Instant::now();
        // Outside a transaction the rows are let go at once.
        found = sla::bench::due(now, BATCH, &mut tx).await.map_err(unanswered)?;
        due.push(begun.elapsed());
        let begun = Instant::now();
        sla::bench::due(before, BATCH, &mut tx).await.map_err(unanswered)?;
        none.push(begun.elapsed());
        let begun = Instant::now();
        sla::bench::next_due(pool).await.map_err(Failure::unavailable)?;
        next.push(begun.elapsed());
    }
    let middle = |mut times: Vec<std::time::Duration>| {
        // The first quarter warms up.
        times.drain(..RUNS / 4);
        times.sort_unstable();
        (times[times.len() / 2].as_secs_f64() * 1e7).round() / 10.0
    };
    Ok(json!({
        "idle": idle,
        "due": found,
        "due_microseconds": middle(due),
        "none_due_microseconds": middle(none),
        "next_due_microseconds": middle(next),
    }))
}

#[expect(clippy::needless_pass_by_value, reason = "map_err passes it so")]
fn unanswered(error: stream::HandleError) -> Failure {
    Failure::Unavailable(error.to_string())
}
