//! Records that cannot be handled: parked with what held them up, tried again, dropped; never skipped silently.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use kernel::{Position, StreamId, Version};
use rstest::rstest;
use sqlx::PgPool;
use stream::{
    HandleError, OnPoison, Subscription,
    parked::{self, Place},
};

use crate::{
    common::CONTEXT,
    rig::{Carrier, Rig},
    tally::{Fault, PATIENCE, Running, TALLY, Tally},
};

const HALTING: Subscription = Subscription { on_poison: OnPoison::Halt, ..TALLY };

/// Refuses version 2 of one stream, until mended.
fn poisoned(stream: StreamId, mended: &Arc<AtomicBool>) -> Fault {
    let mended = mended.clone();
    Arc::new(move |page| {
        let bad = page.iter().any(|event| event.stream == stream && event.version == Version(2));
        match bad && !mended.load(Ordering::Relaxed) {
            true => Err(HandleError::Poison("it does not fit".into())),
            false => Ok(()),
        }
    })
}

struct Setting {
    rig: Rig,
    bad: StreamId,
    mended: Arc<AtomicBool>,
}

/// Four streams of four events, the first with poison at version 2, which is position 5.
async fn poison(carrier: Carrier) -> Setting {
    let rig = Rig::of(carrier).await;
    let bad = rig.write(4, 4).await[0];
    Setting { rig, bad, mended: Arc::default() }
}

impl Setting {
    fn start(&self, subscription: Subscription) -> Running {
        self.rig.start(1_000, Tally(poisoned(self.bad, &self.mended)), subscription)
    }

    async fn counted(&self) -> (i64, i32) {
        let sql =
            "select coalesce(sum(events), 0), coalesce(max(last) filter (where stream = $1), 0)
                   from trial.tally";
        sqlx::query_as(sql).bind(self.bad.0).fetch_one(&self.rig.database.pool).await.unwrap()
    }

    async fn until_counted(&self, expected: (i64, i32)) {
        let reached = async {
            while self.counted().await != expected {
                tokio::task::yield_now().await;
            }
        };
        let reached = tokio::time::timeout(PATIENCE, reached).await;
        assert!(reached.is_ok(), "{:?}", self.counted().await);
    }
}

async fn states(pool: &PgPool) -> Vec<(i64, String, i32)> {
    let listed = parked::list(pool, CONTEXT, &Place::default(), 100).await.unwrap();
    listed.into_iter().map(|parked| (parked.position.0, parked.state, parked.attempts)).collect()
}

#[rstest]
#[case::log(Carrier::Log)]
#[case::kafka(Carrier::Kafka)]
#[tokio::test]
async fn a_poison_record_holds_its_stream_only_and_goes_on_in_order_when_it_is_mended(
    #[case] carrier: Carrier,
) {
    let setting = poison(carrier).await;
    let pool = &setting.rig.database.pool;
    let running = setting.start(TALLY);
    running.reach_head(&setting.rig.log).await;
    assert_eq!(setting.counted().await, (13, 1));
    let state = |position, state: &str, attempts| (position, state.to_owned(), attempts);
    let waiting = [state(5, "parked", 3), state(9, "held", 0), state(13, "held", 0)];
    assert_eq!(states(pool).await, waiting);
    let shown = parked::show(pool, CONTEXT, TALLY.name, Position(5)).await.unwrap().unwrap();
    assert_eq!((shown.error.as_str(), shown.stream), ("it does not fit", setting.bad));

    // Not mended yet: one more attempt, and it waits again.
    assert!(parked::retry(pool, CONTEXT, TALLY.name, Position(5)).await.unwrap());
    while states(pool).await[0] != state(5, "parked", 4) {
        tokio::task::yield_now().await;
    }
    setting.mended.store(true, Ordering::Relaxed);
    assert!(parked::retry(pool, CONTEXT, TALLY.name, Position(5)).await.unwrap());
    setting.until_counted((16, 4)).await;
    assert_eq!(states(pool).await, []);
    setting.rig.check().await;
    running.stop().await;
    setting.rig.drop().await;
}

#[rstest]
#[case::log(Carrier::Log)]
#[case::kafka(Carrier::Kafka)]
#[tokio::test]
async fn what_is_parked_outlives_the_runner_and_a_dropped_record_stays_on_record(
    #[case] carrier: Carrier,
) {
    let setting = poison(carrier).await;
    let pool = &setting.rig.database.pool;
    let running = setting.start(TALLY);
    running.reach_head(&setting.rig.log).await;
    running.stop().await;
    setting.rig.log.append(crate::common::append(setting.bad, 4, 1)).await.unwrap();
    let running = setting.start(TALLY);
    running.reach_head(&setting.rig.log).await;
    assert_eq!(states(pool).await.len(), 4);
    // The tally insists on every version: what follows a dropped record is poison to it, and parked in turn.
    assert!(parked::drop(pool, CONTEXT, TALLY.name, Position(5)).await.unwrap());
    while states(pool).await.first().is_some_and(|first| first != &(9, "parked".to_owned(), 1)) {
        tokio::task::yield_now().await;
    }
    let dropped = parked::show(pool, CONTEXT, TALLY.name, Position(5)).await.unwrap().unwrap();
    assert_eq!(dropped.state, "dropped");
    assert!(!parked::retry(pool, CONTEXT, TALLY.name, Position(5)).await.unwrap());
    running.stop().await;
    setting.rig.drop().await;
}

#[rstest]
#[case::log(Carrier::Log)]
#[case::kafka(Carrier::Kafka)]
#[tokio::test]
async fn a_halting_subscription_passes_nothing_until_the_record_is_mended_or_dropped(
    #[case] carrier: Carrier,
) {
    for mend in [true, false] {
        let setting = poison(carrier).await;
        let pool = &setting.rig.database.pool;
        let running = setting.start(HALTING);
        while states(pool).await.is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(setting.counted().await.1, 1);
        assert!(running.progress.applied() < Position(5));
        if carrier == Carrier::Log {
            assert_eq!(setting.counted().await.0, 4);
        }
        running.stop().await;
        let running = setting.start(HALTING);
        if mend {
            setting.mended.store(true, Ordering::Relaxed);
            parked::retry(pool, CONTEXT, TALLY.name, Position(5)).await.unwrap();
            running.reach_head(&setting.rig.log).await;
            assert_eq!(states(pool).await, []);
            setting.rig.check().await;
        } else {
            parked::drop(pool, CONTEXT, TALLY.name, Position(5)).await.unwrap();
            // 6, 7 and 8 are other streams'; 9 follows the dropped one, which the tally does not take.
            if carrier == Carrier::Log {
                assert!(running.progress.wait_for(Position(8), PATIENCE).await);
            }
            while states(pool).await.first().is_none_or(|first| first.0 != 9) {
                tokio::task::yield_now().await;
            }
        }
        running.stop().await;
        setting.rig.drop().await;
    }
}

#[rstest]
#[case::log(Carrier::Log)]
#[case::kafka(Carrier::Kafka)]
#[tokio::test]
async fn a_panic_in_a_handler_is_poison_with_its_message(#[case] carrier: Carrier) {
    let setting = poison(carrier).await;
    let pool = &setting.rig.database.pool;
    let bad = setting.bad;
    let fault: Fault = Arc::new(move |page| {
        assert!(page.iter().all(|event| event.stream != bad), "not this one");
        Ok(())
    });
    let running = setting.rig.tally(1_000, fault);
    running.reach_head(&setting.rig.log).await;
    let first = parked::list(pool, CONTEXT, &Place::default(), 1).await.unwrap().remove(0);
    assert_eq!(first.error, "the handler panicked: not this one");
    assert_eq!(setting.counted().await, (12, 0));
    running.stop().await;
    setting.rig.drop().await;
}
