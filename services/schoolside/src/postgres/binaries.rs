//! Finding the server's binaries, of the right major version, wherever the machine keeps them.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::error::PostgresError;

/// The oldest major version that has all that Schoolside's SQL asks for.
pub const OLDEST_MAJOR: u32 = 14;

/// A directory with `initdb` and `postgres` of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    pub directory: PathBuf,
    pub major: u32,
}

impl Binaries {
    pub fn initdb(&self) -> PathBuf {
        self.directory.join("initdb")
    }

    pub fn postgres(&self) -> PathBuf {
        self.directory.join("postgres")
    }
}

/// Where binaries may be: all of `PATH`, where `pg_config` says, and where Debian puts each version.
pub(super) fn candidates(path: Option<&OsStr>) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        path.map(|path| std::env::split_paths(path).collect()).unwrap_or_default();
    if let Some(bindir) = output(Command::new("pg_config").arg("--bindir")) {
        found.push(PathBuf::from(bindir.trim()));
    }
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        let mut debian: Vec<PathBuf> =
            versions.flatten().map(|entry| entry.path().join("bin")).collect();
        debian.sort();
        found.extend(debian.into_iter().rev());
    }
    found
}

/// The binaries to use: those of `made_by` if the data exists already, else the newest.
pub(super) fn choose(
    candidates: &[PathBuf],
    cluster: &Path,
    made_by: Option<u32>,
) -> Result<Binaries, PostgresError> {
    let mut newest: Option<Binaries> = None;
    for binaries in candidates.iter().filter_map(|directory| inspect(directory)) {
        if made_by == Some(binaries.major) {
            return Ok(binaries);
        }
        if newest.as_ref().is_none_or(|best| best.major < binaries.major) {
            newest = Some(binaries);
        }
    }
    match (newest, made_by) {
        (None, _) => Err(PostgresError::NotInstalled),
        (Some(_), Some(made_by)) => {
            Err(PostgresError::OtherMajor { directory: cluster.to_owned(), made_by })
        }
        (Some(best), None) if best.major < OLDEST_MAJOR => {
            Err(PostgresError::TooOld { found: best.major, minimum: OLDEST_MAJOR })
        }
        (Some(best), None) => Ok(best),
    }
}

/// The major version that made the data, if there is any.
pub(super) fn made_by(cluster: &Path) -> Option<u32> {
    fs::read_to_string(cluster.join("PG_VERSION")).ok()?.trim().parse().ok()
}

/// Follows links, because `postgres` finds its libraries from where it really lies.
fn inspect(directory: &Path) -> Option<Binaries> {
    let postgres = fs::canonicalize(directory.join("postgres")).ok()?;
    let directory = postgres.parent()?.to_owned();
    if !directory.join("initdb").is_file() {
        return None;
    }
    let major = major(&output(Command::new(&postgres).arg("--version"))?)?;
    Some(Binaries { directory, major })
}

/// `postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)` is 15; `18beta1` is 18.
fn major(version: &str) -> Option<u32> {
    let number = version.split_whitespace().nth(2)?;
    number.split(|digit: char| !digit.is_ascii_digit()).next()?.parse().ok()
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A directory with a `postgres` that says it is of `version`, and an `initdb`.
    fn install(root: &Path, version: &str) -> PathBuf {
        let bin = root.join(version);
        fs::create_dir_all(&bin).unwrap();
        for name in ["postgres", "initdb"] {
            let file = bin.join(name);
            fs::write(&file, format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n"))
                .unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        bin
    }

    #[test]
    fn nothing_found_names_the_package_to_install() {
        let refused =
            choose(&[PathBuf::from("/nonexistent")], Path::new("/data"), None).unwrap_err();
        assert!(refused.to_string().contains("apt-get install postgresql"), "{refused}");
    }

    #[test]
    fn a_new_cluster_takes_the_newest() {
        let root = tempfile::tempdir().unwrap();
        let bins = [
            install(root.path(), "15.13"),
            install(root.path(), "17.2"),
            install(root.path(), "9.6.24"),
        ];
        assert_eq!(choose(&bins, Path::new("/data"), None).unwrap().major, 17);
    }

    #[test]
    fn an_existing_cluster_takes_the_version_that_made_it_or_names_it() {
        let root = tempfile::tempdir().unwrap();
        let bins = [install(root.path(), "15.13"), install(root.path(), "17.2")];
        assert_eq!(choose(&bins, Path::new("/data"), Some(15)).unwrap().major, 15);
        let refused = choose(&bins, Path::new("/data"), Some(16)).unwrap_err();
        assert!(refused.to_string().contains("apt-get install postgresql-16"), "{refused}");
    }

    #[test]
    fn an_old_version_alone_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let refused =
            choose(&[install(root.path(), "13.9")], Path::new("/data"), None).unwrap_err();
        assert!(matches!(refused, PostgresError::TooOld { found: 13, minimum: 14 }), "{refused}");
    }

    #[test]
    fn the_version_is_read_from_what_the_server_says() {
        assert_eq!(major("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major("something else"), None);
    }
}
