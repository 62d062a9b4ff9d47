//! How a server stops.

use std::time::Duration;

use super::Publishing;
use tokio_util::sync::CancellationToken;

/// How a server stops.
#[derive(Debug, Clone)]
pub struct Options {
    /// Asks the server to stop.
    pub shutdown: CancellationToken,
    /// Ends the services' tasks; the server cancels it once the last call is answered. By default the same as
    /// `shutdown`: then views stand still while calls drain, and those that wait for one are turned away.
    pub tasks: CancellationToken,
    /// How long it says that it does not serve, and still does, so that balancers notice.
    pub notice: Duration,
    /// How long calls and tasks may take to end before they are cut off.
    pub drain: Duration,
    /// Where the services' logs are published, beside what they are followed by; nowhere by default.
    pub publishing: Option<Publishing>,
}

impl Options {
    /// Stops at `shutdown`, at once, with ten seconds for calls that are under way.
    #[must_use]
    pub fn new(shutdown: CancellationToken) -> Self {
        let tasks = shutdown.clone();
        Self {
            shutdown,
            tasks,
            notice: Duration::ZERO,
            drain: Duration::from_secs(10),
            publishing: None,
        }
    }
}
