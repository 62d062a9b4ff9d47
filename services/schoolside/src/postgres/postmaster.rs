//! The server's process: its command line, its lock file, and what it says when it ends.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    net::TcpListener,
    path::{Path, PathBuf},
};

use nix::{errno::Errno, sys::signal, unistd::Pid};
use tokio::process::{Child, Command};

use super::{Options, account::Account, binaries::Binaries, error::PostgresError, place::Place};
use crate::disk::log_output;

/// What the server, and `initdb`, say when the disk is full.
pub(super) const NO_SPACE: &str = "No space left on device";

/// The lines of `postmaster.pid` that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LockFile {
    pub pid: i32,
    pub port: u16,
}

/// A program run as the account, in its own process group, so that Ctrl-C reaches only ourselves.
///
/// The environment is empty: a `PGDATA` or `LC_MESSAGES` of the caller's must not change what it does or says.
pub(super) fn command(program: &Path, account: Option<&Account>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/local/bin:/usr/bin:/bin");
    command.current_dir("/").process_group(0);
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid);
    }
    command
}

/// Starts the server with all its output appended to the log.
pub(super) fn spawn(
    place: &Place,
    binaries: &Binaries,
    account: Option<&Account>,
    port: u16,
    options: &Options,
) -> Result<Child, PostgresError> {
    let output = log_output(&place.log())?;
    let program = binaries.postgres();
    let mut command = command(&program, account);
    command.arg("-D").arg(place.cluster());
    for (name, value) in settings(place, port, options) {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    command.stdin(std::process::Stdio::null()).stdout(output.0).stderr(output.1);
    command.spawn().map_err(|error| PostgresError::io("running", program, error))
}

/// Given on the command line, not in a file: they follow the version that starts the cluster.
fn settings(place: &Place, port: u16, options: &Options) -> Vec<(&'static str, String)> {
    let on = |on: bool| if on { "on" } else { "off" }.to_owned();
    vec![
        ("listen_addresses", "127.0.0.1".to_owned()),
        ("port", port.to_string()),
        ("unix_socket_directories", socket_directory(&place.cluster())),
        ("unix_socket_permissions", "0700".to_owned()),
        ("max_connections", options.max_connections.to_string()),
        ("shared_buffers", "64MB".to_owned()),
        ("fsync", on(options.durable)),
        ("synchronous_commit", on(true)),
        ("full_page_writes", on(options.durable)),
        ("wal_compression", "on".to_owned()),
        // Every query here is short; compiling one would cost more than it saves.
        ("jit", "off".to_owned()),
        ("timezone", "UTC".to_owned()),
        ("log_timezone", "UTC".to_owned()),
        ("log_checkpoints", "off".to_owned()),
    ]
}

/// The longest path that a socket can have on Linux, without the zero at its end.
const LONGEST_SOCKET: usize = 107;

/// The socket through which a server is reached that listens in this directory, where only its user comes.
pub(super) fn socket(cluster: &Path, port: u16) -> PathBuf {
    cluster.join(format!(".s.PGSQL.{port}"))
}

/// The setting that has the server listen there too; empty, for none, where the path would be too long.
fn socket_directory(cluster: &Path) -> String {
    if socket(cluster, u16::MAX).as_os_str().len() > LONGEST_SOCKET {
        return String::new();
    }
    format!("\"{}\"", cluster.to_string_lossy().replace('"', "\"\""))
}

/// A port that was free a moment ago.
pub(super) fn free_port() -> Result<u16, PostgresError> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| PostgresError::io("finding a free port on", "127.0.0.1", error))
}

/// The lock file of a cluster, if there is a whole one.
pub(super) fn lock_file(cluster: &Path) -> Option<LockFile> {
    let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    let mut lines = text.lines();
    let pid = lines.next()?.trim().parse().ok()?;
    let port = lines.nth(2)?.trim().parse().ok()?;
    Some(LockFile { pid, port })
}

/// Whether the process lives and is this cluster's server, not another one that got its number.
///
/// A server works inside its data directory; where that cannot be seen (no `/proc`), a living process is believed.
pub(super) fn serves(pid: i32, cluster: &Path) -> bool {
    if !Path::new("/proc/self").exists() {
        return signal::kill(Pid::from_raw(pid), None) != Err(Errno::ESRCH);
    }
    let cluster = fs::canonicalize(cluster);
    fs::read_link(format!("/proc/{pid}/cwd"))
        .is_ok_and(|cwd| cluster.is_ok_and(|cluster| cluster == cwd))
}

/// Asks for a fast shutdown: sessions end, what is committed is kept.
pub(super) fn end(pid: i32) {
    // A process that is gone already has done what is asked.
    let _ = signal::kill(Pid::from_raw(pid), signal::Signal::SIGINT);
}

/// What was appended to the log after `offset`.
pub(super) fn log_since(log: &Path, offset: u64) -> String {
    let mut text = Vec::new();
    let read = File::open(log).and_then(|mut file| {
        file.seek(SeekFrom::Start(offset))?;
        file.read_to_end(&mut text)
    });
    read.map(|_| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default()
}

/// The lines that say why, as one sentence part; timestamps and process numbers left out.
pub(super) fn last_words(said: &str) -> String {
    let spoken: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let errors = ["FATAL:", "PANIC:", "error:", "HINT:", "DETAIL:"];
    let telling: Vec<&str> = spoken
        .iter()
        .filter_map(|line| errors.iter().find_map(|mark| line.find(mark)).map(|at| &line[at..]))
        .collect();
    let chosen = if telling.is_empty() { &spoken } else { &telling };
    let from = chosen.len().saturating_sub(4);
    if chosen.is_empty() { "it said nothing".to_owned() } else { chosen[from..].join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_files_process_and_port_are_read() {
        let cluster = tempfile::tempdir().unwrap();
        let text = "4711\n/var/lib/schoolside/postgres\n1770000000\n54321\n\n127.0.0.1\n   123 456\nready   \n";
        fs::write(cluster.path().join("postmaster.pid"), text).unwrap();
        assert_eq!(lock_file(cluster.path()), Some(LockFile { pid: 4711, port: 54321 }));
    }

    #[test]
    fn a_socket_is_asked_for_where_its_path_fits() {
        assert_eq!(socket_directory(Path::new("/a \"b\"")), "\"/a \"\"b\"\"\"");
        let longest = format!("/{}", "x".repeat(LONGEST_SOCKET - "//.s.PGSQL.65535".len()));
        assert_eq!(socket_directory(Path::new(&longest)), format!("\"{longest}\""));
        assert_eq!(socket_directory(Path::new(&format!("{longest}x"))), "");
    }

    #[test]
    fn a_lock_file_still_being_written_is_none() {
        let cluster = tempfile::tempdir().unwrap();
        fs::write(cluster.path().join("postmaster.pid"), "4711\n/var/lib").unwrap();
        assert_eq!(lock_file(cluster.path()), None);
    }

    #[test]
    fn a_process_that_works_elsewhere_does_not_serve_the_cluster() {
        let cluster = tempfile::tempdir().unwrap();
        let own = i32::try_from(std::process::id()).unwrap();
        assert!(!serves(own, cluster.path()));
        assert!(serves(own, &std::env::current_dir().unwrap()));
    }

    #[test]
    fn the_last_words_are_the_reasons_without_the_stamps() {
        let said = "2026-02-02 08:00:00 UTC [7] LOG:  starting\n\
                    2026-02-02 08:00:00 UTC [7] FATAL:  could not create lock file\n";
        assert_eq!(last_words(said), "FATAL:  could not create lock file");
        assert_eq!(last_words("plain\n"), "plain");
        assert_eq!(last_words(""), "it said nothing");
    }
}
