//! The data directory: one running system's place on disk, with its keys, its tokens and where it can be reached.
//!
//! | name | what |
//! |---|---|
//! | `schoolside.json` | the format's version, the kind of clock, when it was made |
//! | `schoolside.lock` | held while a system runs: this, and nothing else, means "in use" |
//! | `endpoints.json` | where the running system answers; absent when none does |
//! | `keys/`, `tokens/` | secrets, for the owner alone |
//! | `postgres/` … | the private database, see [`crate::postgres`] |
//! | `kafka/` | the private broker, see [`crate::kafka`] |
//!
//! As root the directory lets other users pass through it but not list it (0711): the database runs as one of them.

mod endpoints;
mod error;

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Seek, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::{
    endpoints::{Endpoints, RunState},
    error::DataDirError,
};

/// The version of the directory's format that this build writes and reads.
pub const FORMAT: u32 = 1;

const MANIFEST: &str = "schoolside.json";
const LOCK: &str = "schoolside.lock";
const SERVICE_ENDPOINTS: &str = "endpoints";

/// What tells a system's time; fixed when its directory is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClockKind {
    /// The machine's clock.
    System,
    /// The demo district's, which stands still while the system does.
    Demo,
}

/// What `schoolside.json` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the directory's format.
    pub format: u32,
    /// The kind of clock all its times were recorded by.
    pub clock: ClockKind,
    /// When the directory was made, by the machine's clock.
    pub created_at: Timestamp,
}

/// An open data directory; it is free for others again once this is dropped.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    manifest: Manifest,
    lock: File,
    exclusive: bool,
}

/// Where data lies when nobody says: `SCHOOLSIDE_DATA_DIR`; `/var/lib/schoolside` for root, whose home the database's
/// user cannot enter; else `~/.local/share/schoolside`.
#[must_use]
pub fn default_path() -> PathBuf {
    if let Some(given) = std::env::var_os("SCHOOLSIDE_DATA_DIR").filter(|given| !given.is_empty()) {
        return PathBuf::from(given);
    }
    match std::env::home_dir() {
        Some(home) if !nix::unistd::Uid::effective().is_root() => {
            home.join(".local/share/schoolside")
        }
        _ => PathBuf::from("/var/lib/schoolside"),
    }
}

/// Who holds the directory, in words, if a running system does.
#[must_use]
pub fn holder(path: &Path) -> Option<String> {
    let file = File::options().read(true).write(true).open(path.join(LOCK)).ok()?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Some(written_holder(&file)),
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

impl DataDir {
    /// Opens the directory for one process alone, creating it (with `clock`, or the system's) if it is new.
    ///
    /// # Errors
    /// When it is in use, of another format, has another kind of clock than asked for, or cannot be written.
    pub fn open(
        path: &Path,
        clock: Option<ClockKind>,
        now: Timestamp,
    ) -> Result<Self, DataDirError> {
        Self::open_as(path, clock, now, true)
    }

    /// Opens the directory together with others that do the same: the services of one system, each in its own process.
    ///
    /// # Errors
    /// As [`DataDir::open`]; in use means by one that opened it alone.
    pub fn open_shared(
        path: &Path,
        clock: Option<ClockKind>,
        now: Timestamp,
    ) -> Result<Self, DataDirError> {
        Self::open_as(path, clock, now, false)
    }

    fn open_as(
        path: &Path,
        clock: Option<ClockKind>,
        now: Timestamp,
        exclusive: bool,
    ) -> Result<Self, DataDirError> {
        let failed = |error| DataDirError::unusable(path, error);
        create(path).map_err(failed)?;
        let path = fs::canonicalize(path).map_err(failed)?;
        let mut lock = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(path.join(LOCK))
            .map_err(failed)?;
        match if exclusive { lock.try_lock() } else { lock.try_lock_shared() } {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(DataDirError::InUse { holder: written_holder(&lock), directory: path });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let manifest = manifest(&path, clock, now)?;
        if let Some(wanted) = clock.filter(|wanted| *wanted != manifest.clock) {
            return Err(DataDirError::OtherClock { directory: path, has: manifest.clock, wanted });
        }
        sign(&mut lock, exclusive).map_err(failed)?;
        Ok(Self { path, manifest, lock, exclusive })
    }

    /// Where it is, without links.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was decided when it was made.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The keys' directory, for the owner alone.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn keys(&self) -> Result<PathBuf, DataDirError> {
        self.private("keys")
    }

    /// The tokens' directory, for the owner alone.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn tokens(&self) -> Result<PathBuf, DataDirError> {
        self.private("tokens")
    }

    fn private(&self, name: &str) -> Result<PathBuf, DataDirError> {
        let path = self.path.join(name);
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.map_err(|error| DataDirError::unusable(&path, error))?;
        Ok(path)
    }

    /// Says where the system answers, for the command line and for scripts.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_endpoints(&self, endpoints: &Endpoints) -> Result<(), DataDirError> {
        endpoints.write(&self.path)
    }

    /// Says that the system does not answer (yet).
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn remove_endpoints(&self) -> Result<(), DataDirError> {
        Endpoints::remove(&self.path)
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        if self.exclusive {
            // A stale name in a free lock file misleads nobody: it is read only while the lock is held.
            let _ = self.lock.set_len(0);
        }
    }
}

/// Says where one service of several processes answers.
///
/// # Errors
/// When the file cannot be written.
pub fn write_service_endpoint(
    directory: &Path,
    service: &str,
    grpc: &str,
) -> Result<(), DataDirError> {
    let folder = directory.join(SERVICE_ENDPOINTS);
    fs::create_dir_all(&folder).map_err(|error| DataDirError::unusable(&folder, error))?;
    write_private(&folder.join(service), grpc.as_bytes())
}

/// Where the services of several processes answer, by service.
#[must_use]
pub fn service_endpoints(directory: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(directory.join(SERVICE_ENDPOINTS)).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let grpc = fs::read_to_string(entry.path()).ok()?;
            Some((entry.file_name().into_string().ok()?, grpc.trim().to_owned()))
        })
        .filter(|(_, grpc)| grpc.starts_with("http"))
        .collect()
}

/// Writes a file so that readers see the old content or the whole new one, for the owner alone, and on disk.
///
/// # Errors
/// When it cannot be written; the old content then stands.
pub fn write_private(path: &Path, content: &[u8]) -> Result<(), DataDirError> {
    replace(path, content).map_err(|error| DataDirError::unusable(path, error))
}

/// As [`write_private`], for callers with errors of their own.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    fs::rename(write_beside(path, content)?, path)?;
    path.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

fn write_beside(path: &Path, content: &[u8]) -> io::Result<PathBuf> {
    let fresh = path.with_extension(format!("{}.new", std::process::id()));
    let mut file =
        File::options().create(true).truncate(true).write(true).mode(0o600).open(&fresh)?;
    file.write_all(content)?;
    file.sync_all()?;
    Ok(fresh)
}

/// Creates the directory if missing. As root, lets other users pass through it: the database's user must.
///
/// Rights are only added: the directory may be one that others use too.
pub(crate) fn create(path: &Path) -> io::Result<()> {
    let root = nix::unistd::Uid::effective().is_root();
    fs::DirBuilder::new().recursive(true).mode(if root { 0o711 } else { 0o700 }).create(path)?;
    let mode = fs::metadata(path)?.permissions().mode();
    if root && mode & 0o011 != 0o011 {
        fs::set_permissions(path, fs::Permissions::from_mode(mode | 0o011))?;
    }
    Ok(())
}

/// Reads the manifest; makes it if there is none. Of several that make it at once, one wins and the others read its.
fn manifest(
    path: &Path,
    clock: Option<ClockKind>,
    now: Timestamp,
) -> Result<Manifest, DataDirError> {
    let file = path.join(MANIFEST);
    if !file.exists() {
        let new =
            Manifest { format: FORMAT, clock: clock.unwrap_or(ClockKind::System), created_at: now };
        let made = (|| {
            let fresh = write_beside(&file, serde_json::to_string_pretty(&new)?.as_bytes())?;
            match fs::hard_link(&fresh, &file) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                Ok(()) | Err(_) => {}
            }
            fs::remove_file(fresh)
        })();
        made.map_err(|error| DataDirError::unusable(path, error))?;
    }
    let text = fs::read_to_string(&file).map_err(|error| DataDirError::unusable(&file, error))?;
    let damaged = |source| DataDirError::Damaged { file: file.clone(), source };
    let stated: serde_json::Value = serde_json::from_str(&text).map_err(damaged)?;
    // The version first: another version's file need not have the rest in this shape.
    let found = stated.get("format").and_then(serde_json::Value::as_u64);
    if found != Some(u64::from(FORMAT)) {
        return Err(DataDirError::OtherFormat { directory: path.to_owned(), found });
    }
    serde_json::from_value(stated).map_err(damaged)
}

/// Leaves our process number in the lock file, or, when shared, nobody's.
fn sign(lock: &mut File, exclusive: bool) -> io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    if exclusive { write!(lock, "{}", std::process::id()) } else { Ok(()) }
}

fn written_holder(mut lock: &File) -> String {
    let mut text = String::new();
    // What cannot be read is not named.
    let _ = lock.read_to_string(&mut text);
    if text.trim().is_empty() {
        "other processes".to_owned()
    } else {
        format!("process {}", text.trim())
    }
}

#[cfg(test)]
mod tests;
