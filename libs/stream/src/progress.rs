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
    /// The furthest that anybody waits for.
    wanted: watch::Sender<Position>,
}

/// The other end of a [`Progress`]: the runner's.
pub(crate) struct Report {
    applied: watch::Sender<Position>,
    wanted: watch::Receiver<Position>,
}

impl Report {
    /// Says how far everything is applied.
    pub(crate) fn reached(&self, to: Position) {
        self.applied.send_if_modified(|applied| {
            let grown = to > *applied;
            *applied = to.max(*applied);
            grown
        });
    }

    /// Waits until somebody waits for more than is reached.
    pub(crate) async fn asked(&mut self) {
        let reached = *self.applied.borrow();
        if self.wanted.wait_for(|wanted| *wanted > reached).await.is_err() {
            // Nobody can ask any more.
            std::future::pending::<()>().await;
        }
    }
}

impl Progress {
    pub(crate) fn new(name: &'static str, source: &'static str) -> (Report, Self) {
        let (sender, applied) = watch::channel(Position(0));
        let (wanted, asked) = watch::channel(Position(0));
        (Report { applied: sender, wanted: asked }, Self { name, source, applied, wanted })
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
        self.wanted.send_if_modified(|wanted| {
            let grown = position > *wanted;
            *wanted = position.max(*wanted);
            grown
        });
        let reached = applied.wait_for(|applied| *applied >= position);
        matches!(tokio::time::timeout(deadline, reached).await, Ok(Ok(_)))
    }
}
