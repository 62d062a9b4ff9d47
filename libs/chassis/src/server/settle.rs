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

    /// Waits until the system has settled.
    ///
    /// # Errors
    /// When a log cannot be read, a subscription stays behind, or a timer fails.
    pub async fn settle(&self) -> Result<(), SettleError> {
        loop {
            let before = self.heads().await?;
            for progress in &self.progress {
                let head = before.get(progress.source()).copied().unwrap_or_default();
                if !progress.wait_for(head, PATIENCE).await {
                    return Err(SettleError::Behind(progress.name()));
                }
            }
            for timer in &self.timers {
                timer
                    .drain(self.clock.now())
                    .await
                    .map_err(|error| SettleError::Timer(timer.name(), error))?;
            }
            if self.heads().await? == before {
                return Ok(());
            }
        }
    }

    async fn heads(&self) -> Result<HashMap<&'static str, Position>, ReadError> {
        let sources: BTreeSet<&'static str> = self.progress.iter().map(Progress::source).collect();
        let head = async |source| Ok((source, self.logs.reader(source).head().await?));
        try_join_all(sources.into_iter().map(head)).await.map(HashMap::from_iter)
    }
}
