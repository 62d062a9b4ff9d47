//! What every rpc of the service works with.

use std::time::Duration;

use chassis::{consistency, fault::Fault};
use eventlog::{Executed, Log};
use kernel::{Decider, StreamId, Timestamp};
use sqlx::PgPool;
use stream::Progress;

use crate::books::Shelf;

/// The context's name: its schema, its log, its topics.
pub(crate) const CONTEXT: &str = "sla";

/// How long a query waits for the view that `after` asks for.
const PATIENCE: Duration = Duration::from_secs(4);

/// What every rpc of the service works with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    /// The own log.
    pub(crate) log: Log,
    /// The own database.
    pub(crate) pool: PgPool,
    /// Calendars and policies, ready for use.
    pub(crate) shelf: Shelf,
    /// How far published terms and requests are known.
    pub(crate) views: Vec<Progress>,
}

impl App {
    /// The domain clock's present instant.
    pub(crate) fn now(&self) -> Timestamp {
        kernel::time::to_microsecond(self.log.clock().now())
    }

    /// Waits until what `after` names is known here: a publication, or a change of a request.
    pub(crate) async fn wait(&self, after: &str) -> Result<(), Fault> {
        consistency::wait_any(after, &self.views, PATIENCE).await
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
