//! The race that loses events in logs whose positions come from a sequence: eight writers, one fast reader.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, Ordering},
};

use eventlog::{Log, LogReader, Recorded};
use futures::future::join_all;
use kernel::Position;
use uuid::Uuid;

use crate::common::{CONTEXT, Database, append, check, clock, events, new_stream};

/// Reads on by `position > cursor` until writing is over and nothing is left: with private parts, which come from the
/// database alone, or without, which other readers and the writers may have brought.
async fn follow(reader: LogReader, private: bool, done: &AtomicBool) -> Vec<Recorded> {
    let (mut seen, mut cursor) = (Vec::new(), Position(0));
    loop {
        let over = done.load(Ordering::Acquire);
        let page = if private {
            reader.page_with_private(cursor, 100).await.unwrap()
        } else {
            reader.page(cursor, 100).await.unwrap()
        };
        if page.is_empty() && over {
            return seen;
        }
        for event in page {
            assert!(event.position > cursor);
            cursor = event.position;
            seen.push(Recorded { private: None, ..event });
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fast_readers_miss_nothing_of_eight_writers() {
    let database = Database::create().await;
    drop(database.log().await);
    // Each writer has a log of its own, as eight processes would: only the database orders them.
    let logs = join_all((0..8).map(|_| Log::open(database.pool.clone(), CONTEXT, clock()))).await;
    let done = AtomicBool::new(false);
    let reader = logs[0].as_ref().unwrap().reader();
    let writing = async {
        join_all(logs.iter().map(|log| async {
            for round in 0..150 {
                let several = (0..=round % 4)
                    .map(|_| log.as_ref().unwrap().append(append(new_stream(), 0, 1 + round % 3)));
                assert!(join_all(several).await.iter().all(Result::is_ok));
            }
        }))
        .await;
        done.store(true, Ordering::Release);
    };
    let (seen, shared, ()) =
        futures::join!(follow(reader.clone(), true, &done), follow(reader, false, &done), writing);
    assert_eq!(seen, shared, "what readers share is not what the database holds");
    let seen: BTreeSet<(i64, Uuid)> =
        seen.iter().map(|event| (event.position.0, event.event_id.0)).collect();
    let sql = "select pos, event_id from trial.event";
    let stored: BTreeSet<(i64, Uuid)> =
        sqlx::query_as(sql).fetch_all(&database.pool).await.unwrap().into_iter().collect();
    assert!(stored.len() > 4_000);
    assert_eq!(stored.difference(&seen).count(), 0, "events were missed");
    assert_eq!(seen.len(), events(&database.pool).await.len());
    check(&database.pool).await.unwrap();
    database.drop().await;
}

/// The same reader on positions from a sequence: the test above would notice.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_reader_misses_events_when_positions_come_from_a_sequence() {
    let database = Database::create().await;
    let reader = database.log().await.reader();
    sqlx::raw_sql("create sequence trial.naive").execute(&database.pool).await.unwrap();
    let insert = "insert into trial.event
        select nextval('trial.naive'), gen_random_uuid(), 1, 'thing.grown', 1::smallint, gen_random_uuid(),
            gen_random_uuid(), now(), now(), '', ''
        from (select pg_sleep(random() * 0.002)) slept";
    let done = AtomicBool::new(false);
    let writing = async {
        join_all((0..8).map(|_| async {
            for _ in 0..100 {
                let mut slow = database.pool.begin().await.unwrap();
                sqlx::query(insert).execute(&mut *slow).await.unwrap();
                sqlx::query("select pg_sleep(random() * 0.002)").execute(&mut *slow).await.unwrap();
                slow.commit().await.unwrap();
            }
        }))
        .await;
        done.store(true, Ordering::Release);
    };
    let (seen, ()) = futures::join!(follow(reader, true, &done), writing);
    let stored = events(&database.pool).await.len();
    assert_eq!(stored, 800);
    assert!(seen.len() < stored, "the race did not show");
    database.drop().await;
}
