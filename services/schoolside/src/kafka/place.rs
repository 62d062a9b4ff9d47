//! The broker's directory: where each thing lies in it, and whose turn it is to start or stop the broker.

use std::{
    fs::{self, File},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::Duration,
};

use super::error::KafkaError;
use crate::{datadir, turn};

/// How long another process may take to stop the same broker before we give up.
const TURN: Duration = Duration::from_secs(30);
/// What the broker logs with.
const LOGGING: &str = include_str!("../../../../deploy/kafka/log4j2.properties");

/// The directory, and where each thing lies in it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub directory: PathBuf,
}

impl Place {
    /// Creates the directory in the data directory, if missing.
    pub fn prepare(data_dir: &Path) -> Result<Self, KafkaError> {
        let directory = data_dir.join("kafka");
        let prepared = datadir::create(data_dir)
            .and_then(|()| fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory))
            .and_then(|()| fs::canonicalize(&directory))
            .map_err(|error| KafkaError::io("preparing", &directory, error))?;
        let place = Self { directory: prepared };
        place.write("log4j2.properties", LOGGING)?;
        Ok(place)
    }

    /// The directory, if it exists.
    pub fn existing(data_dir: &Path) -> Option<Self> {
        fs::canonicalize(data_dir.join("kafka")).ok().map(|directory| Self { directory })
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    pub fn data(&self) -> PathBuf {
        self.file("data")
    }

    pub fn log(&self) -> PathBuf {
        self.file("broker.log")
    }

    pub fn properties(&self) -> PathBuf {
        self.file("server.properties")
    }

    /// Writes a file whole or not at all.
    pub fn write(&self, name: &str, content: &str) -> Result<(), KafkaError> {
        let file = self.file(name);
        datadir::replace(&file, content.as_bytes())
            .map_err(|error| KafkaError::io("writing", file, error))
    }

    /// The cluster's id, which whoever formatted the storage has drawn.
    pub fn cluster_id(&self) -> Option<String> {
        let text = fs::read_to_string(self.data().join("meta.properties")).ok()?;
        text.lines().find_map(|line| line.strip_prefix("cluster.id=")).map(str::to_owned)
    }

    /// Keeps the log of the run before, and no more.
    pub fn rotate_log(&self) -> Result<(), KafkaError> {
        if !self.log().exists() {
            return Ok(());
        }
        fs::rename(self.log(), self.file("broker.log.1"))
            .map_err(|error| KafkaError::io("renaming", self.log(), error))
    }

    /// What the broker has said in this run.
    pub fn said(&self) -> String {
        fs::read(self.log())
            .map(|text| String::from_utf8_lossy(&text).into_owned())
            .unwrap_or_default()
    }

    /// Waits until no other process starts or stops this broker, and keeps others from it while the file is held. One
    /// that is starting it has `patience` for that.
    pub async fn turn(&self, patience: Duration) -> Result<File, KafkaError> {
        let path = self.file("lock");
        turn::take(&path, patience + TURN)
            .await
            .map_err(|error| KafkaError::io("locking", path, error))?
            .ok_or_else(|| KafkaError::Busy { directory: self.directory.clone() })
    }
}
