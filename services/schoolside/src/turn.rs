//! Whose turn it is to start or stop something that runs in the background: a file that one process locks meanwhile.

use std::{
    fs::{File, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    time::{Duration, Instant},
};

use tokio::time::sleep;

/// Between two looks at the file.
const LOOK: Duration = Duration::from_millis(20);

/// Waits until no other process holds the file, and keeps others from it while the result is held; `None` when
/// patience is at its end.
pub(crate) async fn take(path: &Path, patience: Duration) -> io::Result<Option<File>> {
    let file = File::options().create(true).truncate(false).write(true).mode(0o600).open(path)?;
    let until = Instant::now() + patience;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) if Instant::now() < until => sleep(LOOK).await,
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}
