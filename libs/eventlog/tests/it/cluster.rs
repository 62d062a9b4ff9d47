//! A Postgres of the test's own, to be crashed.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use tempfile::TempDir;

pub struct Cluster {
    home: TempDir,
    programs: PathBuf,
    as_root: bool,
}

impl Cluster {
    pub fn start() -> Self {
        let home = tempfile::Builder::new().prefix("eventlog").tempdir_in("/tmp").unwrap();
        let said = Command::new("id").arg("-u").output().unwrap().stdout;
        let as_root = String::from_utf8(said).unwrap().trim() == "0";
        if as_root {
            let owned = Command::new("chown").arg("postgres").arg(home.path()).status().unwrap();
            assert!(owned.success());
        }
        let cluster = Self { home, programs: programs(), as_root };
        let data = cluster.data();
        cluster.run("initdb", &["-D", &data, "-U", "postgres", "-A", "trust", "--no-sync"]);
        let socket = cluster.home.path().display();
        let settings = format!(
            "\nlisten_addresses = ''\nunix_socket_directories = '{socket}'\nmax_connections = 60\n"
        );
        let file = format!("{data}/postgresql.conf");
        let defaults = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, defaults + &settings).unwrap();
        cluster.restart();
        cluster
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@localhost/postgres?host={}", self.home.path().display())
    }

    /// Ends Postgres as a crash does: no checkpoint, no goodbye.
    pub fn crash(&self) {
        self.run("pg_ctl", &["stop", "-w", "-m", "immediate", "-D", &self.data()]);
    }

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
        assert!(command.status().unwrap().success(), "{} failed", program.display());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.crash();
    }
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
    found.pop().expect("Postgres' server programs must be installed (Debian: postgresql)")
}
