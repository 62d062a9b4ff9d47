//! The check finds what it is there to find: a checkpoint outside the transaction, and a runner without one.

use async_trait::async_trait;
use eventlog::{LogReader, Recorded};
use kernel::Position;
use sqlx::{PgConnection, PgPool};
use stream::{HandleError, Handler, LogBus};

use crate::tally::{Fault, Running, TALLY, check, count, prepared, write};

/// Writes its rows beside the transaction that carries the checkpoint.
struct Beside(PgPool, Fault);

#[async_trait]
impl Handler for Beside {
    async fn handle(&self, page: &[Recorded], _: &mut PgConnection) -> Result<(), HandleError> {
        let mut connection = self.0.acquire().await?;
        for event in page {
            // It does not look at versions, as such a handler would not.
            let _ = count(std::slice::from_ref(event), &mut connection).await;
        }
        (self.1)(page)
    }
}

#[tokio::test]
async fn a_checkpoint_outside_the_transaction_is_found_out() {
    let (database, log) = prepared().await;
    write(&log, 5, 10).await;
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let once: Fault = std::sync::Arc::new(move |_| {
        match calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            2 => Err(HandleError::Transient("injected".into())),
            _ => Ok(()),
        }
    });
    let bus = LogBus::new(log.reader()).with_page(10);
    let running = Running::start(&database.pool, bus, Beside(database.pool.clone(), once), TALLY);
    running.reach_head(&log).await;
    let found = check(&database.pool, TALLY.name).await.unwrap_err();
    assert!(found.contains("has 10 events, counted 12"), "{found}");
    running.stop().await;
    database.drop().await;
}

/// A runner that stores its checkpoint with its rows, but does not compare it with the old one.
async fn naive(pool: &PgPool, reader: &LogReader, meet: &tokio::sync::Barrier) {
    let page = reader.page(Position(0), 1_000).await.unwrap();
    meet.wait().await;
    let mut tx = pool.begin().await.unwrap();
    let _ = count(&page, &mut tx).await;
    let sql = "insert into trial.checkpoint values ('trial.tally', 'log/trial', $1)
               on conflict (subscription, lane) do update set position = excluded.position";
    sqlx::query(sql).bind(page.last().unwrap().position.0).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn two_runners_that_do_not_compare_the_checkpoint_are_found_out() {
    let (database, log) = prepared().await;
    write(&log, 5, 1).await;
    let (reader, meet) = (log.reader(), tokio::sync::Barrier::new(2));
    tokio::join!(naive(&database.pool, &reader, &meet), naive(&database.pool, &reader, &meet));
    let found = check(&database.pool, TALLY.name).await.unwrap_err();
    assert!(found.contains("has 1 events, counted 2"), "{found}");
    database.drop().await;
}
