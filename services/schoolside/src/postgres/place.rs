//! The cluster's directory: where each thing lies in it, and whose turn it is to start or stop the server.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::Duration,
};

use super::error::PostgresError;
use crate::{datadir, turn};

/// How long another process may take to start or stop the same cluster before we give up.
const TURN: Duration = Duration::from_secs(30);
/// What the server writes its log in, in bytes.
const WAL_SEGMENT: u64 = 16 * 1024 * 1024;

/// The directory, and where each thing lies in it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub directory: PathBuf,
}

impl Place {
    /// Creates the directory if missing.
    pub fn prepare(directory: &Path) -> Result<Self, PostgresError> {
        let prepared = datadir::create(directory).and_then(|()| fs::canonicalize(directory));
        let directory =
            prepared.map_err(|error| PostgresError::io("preparing", directory, error))?;
        Ok(Self { directory })
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    pub fn cluster(&self) -> PathBuf {
        self.file("postgres")
    }

    pub fn log(&self) -> PathBuf {
        self.file("postgres.log")
    }

    pub fn password_file(&self) -> PathBuf {
        self.file("postgres.password")
    }

    /// Keeps the log of the run before, and no more.
    pub fn rotate_log(&self) -> Result<(), PostgresError> {
        if !self.log().exists() {
            return Ok(());
        }
        fs::rename(self.log(), self.file("postgres.log.1"))
            .map_err(|error| PostgresError::io("renaming", self.log(), error))
    }

    /// Waits until no other process starts or stops this cluster, and keeps others from it while the file is held.
    pub async fn turn(&self) -> Result<File, PostgresError> {
        let path = self.file("postgres.lock");
        turn::take(&path, TURN)
            .await
            .map_err(|error| PostgresError::io("locking", path, error))?
            .ok_or_else(|| PostgresError::Busy { directory: self.directory.clone() })
    }

    /// Removes a lock file whose process lives but is another program: Postgres would take it for a server of its own.
    ///
    /// A lock file whose process is gone stays: Postgres itself knows how to check what that server left behind.
    pub fn forget_stranger(&self, pid: i32) -> Result<(), PostgresError> {
        if nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), None)
            == Err(nix::errno::Errno::ESRCH)
        {
            return Ok(());
        }
        let file = self.cluster().join("postmaster.pid");
        fs::remove_file(&file).map_err(|error| PostgresError::io("removing", file, error))
    }

    /// Whether there is no room left for even one segment of the server's write-ahead log.
    pub fn is_full(&self) -> bool {
        nix::sys::statvfs::statvfs(&self.directory).is_ok_and(|disk| {
            disk.blocks_available().saturating_mul(disk.fragment_size()) < WAL_SEGMENT
        })
    }

    pub fn wrong_password(&self) -> PostgresError {
        PostgresError::WrongPassword { directory: self.cluster(), password: self.password_file() }
    }

    pub fn unanswered(&self, patience: Duration) -> PostgresError {
        PostgresError::Unanswered {
            directory: self.cluster(),
            seconds: patience.as_secs(),
            log: self.log(),
        }
    }
}
