//! What every rpc of the service works with.

use std::time::Duration;

use chassis::{consistency, fault::Fault};
use eventlog::{Log, LogReader};
use sqlx::PgPool;
use stream::Progress;

/// The context's name: its schema, its log, its topics.
pub(crate) const CONTEXT: &str = "routing";

/// How long a publication waits for the directory and the catalogue.
const PUBLISH_PATIENCE: Duration = Duration::from_secs(1);

/// What every rpc of the service works with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    /// The own log.
    pub(crate) log: Log,
    /// The own database.
    pub(crate) pool: PgPool,
    /// What rules refer to: the logs followed, and how far each is known here.
    pub(crate) references: Vec<(LogReader, Progress)>,
    /// How far requests have been decided.
    pub(crate) decided: Progress,
}

impl App {
    /// Waits until what `after` names shows: an own change at once, a request's when it has been decided.
    pub(crate) async fn wait(&self, after: &str, patience: Duration) -> Result<(), Fault> {
        match consistency::decode(after)? {
            // Rule sets and decisions are read from the own log, which shows every change at once.
            Some(token) if token.context == CONTEXT => Ok(()),
            _ => consistency::wait(after, &self.decided, patience).await,
        }
    }

    /// Waits until all that rules can refer to, and that is recorded by now, is known here.
    pub(crate) async fn wait_for_references(&self) -> Result<(), Fault> {
        for (log, known) in &self.references {
            let head = log.head().await?;
            if !known.wait_for(head, PUBLISH_PATIENCE).await {
                let log = log.context();
                return Err(Fault::unavailable(format!(
                    "{log} has not been read up to now: try again shortly"
                )));
            }
        }
        Ok(())
    }
}
