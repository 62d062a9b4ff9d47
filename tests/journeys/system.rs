//! A running system in a process of its own, and the command line against it.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// The binary under test.
const SCHOOLSIDE: &str = env!("CARGO_BIN_EXE_schoolside");

/// A directory that Postgres' user can reach, gone with the test.
pub fn scratch() -> TempDir {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    directory
}

/// A path in the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// The command line with a data directory.
pub fn schoolside(data_dir: &Path) -> Command {
    let mut command = Command::new(SCHOOLSIDE);
    command.env_remove("SCHOOLSIDE_DATA_DIR").arg("--data-dir").arg(data_dir);
    command
}

/// A child that answered with one line of JSON when it was ready. Killed when dropped.
pub struct Process {
    child: Child,
    /// What it said.
    pub said: Value,
}

impl Process {
    /// Starts a command that says one line of JSON once it is ready.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("it said {line:?} instead of JSON: {error}"));
        Self { child, said }
    }

    /// `up --empty` on a database of its own.
    pub fn up(data_dir: &Path) -> Self {
        let mut command = schoolside(data_dir);
        command.args(["up", "--empty", "--headless", "--random-ports", "--json"]);
        Self::start(command)
    }

    /// Kills it, as a machine that fails would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(&mut self) -> bool {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap().success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).stderr(Stdio::null()).status();
        if asked.is_ok_and(|status| status.success()) {
            let _ = self.child.wait();
        }
    }
}

/// Runs a command line to its end and reads its JSON.
#[track_caller]
pub fn json(data_dir: &Path, args: &[&str]) -> Value {
    let output = run(data_dir, args);
    assert!(
        output.status.success(),
        "{args:?} failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs a command line to its end.
pub fn run(data_dir: &Path, args: &[&str]) -> Output {
    schoolside(data_dir).args(args).arg("--json").output().unwrap()
}

/// What a failed command line said.
pub fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
