//! The loop of a subscription: take a delivery, apply it with its checkpoint in one transaction, go on.

use std::{
    collections::{HashMap, HashSet},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};

use eventlog::Recorded;
use futures::{FutureExt, future::BoxFuture};
use kernel::{Position, StreamId};
use sqlx::{PgConnection, PgPool};
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    BoxError, Bus, Delivery, HandleError, Handler, OnPoison, Progress, Subscription, ledger::Ledger,
};

/// How far a checkpoint may lie behind while only events of other aggregates pass by.
const LAZY: i64 = 10_000;
/// How often the operator's wishes for parked records are looked up.
pub(crate) const REPAIR: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A subscription at work: how far it has come, and the loop to be spawned, which ends at `shutdown` between
/// two pages. `pool` is where the handler's rows and the checkpoint live, in the schema of `context`.
///
/// Any number of runners of one subscription may be at work: each page takes effect once.
pub fn run(
    subscription: Subscription,
    bus: impl Bus,
    handler: impl Handler,
    pool: PgPool,
    context: &'static str,
    shutdown: CancellationToken,
) -> (Progress, BoxFuture<'static, ()>) {
    assert!(eventlog::is_context_name(context), "{context:?} cannot name a context");
    let (applied, progress) = Progress::new(subscription.name, bus.source());
    let runner = Runner {
        ledger: Ledger::new(pool, context, subscription.name),
        subscription,
        bus: Box::new(bus),
        handler: Box::new(handler),
        applied,
        lanes: HashMap::new(),
        held: HashSet::new(),
        repaired: Instant::now(),
        shutdown,
    };
    (progress, runner.run().boxed())
}

pub(crate) struct Runner {
    pub(crate) subscription: Subscription,
    pub(crate) bus: Box<dyn Bus>,
    handler: Box<dyn Handler>,
    pub(crate) ledger: Ledger,
    applied: watch::Sender<Position>,
    lanes: HashMap<Arc<str>, Lane>,
    /// The streams with parked records; under [`OnPoison::Halt`], those that halted it.
    pub(crate) held: HashSet<StreamId>,
    pub(crate) repaired: Instant,
    pub(crate) shutdown: CancellationToken,
}

/// Where a lane stands.
#[derive(Clone, Copy, Default)]
struct Lane {
    /// In the checkpoint's row.
    stored: Position,
    /// Here, which may be further when only other aggregates' events passed by.
    applied: Position,
}

/// Why a loop over deliveries ended.
pub(crate) enum Setback {
    /// Asked to.
    Shutdown,
    /// Another runner has moved the checkpoint, or a commit whose answer was lost has.
    Overtaken,
    /// Something failed.
    Failed(BoxError),
}

impl<E: Into<BoxError>> From<E> for Setback {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Why a page was not committed.
pub(crate) enum PageError {
    Overtaken,
    Handle(HandleError),
}

impl<E: Into<HandleError>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self::Handle(error.into())
    }
}

/// Pauses that grow.
pub(crate) struct Backoff(Duration);

impl Backoff {
    pub(crate) fn new() -> Self {
        Self(FIRST_PAUSE)
    }

    /// Pauses, unless asked to end.
    pub(crate) async fn pause(&mut self, shutdown: &CancellationToken) -> Result<(), Setback> {
        let pause = self.0;
        self.0 = LONGEST_PAUSE.min(pause * 2);
        let paused = shutdown.run_until_cancelled(tokio::time::sleep(pause)).await;
        paused.ok_or(Setback::Shutdown)
    }
}

impl Runner {
    async fn run(mut self) {
        let mut backoff = Backoff::new();
        loop {
            let began = Instant::now();
            let setback = match self.follow().await {
                Ok(never) => match never {},
                Err(setback) => setback,
            };
            let name = self.subscription.name;
            match setback {
                Setback::Shutdown => return,
                Setback::Overtaken => {
                    tracing::info!(
                        subscription = name,
                        "overtaken; going on from the stored checkpoint"
                    );
                }
                Setback::Failed(failure) => {
                    tracing::warn!(
                        error = kernel::chain(&*failure),
                        subscription = name,
                        "interrupted; going on shortly"
                    );
                }
            }
            if began.elapsed() > LONGEST_PAUSE {
                backoff = Backoff::new();
            }
            if backoff.pause(&self.shutdown).await.is_err() {
                return;
            }
        }
    }

    async fn follow(&mut self) -> Result<std::convert::Infallible, Setback> {
        let checkpoints = self.ledger.checkpoints().await?;
        let fronts = self.ledger.fronts(self.bus.source()).await?;
        self.held = fronts.into_iter().map(|front| front.record.stream).collect();
        let mut feed = self.bus.open(&self.subscription, &checkpoints).await?;
        self.lanes.clear();
        for checkpoint in checkpoints {
            let position = checkpoint.position;
            let lane = Lane { stored: position, applied: position };
            self.lanes.insert(checkpoint.lane.into(), lane);
            self.report(position);
        }
        let holds = self.subscription.on_poison == OnPoison::HoldStream;
        loop {
            let repairing = holds && !self.held.is_empty();
            if repairing && self.repaired.elapsed() >= REPAIR {
                self.repair().await?;
            }
            tokio::select! {
                () = self.shutdown.cancelled() => return Err(Setback::Shutdown),
                () = tokio::time::sleep(REPAIR), if repairing => {}
                delivery = feed.next() => self.deliver(&delivery?).await?,
            }
        }
    }

    /// Applies a delivery, or sees that it holds nothing new.
    async fn deliver(&mut self, delivery: &Delivery) -> Result<(), Setback> {
        let lane = self.lanes.entry(delivery.lane.clone()).or_default();
        if delivery.to <= lane.applied {
            return Ok(());
        }
        if delivery.from != lane.applied {
            let (from, applied) = (delivery.from, lane.applied);
            return Err(format!("{} goes on behind {from}, not {applied}", delivery.lane).into());
        }
        if delivery.events.is_empty() && delivery.to.0 - lane.stored.0 < LAZY {
            lane.applied = delivery.to;
            self.report(delivery.to);
            return Ok(());
        }
        let mut backoff = Backoff::new();
        loop {
            match self.page(&delivery.lane, &delivery.events, delivery.to).await {
                Ok(()) => return Ok(()),
                Err(PageError::Overtaken) => return Err(Setback::Overtaken),
                Err(PageError::Handle(HandleError::Poison(failure))) => {
                    tracing::warn!(
                        error = kernel::chain(&*failure),
                        subscription = self.subscription.name,
                        "a page holds poison"
                    );
                    return self.one_by_one(delivery).await;
                }
                Err(PageError::Handle(HandleError::Transient(failure))) => {
                    tracing::warn!(
                        error = kernel::chain(&*failure),
                        subscription = self.subscription.name,
                        "a page is retried"
                    );
                    backoff.pause(&self.shutdown).await?;
                }
            }
        }
    }

    /// One transaction: the checkpoint, first, because its lock keeps other runners out; held records; the rows.
    pub(crate) async fn page(
        &mut self,
        lane: &Arc<str>,
        events: &[Recorded],
        to: Position,
    ) -> Result<(), PageError> {
        let from = self.lanes.get(lane).copied().unwrap_or_default().stored;
        let mut tx = self.ledger.begin().await?;
        // Behind a runner that hangs this can wait; a shutdown does not.
        let advance = self.ledger.advance(&mut tx, lane, from, to);
        let advanced = self.shutdown.run_until_cancelled(advance).await.transpose()?;
        if advanced != Some(true) {
            return Err(PageError::Overtaken);
        }
        if self.held.is_empty() {
            self.handle(events, &mut tx).await?;
        } else if self.subscription.on_poison == OnPoison::Halt {
            self.handle(events, &mut tx).await?;
            if let Some(last) = events.last() {
                self.ledger.settle_up_to(&mut tx, lane, last.position).await?;
            }
        } else {
            let (held, free): (Vec<_>, Vec<_>) =
                events.iter().cloned().partition(|event| self.held.contains(&event.stream));
            for event in &held {
                let reason = "waits behind a parked record of its stream";
                self.ledger.park(&mut tx, lane, event, true, reason, 0).await?;
            }
            self.handle(&free, &mut tx).await?;
        }
        tx.commit().await?;
        self.moved(lane, to);
        Ok(())
    }

    /// Calls the handler; a panic in it is poison like any other.
    pub(crate) async fn handle(
        &self,
        events: &[Recorded],
        tx: &mut PgConnection,
    ) -> Result<(), HandleError> {
        if events.is_empty() {
            return Ok(());
        }
        let handled = AssertUnwindSafe(self.handler.handle(events, tx)).catch_unwind().await;
        handled.unwrap_or_else(|panic| {
            let message = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied());
            let message = format!("the handler panicked: {}", message.unwrap_or("no message"));
            Err(HandleError::Poison(message.into()))
        })
    }

    /// Notes that a lane's checkpoint has been stored.
    pub(crate) fn moved(&mut self, lane: &Arc<str>, to: Position) {
        self.lanes.insert(lane.clone(), Lane { stored: to, applied: to });
        self.report(to);
    }

    /// The stored checkpoint of a lane.
    pub(crate) fn stored(&self, lane: &Arc<str>) -> Position {
        self.lanes.get(lane).copied().unwrap_or_default().stored
    }

    fn report(&self, to: Position) {
        self.applied.send_if_modified(|applied| {
            let grown = to > *applied;
            *applied = to.max(*applied);
            grown
        });
    }
}
