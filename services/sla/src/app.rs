//! What every rpc of the service works with.

use std::{sync::Arc, time::Duration};

use chassis::{consistency, fault::Fault};
use eventlog::{Executed, Log, LogReader};
use kernel::{Decider, StreamId, Timestamp};
use sqlx::PgPool;
use stream::Progress;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::books::Shelf;

/// The context's name: its schema, its log, its topics.
pub(crate) const CONTEXT: &str = "sla";

/// How long a query waits for the view that `after` asks for.
const PATIENCE: Duration = Duration::from_secs(4);

/// How long a question about all requests waits until all are known here: an import may have ended a moment ago.
const PATIENCE_FOR_ALL: Duration = Duration::from_secs(30);

/// The context whose requests are judged.
const REQUESTS: &str = "requests";

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
    /// The requests' log, of which only the end is asked for.
    pub(crate) requests: LogReader,
    /// Ends what runs on: streams end when it is cancelled.
    pub(crate) shutdown: CancellationToken,
    /// Whose turn it is to replay a period.
    pub(crate) replays: Arc<Semaphore>,
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

    /// Waits until everything is known here that had been recorded when it was called.
    pub(crate) async fn caught_up(&self) -> Result<(), Fault> {
        let own = self.log.reader();
        for (source, reader) in [(CONTEXT, &own), (REQUESTS, &self.requests)] {
            let head = reader.head().await?;
            for view in self.views.iter().filter(|view| view.source() == source) {
                if !view.wait_for(head, PATIENCE_FOR_ALL).await {
                    let message = format!(
                        "not all that happened to {source} is known here yet: ask again shortly"
                    );
                    return Err(Fault::behind().saying(message));
                }
            }
        }
        Ok(())
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
