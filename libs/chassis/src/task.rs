//! Tasks that are watched: one that panics is reported with its name, and does not go unnoticed.

use std::future::Future;

use futures::FutureExt;
use tokio::task::JoinHandle;
use tracing::Instrument;

/// A task ended by a panic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the task {0} ended by a fault of ours")]
pub struct Panicked(pub &'static str);

/// Spawns a task; a panic in it is logged with its name.
pub fn spawn(
    name: &'static str,
    work: impl Future<Output = ()> + Send + 'static,
) -> JoinHandle<()> {
    #[expect(clippy::disallowed_methods, reason = "this is the supervised spawn")]
    tokio::spawn(async move {
        // Logged already; nobody else waits for it.
        let _ = supervised(name, work).await;
    })
}

/// Runs work to its end; a panic in it is logged with its name.
///
/// # Errors
/// When it panicked.
pub async fn supervised(
    name: &'static str,
    work: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Panicked> {
    let span = tracing::info_span!("task", name);
    let outcome = std::panic::AssertUnwindSafe(work.instrument(span)).catch_unwind().await;
    outcome.map_err(|panic| {
        let said = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        tracing::error!(task = name, panic = said, "a task ended by a fault of ours");
        Panicked(name)
    })
}
