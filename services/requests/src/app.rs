//! What every rpc of the service works with.

use std::time::Duration;

use chassis::{consistency, fault::Fault};
use eventlog::{Executed, Log};
use kernel::{Decider, SharedClock, StreamId};
use sqlx::PgPool;
use stream::Progress;

/// The context's name: its schema, its log, its topics.
pub(crate) const CONTEXT: &str = "requests";

/// How long a query waits for the view that `after` asks for.
const PATIENCE: Duration = Duration::from_secs(4);

/// What every rpc of the service works with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    /// The own log.
    pub(crate) log: Log,
    /// The own database.
    pub(crate) pool: PgPool,
    /// The domain's clock.
    pub(crate) clock: SharedClock,
    /// How far the read models are.
    pub(crate) view: Progress,
}

impl App {
    /// Waits until the read models show what `after` names; nothing to wait for when it is empty.
    pub(crate) async fn wait(&self, after: &str) -> Result<(), Fault> {
        consistency::wait(after, &self.view, PATIENCE).await
    }

    /// The token that names what a command changed.
    pub(crate) fn consistency<D: Decider>(
        &self,
        stream: StreamId,
        executed: &Executed<D>,
    ) -> String {
        consistency::encode(CONTEXT, executed.position, stream, executed.version)
    }
}
