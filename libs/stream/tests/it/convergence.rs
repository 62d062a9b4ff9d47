//! However the events are cut into deliveries, and however often one comes again, the read model is the same.

use std::sync::LazyLock;

use async_trait::async_trait;
use eventlog::Log;
use proptest::prelude::*;
use stream::{BoxError, Bus, Checkpoint, Delivery, Feed, LogBus, Subscription};
use tokio::{runtime::Runtime, sync::Mutex};

use crate::{
    common::{CONTEXT, Database},
    tally::{Running, TALLY, Tally, check, no_fault, prepared, write},
};

/// Cuts the log into runs of the given lengths, and sends as many deliveries twice as it is told.
struct Scripted {
    log: LogBus,
    script: Vec<(i64, bool)>,
}

struct ScriptedFeed {
    feeds: Box<dyn Feed>,
    again: Option<Delivery>,
    log: LogBus,
    script: std::vec::IntoIter<(i64, bool)>,
    subscription: Subscription,
}

fn copy(delivery: &Delivery) -> Delivery {
    Delivery {
        lane: delivery.lane.clone(),
        from: delivery.from,
        to: delivery.to,
        events: delivery.events.clone(),
        places: delivery.places.clone(),
    }
}

#[async_trait]
impl Bus for Scripted {
    fn source(&self) -> &'static str {
        CONTEXT
    }
    async fn open(
        &self,
        subscription: &Subscription,
        checkpoints: &[Checkpoint],
    ) -> Result<Box<dyn Feed>, BoxError> {
        let feeds = self.log.open(subscription, checkpoints).await?;
        let script = self.script.clone().into_iter();
        let (log, subscription) = (self.log.clone(), *subscription);
        Ok(Box::new(ScriptedFeed { feeds, again: None, log, script, subscription }))
    }
}

#[async_trait]
impl Feed for ScriptedFeed {
    async fn next(&mut self) -> Result<Delivery, BoxError> {
        if let Some(again) = self.again.take() {
            return Ok(again);
        }
        let delivery = self.feeds.next().await?;
        if let Some((length, twice)) = self.script.next() {
            let position = delivery.to;
            let here = [Checkpoint { lane: delivery.lane.to_string(), position }];
            let log = self.log.clone().with_page(length);
            self.feeds = log.open(&self.subscription, &here).await?;
            self.again = twice.then(|| copy(&delivery));
        }
        Ok(delivery)
    }
}

/// One log for all cases; each begins with an empty read model.
static SHARED: LazyLock<(Runtime, Database, Log, Mutex<()>)> = LazyLock::new(|| {
    let runtime = Runtime::new().unwrap();
    let (database, log) = runtime.block_on(async {
        let (database, log) = prepared().await;
        write(&log, 6, 15).await;
        (database, log)
    });
    (runtime, database, log, Mutex::new(()))
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 25, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_cut_and_any_repetition_ends_in_the_same_read_model(
        script in prop::collection::vec((1..30_i64, any::<bool>()), 0..20)
    ) {
        let (runtime, database, log, turn) = &*SHARED;
        runtime.block_on(async {
            let _turn = turn.lock().await;
            sqlx::raw_sql("truncate trial.tally, trial.checkpoint").execute(&database.pool).await.unwrap();
            let bus = Scripted { log: LogBus::new(log.reader()).with_page(3), script };
            let running = Running::start(&database.pool, bus, Tally(no_fault()), TALLY);
            running.reach_head(log).await;
            check(&database.pool, TALLY.name).await.unwrap();
            running.stop().await;
        });
    }
}
