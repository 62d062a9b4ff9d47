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
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    BoxError, Bus, Checkpoint, Checkpoints, Delivery, Fed, Foreign, HandleError, Handler, OnPoison,
    Progress, Run, Subscription, bus::log_lane, ledger::Ledger, progress::Report,
};

/// How far a checkpoint may lie behind while only events of other aggregates pass by.
const LAZY: i64 = 10_000;
/// How often the operator's wishes for parked records are looked up.
pub(crate) const REPAIR: Duration = Duration::from_secs(1);
/// How often it is looked up how far everything is, while somebody waits for it and the bus cannot tell by itself.
const LOOK: Duration = Duration::from_millis(4);
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
    let (report, progress) = Progress::new(subscription.name, bus.source());
    let runner = Runner {
        ledger: Ledger::new(pool, context, subscription.name),
        subscription,
        log_lane: log_lane(bus.source()),
        bus: Box::new(bus),
        handler: Box::new(handler),
        report,
        lanes: HashMap::new(),
        by_version: false,
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
    report: Report,
    lanes: HashMap<Arc<str>, Lane>,
    /// The lane whose places are positions of the source's log.
    pub(crate) log_lane: String,
    /// Whether the versions of each stream tell what has been applied.
    pub(crate) by_version: bool,
    /// The streams with parked records; under [`OnPoison::Halt`], those that halted it. A foreign record is a stream of
    /// its own.
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
        let fronts = self.ledger.fronts(self.bus.source()).await?;
        self.held = fronts.into_iter().map(|front| front.record.stream).collect();
        self.by_version = self.by_version().await?;
        let checkpoints = Checkpoints(self.ledger.clone());
        let mut feed = self.bus.open(&self.subscription, &checkpoints).await?;
        self.lanes.clear();
        loop {
            let repairing = !self.held.is_empty();
            if repairing && self.repaired.elapsed() >= REPAIR {
                self.repair().await?;
            }
            let repeats = self.bus.repeats();
            tokio::select! {
                () = self.shutdown.cancelled() => return Err(Setback::Shutdown),
                () = tokio::time::sleep(REPAIR), if repairing => {}
                () = asked(&mut self.report), if repeats => self.look().await?,
                fed = feed.next() => match fed? {
                    Fed::Assigned(lanes) => self.assign(lanes),
                    Fed::Delivered(delivery) => self.deliver(&delivery).await?,
                },
            }
        }
    }

    /// Whether the versions of each stream tell what has been applied. On a bus that repeats they do; what was applied
    /// before it was used is taken over from the log. They go on to do so after a return to one that does not.
    async fn by_version(&self) -> Result<bool, Setback> {
        if self.ledger.has_heard().await? {
            return Ok(true);
        }
        let checkpoints = self.ledger.checkpoints().await?;
        let log = checkpoints.into_iter().find(|it| it.lane == self.log_lane);
        let applied = log.map(|it| it.position).unwrap_or_default();
        if self.bus.repeats() && applied > Position(0) {
            let versions = self.bus.applied_by(applied).await?;
            let run = Run { lane: self.log_lane.as_str().into(), from: applied, to: applied };
            let mut tx = self.ledger.begin().await?;
            if !self.ledger.advance(&mut tx, &[run]).await? {
                return Err(Setback::Overtaken);
            }
            self.ledger.hear_up_to(&mut tx, &versions).await?;
            tx.commit().await?;
        }
        Ok(self.bus.repeats())
    }

    /// Looks up how far everything is applied that other runners may have a part in.
    async fn look(&mut self) -> Result<(), Setback> {
        let checkpoints = self.ledger.checkpoints().await?;
        self.report.reached(self.bus.reached(&self.subscription, &checkpoints).await?);
        Ok(())
    }

    fn assign(&mut self, lanes: Vec<Checkpoint>) {
        self.lanes.clear();
        for Checkpoint { lane, position } in lanes {
            if lane == self.log_lane {
                self.report.reached(position);
            }
            self.lanes.insert(lane.into(), Lane { stored: position, applied: position });
        }
    }

    /// Applies a delivery, or sees that it holds nothing new.
    async fn deliver(&mut self, delivery: &Delivery) -> Result<(), Setback> {
        let mut passed = 0;
        let beside = !delivery.begins.is_empty() || !delivery.foreign.is_empty();
        let mut news = beside;
        for run in &delivery.runs {
            let lane = self.lanes.entry(run.lane.clone()).or_default();
            news |= run.to > lane.applied;
            passed += run.to.0 - lane.stored.0;
        }
        if !news {
            return Ok(());
        }
        for Run { lane, from, .. } in &delivery.runs {
            let applied = self.lane(lane).applied;
            if *from != applied {
                return Err(format!("{lane} goes on behind {from}, not {applied}").into());
            }
        }
        if delivery.events.is_empty() && !beside && passed < LAZY {
            for run in &delivery.runs {
                self.reach(run, self.lane(&run.lane).stored);
            }
            return Ok(());
        }
        let mut backoff = Backoff::new();
        loop {
            let runs: Vec<_> = delivery.runs.iter().map(|run| self.behind_stored(run)).collect();
            match self.page(&runs, &delivery.events, Some(delivery)).await {
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

    /// One transaction: the checkpoints, first, because their locks keep other runners out; held records; the rows. With
    /// what a whole delivery brings beside its events.
    pub(crate) async fn page(
        &mut self,
        runs: &[Run],
        events: &[Recorded],
        whole: Option<&Delivery>,
    ) -> Result<(), PageError> {
        let mut tx = self.ledger.begin().await?;
        // Behind a runner that hangs this can wait; a shutdown does not.
        let advance = self.ledger.advance(&mut tx, runs);
        let advanced = self.shutdown.run_until_cancelled(advance).await.transpose()?;
        if advanced != Some(true) {
            return Err(PageError::Overtaken);
        }
        if let Some(whole) = whole {
            self.beside(&mut tx, whole).await?;
        }
        if self.held.is_empty() {
            self.handle(events, &mut tx).await?;
        } else if self.subscription.on_poison == OnPoison::Halt {
            self.handle(events, &mut tx).await?;
            self.ledger.settle_applied(&mut tx, &self.log_lane, events).await?;
        } else {
            let (held, free): (Vec<_>, Vec<_>) =
                events.iter().cloned().partition(|event| self.held.contains(&event.stream));
            for event in &held {
                let reason = "waits behind a parked record of its stream";
                self.ledger.park(&mut tx, &self.log_lane, event, true, reason, 0).await?;
            }
            self.handle(&free, &mut tx).await?;
        }
        tx.commit().await?;
        self.moved(runs);
        let foreign = whole.into_iter().flat_map(|whole| &whole.foreign);
        self.held.extend(foreign.map(|foreign| foreign.record.stream));
        Ok(())
    }

    /// Stores what a delivery brings beside its events.
    async fn beside(&self, tx: &mut PgConnection, whole: &Delivery) -> Result<(), sqlx::Error> {
        if !whole.begins.is_empty() {
            self.ledger.begin_lanes(tx, &whole.begins).await?;
        }
        for Foreign { lane, record, reason } in &whole.foreign {
            let (subscription, offset) = (self.subscription.name, -record.position.0 - 1);
            tracing::error!(subscription, %lane, offset, reason, "a record that is no event is parked");
            self.ledger.park(tx, lane, record, false, reason, 1).await?;
        }
        Ok(())
    }

    /// Has what was not applied before handled.
    pub(crate) async fn handle(
        &self,
        events: &[Recorded],
        tx: &mut PgConnection,
    ) -> Result<(), HandleError> {
        if !self.by_version || events.is_empty() {
            return self.call(events, tx).await;
        }
        let fresh = self.ledger.hear(tx, events).await?;
        self.call(&fresh, tx).await
    }

    /// Calls the handler; a panic in it is poison like any other.
    async fn call(&self, events: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
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

    /// Notes that lanes' checkpoints have been stored.
    pub(crate) fn moved(&mut self, runs: &[Run]) {
        for run in runs {
            self.reach(run, run.to);
        }
    }

    /// Notes how far a run has come, and how far that is stored.
    fn reach(&mut self, run: &Run, stored: Position) {
        if *run.lane == *self.log_lane {
            self.report.reached(run.to);
        }
        self.lanes.insert(run.lane.clone(), Lane { stored, applied: run.to });
    }

    /// A run from where its lane's stored checkpoint stands.
    pub(crate) fn behind_stored(&self, run: &Run) -> Run {
        Run { from: self.lane(&run.lane).stored, ..run.clone() }
    }

    /// The stored checkpoint of a lane.
    pub(crate) fn stored(&self, lane: &Arc<str>) -> Position {
        self.lane(lane).stored
    }

    fn lane(&self, lane: &Arc<str>) -> Lane {
        self.lanes.get(lane).copied().unwrap_or_default()
    }
}

/// Waits until somebody waits for more than is known to be reached, and a moment longer.
async fn asked(report: &mut Report) {
    report.asked().await;
    tokio::time::sleep(LOOK).await;
}
