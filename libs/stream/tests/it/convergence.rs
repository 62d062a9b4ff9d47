//! However the events are cut into deliveries, and however often one comes again, the read model is the same.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use eventlog::{Log, LogReader, Recorded};
use kernel::Position;
use proptest::prelude::*;
use stream::{
    BoxError, Bus, Checkpoint, Checkpoints, Delivery, Fed, Feed, Place, Run, Subscription, log_lane,
};
use tokio::{runtime::Runtime, sync::Mutex};

use crate::{
    common::{CONTEXT, Database},
    tally::{Running, TALLY, Tally, check, no_fault, prepared, write},
};

/// Cuts the log into runs of the given lengths, and sends as many deliveries twice as it is told.
struct Scripted {
    reader: LogReader,
    script: Vec<(i64, bool)>,
}

struct ScriptedFeed {
    reader: LogReader,
    script: std::vec::IntoIter<(i64, bool)>,
    lane: Arc<str>,
    after: Position,
    assigned: bool,
    again: Option<Delivery>,
}

#[async_trait]
impl Bus for Scripted {
    fn source(&self) -> &'static str {
        CONTEXT
    }
    async fn open(
        &self,
        subscription: &Subscription,
        checkpoints: &Checkpoints,
    ) -> Result<Box<dyn Feed>, BoxError> {
        Ok(Box::new(ScriptedFeed {
            reader: self.reader.clone(),
            script: self.script.clone().into_iter(),
            lane: log_lane(CONTEXT).into(),
            after: self.reached(subscription, &checkpoints.stored().await?).await?,
            assigned: false,
            again: None,
        }))
    }
}

#[async_trait]
impl Feed for ScriptedFeed {
    async fn next(&mut self) -> Result<Fed, BoxError> {
        if !std::mem::replace(&mut self.assigned, true) {
            let lane = self.lane.to_string();
            return Ok(Fed::Assigned(vec![Checkpoint { lane, position: self.after }]));
        }
        if let Some(again) = self.again.take() {
            return Ok(Fed::Delivered(again));
        }
        let (length, twice) = self.script.next().unwrap_or((3, false));
        let mut events = self.reader.page(self.after, length).await?;
        while events.is_empty() {
            self.reader.wait_past(self.after).await;
            events = self.reader.page(self.after, length).await?;
        }
        let to = events.last().unwrap().position;
        let from = std::mem::replace(&mut self.after, to);
        events.retain(|event| event.kind() == "thing");
        let lane = &self.lane;
        let place = |event: &Recorded| Place { lane: lane.clone(), position: event.position };
        let places = events.iter().map(place).collect();
        let runs = vec![Run { lane: lane.clone(), from, to }];
        let delivery = Delivery { runs, events, places, ..Delivery::default() };
        self.again = twice.then(|| delivery.clone());
        Ok(Fed::Delivered(delivery))
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
            let bus = Scripted { reader: log.reader(), script };
            let running = Running::start(&database.pool, bus, Tally(no_fault()), TALLY);
            running.reach_head(log).await;
            check(&database.pool, TALLY.name).await.unwrap();
            running.stop().await;
        });
    }
}
