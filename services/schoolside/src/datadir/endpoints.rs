//! `endpoints.json`: where a running system answers, and which files hold the tokens to show it.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{DataDirError, write_private};

const FILE: &str = "endpoints.json";

/// The content of `endpoints.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// The one port of everything: `http://127.0.0.1:PORT`.
    pub grpc: String,
    /// A role's name and the file with its token.
    pub tokens: BTreeMap<String, PathBuf>,
    /// Whether the demo's first days are still being played.
    pub state: RunState,
    /// The process that answers.
    pub pid: u32,
}

/// How far a start has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// It answers; the demo's first days are being played meanwhile.
    Playing,
    /// It answers, and nothing else is under way.
    Ready,
}

impl Endpoints {
    /// Reads where the system in `directory` answers; `None` if none does, or does not yet.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(directory: &Path) -> Result<Option<Self>, DataDirError> {
        let file = directory.join(FILE);
        match fs::read_to_string(&file) {
            Ok(text) => serde_json::from_str(&text)
                .map(Some)
                .map_err(|source| DataDirError::Damaged { file, source }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(DataDirError::unusable(file, error)),
        }
    }

    /// Puts the whole file in place at once.
    pub(super) fn write(&self, directory: &Path) -> Result<(), DataDirError> {
        let file = directory.join(FILE);
        let text = serde_json::to_string(self)
            .map_err(|error| DataDirError::unusable(&file, error.into()))?;
        write_private(&file, format!("{text}\n").as_bytes())
    }

    /// Removes the file, if there is one.
    pub(super) fn remove(directory: &Path) -> Result<(), DataDirError> {
        let file = directory.join(FILE);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(DataDirError::unusable(file, error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
}
