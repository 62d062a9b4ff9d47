//! How far a subscription has come, for whoever waits for it.

use std::time::Duration;

use kernel::Position;
use tokio::sync::watch;

/// How far a subscription has come. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Progress {
    name: &'static str,
    source: &'static str,
    applied: watch::Receiver<Position>,
}

impl Progress {
    pub(crate) fn new(name: &'static str, source: &'static str) -> (watch::Sender<Position>, Self) {
        let (sender, applied) = watch::channel(Position(0));
        (sender, Self { name, source, applied })
    }

    /// The subscription's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The context that it follows.
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.source
    }

    /// Everything of the source's log up to here has been applied, or parked.
    #[must_use]
    pub fn applied(&self) -> Position {
        *self.applied.borrow()
    }

    /// Waits until `position` has been applied, in real time at most `deadline`; says whether it has.
    pub async fn wait_for(&self, position: Position, deadline: Duration) -> bool {
        let mut applied = self.applied.clone();
        let reached = applied.wait_for(|applied| *applied >= position);
        matches!(tokio::time::timeout(deadline, reached).await, Ok(Ok(_)))
    }
}
