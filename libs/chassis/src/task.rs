//! Tasks that are watched: one that panics is reported with its name, and ends the process in a way that is seen.

use std::future::Future;

use futures::FutureExt;
use tokio::task::JoinHandle;
use tracing::Instrument;

/// Spawns a task; a panic in it is logged with its name.
pub fn spawn(name: &'static str, work: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    #[expect(clippy::disallowed_methods, reason = "this is the supervised spawn")]
    tokio::spawn(supervised(name, work))
}

/// Runs work to its end; a panic in it is logged with its name.
pub async fn supervised(name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
    let span = tracing::info_span!("task", name);
    let outcome = std::panic::AssertUnwindSafe(work.instrument(span)).catch_unwind().await;
    if let Err(panic) = outcome {
        let said = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        tracing::error!(task = name, panic = said, "a task ended by a fault of ours; what it did stands still until a restart");
    }
}
