//! The disk fills up under a running system: callers hear so, what was acknowledged is safe, and once there is room
//! everything goes on by itself.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;
use testkit::reason_of;

use crate::{
    networks::{Caller, Network, published},
    system::{Process, scratch},
};

/// Room for a cluster, its write-ahead log, and little else.
const OPTIONS: &str = "size=256m,mode=0711";
/// More commands than find a place in the pages that a table has already.
const MANY: usize = 2_000;

/// A disk of a test's own; gone when dropped.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// Mounts one; `None` where that is not allowed.
    fn mount() -> Option<Self> {
        let directory = scratch();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", OPTIONS, "tmpfs"])
            .arg(directory.path())
            .stderr(Stdio::null())
            .status();
        mounted.is_ok_and(|status| status.success()).then_some(Self(directory))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all the room that is left; gives the file to delete.
    fn fill(&self) -> PathBuf {
        let ballast = self.path().join("ballast");
        let mut file = File::create(&ballast).unwrap();
        for size in [1 << 20, 1 << 12] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        ballast
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("--lazy").arg(self.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()), "the small disk stays mounted");
    }
}

#[tokio::test]
async fn a_full_disk_is_said_so_loses_nothing_and_is_outlived() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("SKIPPED: no disk may be mounted here; chassis' tests have a simulated one");
        return;
    };
    let mut up = Process::up(disk.path());
    let caller = Caller::of(&up.said).await;
    let mut stored = Vec::new();
    let ballast = disk.fill();
    let (refusal, late) = loop {
        assert!(stored.len() < MANY, "the disk does not fill up");
        let network = Network::new(&format!("N{}", stored.len()));
        match caller.define(&network).await {
            Ok(_) => stored.push(format!("networks/N{}", stored.len())),
            Err(_) => break (caller.refused(&network).await, network),
        }
    };
    assert_eq!(reason_of(&refusal), "STORAGE_FULL", "{refusal}");
    assert!(refusal.message().contains("free space"), "{refusal}");
    assert_eq!(published(disk.path()).len(), stored.len());
    caller.list("").await.unwrap();

    fs::remove_file(ballast).unwrap();
    let (first, _) = caller.persist(&late).await;
    assert_eq!(caller.define(&late).await.unwrap(), first);
    stored.push(format!("networks/N{}", stored.len()));
    stored.sort();
    assert_eq!(caller.caught_up(&first.consistency).await, stored);
    let events = published(disk.path());
    assert!(events.len() == stored.len() && events.values().all(|count| *count == 1), "{events:?}");
    assert!(up.stop(), "it did not live through it");
}
