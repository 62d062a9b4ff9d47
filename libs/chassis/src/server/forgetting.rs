//! Forgetting command ids that nobody repeats any more, so that their table does not grow for ever.

use std::{future::Future, time::Duration};

use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

/// How long a command's id is kept, by real time; afterwards its events alone tell that it was executed.
const RETENTION: Duration = Duration::from_hours(7 * 24);
/// How often the old ones are forgotten, by real time; the first time at start, so that a process which never lives
/// long does its share too.
const EVERY: Duration = Duration::from_hours(1);

/// Forgets the old command ids of a context's log, until `shutdown`.
pub(super) fn forgetting(
    pool: PgPool,
    context: &'static str,
    shutdown: CancellationToken,
) -> impl Future<Output = ()> + Send {
    let forgetting = async move {
        loop {
            match eventlog::forget_commands(&pool, context, RETENTION).await {
                Ok(0) => {}
                Ok(forgotten) => {
                    tracing::info!(context, forgotten, "old command ids are forgotten");
                }
                Err(failure) => {
                    tracing::warn!(
                        error = kernel::chain(&failure),
                        context,
                        "old command ids could not be forgotten; tried again in an hour"
                    );
                }
            }
            tokio::time::sleep(EVERY).await;
        }
    };
    async move {
        shutdown.run_until_cancelled(forgetting).await;
    }
}
