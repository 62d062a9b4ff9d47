//! What can go wrong with the private cluster, each as a sentence that says what to do.

use std::{io, path::PathBuf};

use crate::disk::DiskError;

/// Why the private Postgres could not be started, reached or stopped.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// No server binaries anywhere.
    #[error(
        "no Postgres server was found (looked in PATH, `pg_config --bindir` and /usr/lib/postgresql): \
         install it with `apt-get install postgresql`, or give --database-url"
    )]
    NotInstalled,
    /// Server binaries, but too old.
    #[error(
        "the newest Postgres found is version {found}, and {minimum} or later is needed: \
         install a newer one with `apt-get install postgresql`, or give --database-url"
    )]
    TooOld {
        /// The newest major version found.
        found: u32,
        /// The oldest major version that serves.
        minimum: u32,
    },
    /// The data was made by a major version that is not installed.
    #[error(
        "the database in {} was made by Postgres {made_by}, which is not installed: \
         install it with `apt-get install postgresql-{made_by}`, or choose another data directory", directory.display()
    )]
    OtherMajor {
        /// The cluster's directory.
        directory: PathBuf,
        /// The major version that made it.
        made_by: u32,
    },
    /// Run as root, and no account to run the database as.
    #[error(
        "Postgres refuses to run as root, and there is no user {name:?} to run it as: \
         `apt-get install postgresql` creates the user `postgres`"
    )]
    NoAccount {
        /// The account looked for.
        name: String,
    },
    /// The database's user cannot get to its directory.
    #[error(
        "the database runs as the user {user:?}, who may not enter {} (mode {mode:04o}), so {} is out of its reach: \
         choose a data directory elsewhere (such as /var/lib/schoolside), or run `chmod o+x {}`",
        ancestor.display(), directory.display(), ancestor.display()
    )]
    OutOfReach {
        /// Who runs the database.
        user: String,
        /// Where the database was to be.
        directory: PathBuf,
        /// The first directory on the way that keeps that user out.
        ancestor: PathBuf,
        /// That directory's permission bits.
        mode: u32,
    },
    /// `initdb` failed.
    #[error("a new database could not be made in {}: {detail}", directory.display())]
    Initialise {
        /// Where it was to be.
        directory: PathBuf,
        /// What `initdb` said last.
        detail: String,
    },
    /// The server ended while starting.
    #[error("the database in {} did not start: {detail} (the whole log: {})", directory.display(), log.display())]
    Start {
        /// The cluster's directory.
        directory: PathBuf,
        /// What it said last.
        detail: String,
        /// Its log.
        log: PathBuf,
    },
    /// The port asked for belongs to another program.
    #[error(
        "the database's port {port} is taken by another program: see which with `ss -ltnp`, or give another port"
    )]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// The server runs but does not answer.
    #[error("the database in {} did not answer within {seconds} s: see {}", directory.display(), log.display())]
    Unanswered {
        /// The cluster's directory.
        directory: PathBuf,
        /// How long it was waited for.
        seconds: u64,
        /// Its log.
        log: PathBuf,
    },
    /// The stored password is not the cluster's.
    #[error(
        "the database in {} does not accept the password in {}: \
         put the password file back that belongs to it, or choose another data directory", directory.display(), password.display()
    )]
    WrongPassword {
        /// The cluster's directory.
        directory: PathBuf,
        /// The file the password was read from.
        password: PathBuf,
    },
    /// The server answers, but a statement failed.
    #[error("the database answers but could not be prepared")]
    Prepare(#[source] sqlx::Error),
    /// Another process is starting or stopping the same cluster.
    #[error("another process is starting or stopping the database in {}: try again when it is done", directory.display())]
    Busy {
        /// The cluster's directory.
        directory: PathBuf,
    },
    /// A running system uses the cluster.
    #[error("{} is in use by {holder}: stop that first", directory.display())]
    InUse {
        /// The data directory.
        directory: PathBuf,
        /// Who uses it.
        holder: String,
    },
    /// The server would not end.
    #[error(
        "the database (process {pid}) did not stop within {seconds} s: see what keeps it with `ps -p {pid}`"
    )]
    NotStopping {
        /// Its process.
        pid: i32,
        /// How long it was waited for.
        seconds: u64,
    },
    /// A file or program could not be used.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl PostgresError {
    /// The error for `action` on `path`.
    pub(super) fn io(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        DiskError::of(action, path, source).into()
    }
}
