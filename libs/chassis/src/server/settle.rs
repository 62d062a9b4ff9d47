//! Finding out when everything that follows from what happened has been done: for the demo's driver and for tests.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use eventlog::ReadError;
use futures::future::try_join_all;
use kernel::{Position, SharedClock};
use stream::{BoxError, Progress, TimerHandle};

use crate::service::Logs;

/// How long one subscription may take to catch up before something must be wrong.
const PATIENCE: Duration = Duration::from_secs(60);

/// The last position of each log.
type Heads = HashMap<&'static str, Position>;

/// Why a system did not settle.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// A log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A subscription stays behind.
    #[error("the subscription {0} has not caught up within a minute")]
    Behind(&'static str),
    /// A timer's work fails.
    #[error("the timer {0} fails")]
    Timer(&'static str, #[source] BoxError),
}

/// Waits until every subscription has applied its source's whole log and every timer has done what is due by the
/// domain's clock, and none of that has led to more.
#[derive(Clone)]
pub struct Settler {
    progress: Vec<Progress>,
    timers: Vec<TimerHandle>,
    logs: Logs,
    clock: SharedClock,
}

impl Settler {
    pub(super) fn new(
        progress: Vec<Progress>,
        timers: Vec<TimerHandle>,
        logs: Logs,
        clock: SharedClock,
    ) -> Self {
        Self { progress, timers, logs, clock }
    }

    /// Does something of which the subscriptions hear when it is done: many small pages become few large ones.
    pub async fn unheard<T>(&self, work: impl Future<Output = T>) -> T {
        let held = self.logs.hold();
        let done = work.await;
        drop(held);
        done
    }

    /// Waits until the system has settled.
    ///
    /// # Errors
    /// When a log cannot be read, a subscription stays behind, or a timer fails.
    pub async fn settle(&self) -> Result<(), SettleError> {
        self.settled(&[], async || self.heads().await).await
    }

    /// As [`Settler::settle`], cheaper: counts only what this process has appended, and does not wait for the
    /// subscriptions and timers of `contexts`, from which nothing follows at once and which may then take larger pages.
    ///
    /// # Errors
    /// As [`Settler::settle`].
    pub async fn settle_but(&self, contexts: &[&str]) -> Result<(), SettleError> {
        self.settled(contexts, async || Ok(self.known_heads())).await
    }

    async fn settled(
        &self,
        but: &[&str],
        heads: impl AsyncFn() -> Result<Heads, ReadError>,
    ) -> Result<(), SettleError> {
        let awaited = |name: &str| !but.iter().any(|context| is_of(name, context));
        let followers: Vec<_> = self.progress.iter().filter(|it| awaited(it.name())).collect();
        loop {
            let applied = catch_up(&followers, &heads).await?;
            let timers = self.timers.iter().filter(|timer| awaited(timer.name()));
            let drained = timers.map(async |timer| {
                let done = timer.drain(self.clock.now()).await;
                done.map_err(|error| SettleError::Timer(timer.name(), error))
            });
            try_join_all(drained).await?;
            // Not how much was drained: a timer's own loop may have done it just before.
            if heads().await? == applied {
                return Ok(());
            }
        }
    }

    fn sources(&self) -> BTreeSet<&'static str> {
        self.progress.iter().map(Progress::source).collect()
    }

    async fn heads(&self) -> Result<Heads, ReadError> {
        let head = async |source| Ok((source, self.logs.reader(source).head().await?));
        try_join_all(self.sources().into_iter().map(head)).await.map(HashMap::from_iter)
    }

    fn known_heads(&self) -> Heads {
        let head = |source| (source, self.logs.reader(source).known_head());
        self.sources().into_iter().map(head).collect()
    }
}

/// Whether a subscription or timer such as `sla.due` is of a context.
fn is_of(name: &str, context: &str) -> bool {
    name.split_once('.').is_some_and(|(of, _)| of == context)
}

/// Waits until every awaited subscription has applied its source's whole log, and none of that has led to more; gives
/// how far the logs reach then.
async fn catch_up(
    awaited: &[&Progress],
    heads: &impl AsyncFn() -> Result<Heads, ReadError>,
) -> Result<Heads, SettleError> {
    let mut before = heads().await?;
    loop {
        for progress in awaited {
            let head = before.get(progress.source()).copied().unwrap_or_default();
            if !progress.wait_for(head, PATIENCE).await {
                return Err(SettleError::Behind(progress.name()));
            }
        }
        let after = heads().await?;
        if after == before {
            return Ok(after);
        }
        before = after;
    }
}
