//! Whatever breaks, and however many runners there are, each event takes effect once.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use kernel::Position;
use rstest::rstest;
use stream::{Checkpoints, HandleError, parked};

use crate::{
    common::{CONTEXT, append, new_stream},
    rig::{Carrier, Rig},
    tally::{Fault, PATIENCE, Running, TALLY, check, no_fault, prepared, write},
};

/// Fails every third page, after its rows were written.
fn every_third() -> Fault {
    let calls = AtomicUsize::new(0);
    Arc::new(move |_| match calls.fetch_add(1, Ordering::Relaxed) % 3 {
        2 => Err(HandleError::Transient("injected".into())),
        _ => Ok(()),
    })
}

#[rstest]
#[case::log(Carrier::Log)]
#[case::kafka(Carrier::Kafka)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_aborts_and_lost_connections_neither_lose_nor_repeat_an_event(
    #[case] carrier: Carrier,
) {
    let rig = Rig::of(carrier).await;
    let pool = &rig.database.pool;
    let writing = rig.write(20, 40);
    let breaking = async {
        for round in 0..8_i64 {
            let running = rig.tally(7 + round, every_third());
            running.progress.wait_for(Position(round * 80), PATIENCE).await;
            if round % 2 == 0 {
                running.task.abort();
            } else {
                let sql = "select pg_terminate_backend(pid) from pg_stat_activity
                           where datname = current_database() and pid <> pg_backend_pid()";
                sqlx::query(sql).execute(pool).await.unwrap();
                running.progress.wait_for(Position(round * 80 + 40), PATIENCE).await;
                running.stop().await;
            }
            rig.check().await;
        }
    };
    futures::join!(writing, breaking);
    let running = rig.tally(1_000, no_fault());
    running.reach_head(&rig.log).await;
    rig.check_whole().await;
    assert_eq!(parked::list(pool, CONTEXT, &parked::Place::default(), 9).await.unwrap(), []);
    running.stop().await;
    rig.drop().await;
}

#[rstest]
#[case::log(Carrier::Log)]
#[case::kafka(Carrier::Kafka)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_runners_of_one_subscription_apply_each_event_once(#[case] carrier: Carrier) {
    let rig = Rig::of(carrier).await;
    let runners = [5, 8, 13].map(|page| rig.tally(page, every_third()));
    rig.write(10, 40).await;
    for running in &runners {
        running.reach_head(&rig.log).await;
    }
    rig.check_whole().await;
    let pool = &rig.database.pool;
    assert_eq!(parked::list(pool, CONTEXT, &parked::Place::default(), 9).await.unwrap(), []);
    for running in runners {
        running.stop().await;
    }
    rig.drop().await;
}

#[tokio::test]
async fn a_runner_that_slept_through_anothers_work_changes_nothing() {
    let (database, log) = prepared().await;
    write(&log, 5, 4).await;
    // A zombie: it has read its page and stands before its transaction, as after a long pause.
    let checkpoints = Checkpoints::of(database.pool.clone(), CONTEXT, TALLY.name);
    let bus = stream::LogBus::new(log.reader());
    let mut feed = stream::Bus::open(&bus, &TALLY, &checkpoints).await.unwrap();
    let stale = [feed.next().await.unwrap(), feed.next().await.unwrap()];
    let running = Running::tally(&database, &log, 1_000, no_fault());
    running.reach_head(&log).await;
    running.stop().await;
    let zombie = Running::start(
        &database.pool,
        Replay(tokio::sync::Mutex::new(stale.into()), bus),
        crate::tally::Tally(no_fault()),
        TALLY,
    );
    zombie.reach_head(&log).await;
    check(&database.pool, TALLY.name).await.unwrap();
    zombie.stop().await;
    database.drop().await;
}

/// A bus that first hands out what is stale, whatever the checkpoint says.
struct Replay(tokio::sync::Mutex<VecDeque<stream::Fed>>, stream::LogBus);

struct Stale(VecDeque<stream::Fed>, Box<dyn stream::Feed>);

#[async_trait::async_trait]
impl stream::Bus for Replay {
    fn source(&self) -> &'static str {
        CONTEXT
    }
    async fn open(
        &self,
        subscription: &stream::Subscription,
        checkpoints: &Checkpoints,
    ) -> Result<Box<dyn stream::Feed>, stream::BoxError> {
        let feed = self.1.open(subscription, checkpoints).await?;
        Ok(Box::new(Stale(std::mem::take(&mut *self.0.lock().await), feed)))
    }
}

#[async_trait::async_trait]
impl stream::Feed for Stale {
    async fn next(&mut self) -> Result<stream::Fed, stream::BoxError> {
        match self.0.pop_front() {
            Some(stale) => Ok(stale),
            None => self.1.next().await,
        }
    }
}

#[tokio::test]
async fn progress_passes_over_other_aggregates_and_waiting_ends_in_time() {
    let (database, log) = prepared().await;
    let running = Running::tally(&database, &log, 1_000, no_fault());
    for _ in 0..3 {
        let mut other = append(new_stream(), 0, 1);
        (other.kind, other.events[0].name) = ("other", "other.grown".to_owned());
        log.append(other).await.unwrap();
    }
    assert!(running.progress.wait_for(Position(3), PATIENCE).await);
    assert!(!running.progress.wait_for(Position(4), Duration::from_millis(1)).await);
    assert_eq!((running.progress.name(), running.progress.source()), ("trial.tally", CONTEXT));
    let counted: i64 = sqlx::query_scalar("select count(*) from trial.tally")
        .fetch_one(&database.pool)
        .await
        .unwrap();
    assert_eq!(counted, 0);
    running.stop().await;
    database.drop().await;
}

#[tokio::test]
async fn a_log_that_is_shorter_than_the_checkpoint_stops_the_subscription() {
    let (database, log) = prepared().await;
    sqlx::raw_sql("insert into trial.checkpoint values ('trial.tally', 'log/trial', 7)")
        .execute(&database.pool)
        .await
        .unwrap();
    let checkpoints = Checkpoints::of(database.pool.clone(), CONTEXT, TALLY.name);
    let opened = stream::Bus::open(&stream::LogBus::new(log.reader()), &TALLY, &checkpoints).await;
    assert!(opened.err().unwrap().to_string().contains("was the log restored?"));
    database.drop().await;
}
