//! Files and programs that cannot be used, said with what to do about it; and the log of a program that we run.

use std::{
    fs::File,
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// Why a file, a directory or a program could not be used.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// No room.
    #[error("the disk that holds {} is full: free some space and start again; what was acknowledged is kept", directory.display())]
    Full {
        /// The directory on the full disk.
        directory: PathBuf,
    },
    /// We may not write there.
    #[error("{} cannot be written by this user: change its owner, or choose another data directory", path.display())]
    NotWritable {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Something else.
    #[error("{action} {} failed", path.display())]
    Io {
        /// What was tried, as a gerund.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

impl DiskError {
    /// The error for `action` on `path`; a full or closed directory has its own sentence.
    pub(crate) fn of(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::StorageFull => Self::Full { directory: path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::NotWritable { path, source }
            }
            _ => Self::Io { action, path, source },
        }
    }
}

/// A program's log, to be appended to, for what it says and for its errors.
pub(crate) fn log_output(log: &Path) -> Result<(File, File), DiskError> {
    let opened = File::options().create(true).append(true).mode(0o600).open(log);
    let both = opened.and_then(|file| Ok((file.try_clone()?, file)));
    both.map_err(|error| DiskError::of("opening", log, error))
}
