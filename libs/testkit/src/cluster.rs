//! A Postgres of a test's own, to be crashed.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::server::must;

/// A Postgres of a test's own, reached by a socket; crashed and removed when dropped.
#[derive(Debug)]
pub struct Cluster {
    home: TempDir,
    programs: PathBuf,
    as_root: bool,
}

impl Cluster {
    /// Makes and starts it.
    ///
    /// # Panics
    /// When Postgres' server programs are not installed, or do not do it.
    #[must_use]
    pub fn start() -> Self {
        let home = tempfile::Builder::new().prefix("cluster").tempdir_in("/tmp");
        let home = must(home, "no temporary directory");
        let as_root = is_root();
        if as_root {
            let owned = Command::new("chown").arg("postgres").arg(home.path()).status();
            assert!(must(owned, "no chown").success(), "the directory cannot be given to postgres");
        }
        let cluster = Self { home, programs: programs(), as_root };
        let data = cluster.data();
        cluster.run("initdb", &["-D", &data, "-U", "postgres", "-A", "trust", "--no-sync"]);
        let socket = cluster.home.path().display();
        let settings = format!(
            "\nlisten_addresses = ''\nunix_socket_directories = '{socket}'\nmax_connections = 60\n"
        );
        let file = format!("{data}/postgresql.conf");
        let defaults = must(std::fs::read_to_string(&file), "no postgresql.conf");
        must(std::fs::write(file, defaults + &settings), "postgresql.conf cannot be written");
        cluster.restart();
        cluster
    }

    /// The URL of its database `postgres`, as a superuser.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres@localhost/postgres?host={}", self.home.path().display())
    }

    /// Ends it as a crash does: no checkpoint, no goodbye.
    pub fn crash(&self) {
        self.run("pg_ctl", &["stop", "-w", "-m", "immediate", "-D", &self.data()]);
    }

    /// Starts it again, and waits until it answers.
    pub fn restart(&self) {
        let log = format!("{}/log", self.home.path().display());
        self.run("pg_ctl", &["start", "-w", "-D", &self.data(), "-l", &log]);
    }

    fn data(&self) -> String {
        format!("{}/data", self.home.path().display())
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let program = self.programs.join(program);
        let mut command = if self.as_root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        command.args(arguments).current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
        let ended = must(command.status(), "Postgres' programs cannot be run");
        assert!(ended.success(), "{} failed", program.display());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.crash();
    }
}

/// Whether the tests run as root, which Postgres refuses to.
fn is_root() -> bool {
    let said = must(Command::new("id").arg("-u").output(), "no id").stdout;
    String::from_utf8_lossy(&said).trim() == "0"
}

/// Where Postgres' server programs are.
fn programs() -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> = installed.map(|version| version.path().join("bin")).collect();
    found.sort();
    let asked = Command::new("pg_config").arg("--bindir").output();
    found
        .extend(asked.ok().map(|said| PathBuf::from(String::from_utf8_lossy(&said.stdout).trim())));
    found.retain(|directory| directory.join("initdb").exists());
    found.pop().unwrap_or_else(|| {
        panic!("Postgres' server programs must be installed (Debian: postgresql)")
    })
}
