//! Where the demo stands: its clock, and up to when everything was done; kept in the data directory.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::datadir::{self, DataDirError};

const FILE: &str = "demo-clock.json";
/// How long the file may lag behind: after a crash that much is repeated, which changes nothing.
const OFTEN: Duration = Duration::from_secs(2);

/// Where the demo stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    /// What the demo's clock said.
    pub now: Timestamp,
    /// Everything that was to be entered or done by then is done; what follows may be half done.
    pub done: Timestamp,
}

/// The file it is kept in.
pub struct BookmarkFile {
    path: PathBuf,
    written: Option<Instant>,
}

impl BookmarkFile {
    /// The file in a data directory, and what it says; `None` in a new directory.
    ///
    /// # Errors
    /// When it cannot be read, or does not say what it should.
    pub fn open(directory: &Path) -> Result<(Self, Option<Bookmark>), DataDirError> {
        let path = directory.join(FILE);
        let found = match fs::read_to_string(&path) {
            Ok(text) => Some(
                serde_json::from_str(&text)
                    .map_err(|source| DataDirError::Damaged { file: path.clone(), source })?,
            ),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(DataDirError::Unusable { path, source }),
        };
        Ok((Self { path, written: None }, found))
    }

    /// Keeps where it stands if that was not done for a while.
    ///
    /// # Errors
    /// When the file cannot be written; the old content then stands.
    pub fn keep(&mut self, bookmark: Bookmark) -> Result<(), DataDirError> {
        if self.written.is_some_and(|written| written.elapsed() < OFTEN) {
            return Ok(());
        }
        self.keep_now(bookmark)
    }

    /// Keeps where it stands.
    ///
    /// # Errors
    /// When the file cannot be written; the old content then stands.
    pub fn keep_now(&mut self, bookmark: Bookmark) -> Result<(), DataDirError> {
        let text = serde_json::to_string(&bookmark)
            .map_err(|source| DataDirError::Damaged { file: self.path.clone(), source })?;
        datadir::write_private(&self.path, format!("{text}\n").as_bytes())?;
        self.written = Some(Instant::now());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_stopped_demo_is_found_where_it_stood() {
        let directory = tempfile::tempdir().unwrap();
        let (mut file, found) = BookmarkFile::open(directory.path()).unwrap();
        assert_eq!(found, None);
        let stopped =
            Bookmark { now: at("2026-02-03T15:20:00Z"), done: at("2026-02-03T15:10:00Z") };
        file.keep_now(stopped).unwrap();
        assert_eq!(BookmarkFile::open(directory.path()).unwrap().1, Some(stopped));
    }

    #[test]
    fn a_damaged_file_is_named_and_not_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(FILE), "{\"now\":").unwrap();
        let error = BookmarkFile::open(directory.path()).err().unwrap().to_string();
        assert!(error.contains("demo-clock.json is damaged"), "{error}");
    }
}
