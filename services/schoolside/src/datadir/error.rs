//! What can be wrong with a data directory, each as a sentence that says what to do.

use std::{io, path::PathBuf};

use super::{ClockKind, FORMAT};

/// Why a data directory could not be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// Another process runs a system in it.
    #[error("the data directory {} is in use by {holder}: stop that first, or choose another with --data-dir", directory.display())]
    InUse {
        /// The directory.
        directory: PathBuf,
        /// Who uses it, in words.
        holder: String,
    },
    /// Made by another version of Schoolside.
    #[error(
        "the data directory {} has format {}, and this build reads format {FORMAT}: \
         start it with the version that made it, or choose another with --data-dir",
        directory.display(), found.map_or_else(|| "none that it states".to_owned(), |found| found.to_string())
    )]
    OtherFormat {
        /// The directory.
        directory: PathBuf,
        /// The format it states.
        found: Option<u64>,
    },
    /// The kind of clock is fixed when the directory is made.
    #[error(
        "the data directory {} was made for {}: {}, or choose another with --data-dir",
        directory.display(), clock_of(*has), remedy(*has)
    )]
    OtherClock {
        /// The directory.
        directory: PathBuf,
        /// Its kind of clock.
        has: ClockKind,
        /// The kind asked for.
        wanted: ClockKind,
    },
    /// We may not write there.
    #[error("{} cannot be written by this user: change its owner, or choose another directory with --data-dir", path.display())]
    NotWritable {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The disk is full.
    #[error("the disk that holds {} is full: free some space and start again", path.display())]
    DiskFull {
        /// The file or directory.
        path: PathBuf,
    },
    /// It is a file, or a file lies on the way.
    #[error("{} is not a directory: choose another with --data-dir", path.display())]
    NotADirectory {
        /// The path given.
        path: PathBuf,
    },
    /// One of its files does not say what it should.
    #[error("{} is damaged: put it back from a copy, or choose another directory with --data-dir", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Where and why.
        #[source]
        source: serde_json::Error,
    },
    /// Anything else the system says.
    #[error("{} cannot be used", path.display())]
    Unusable {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl DataDirError {
    /// The error for what the system says of `path`.
    pub(super) fn unusable(path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::NotWritable { path, source }
            }
            io::ErrorKind::StorageFull => Self::DiskFull { path },
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                Self::NotADirectory { path }
            }
            _ => Self::Unusable { path, source },
        }
    }
}

fn clock_of(kind: ClockKind) -> &'static str {
    match kind {
        ClockKind::System => "the real clock",
        ClockKind::Demo => "the demo's clock",
    }
}

fn remedy(has: ClockKind) -> &'static str {
    match has {
        ClockKind::System => "start it with --empty",
        ClockKind::Demo => "start it without --empty",
    }
}
