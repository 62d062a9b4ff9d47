//! The wish to stop: Ctrl-C or SIGTERM asks for a drain, a second one ends at once.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::{failure::Failure, out};

/// Cancels `shutdown` at the first signal; ends the process at the second.
///
/// # Errors
/// When signals cannot be watched.
pub fn on_signal(shutdown: CancellationToken) -> Result<(), Failure> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::unavailable)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::unavailable)?;
    chassis::task::spawn("signals", async move {
        let mut asked = false;
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if asked {
                out::note("stopped at once");
                std::process::exit(130);
            }
            asked = true;
            out::note("stopping: finishing what runs; once more to stop at once");
            shutdown.cancel();
        }
    });
    Ok(())
}
