//! Where a district's files are read from: a folder, or the binary itself.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::error::{FileError, Place};

/// The largest file that is read.
const SIZE_LIMIT: u64 = 16 * 1024 * 1024;

/// A folder of files, on disk or embedded in the binary.
#[derive(Debug, Clone)]
pub enum Source {
    /// A folder on disk.
    Folder(PathBuf),
    /// Files that ship with the product, by their path within the folder.
    Embedded(&'static [(&'static str, &'static str)]),
}

impl Source {
    /// A file's text; `None` when there is no such file.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, FileError> {
        match self {
            Self::Embedded(files) => {
                Ok(files.iter().find(|(path, _)| *path == name).map(|(_, text)| (*text).to_owned()))
            }
            Self::Folder(folder) => read(&folder.join(name))
                .map_err(|problem| Place::new(name, None).error("", "", problem)),
        }
    }

    /// The files of a folder within it that end in `.toml`, sorted; none when there is no such folder.
    pub(super) fn documents(&self, within: &str) -> Result<Vec<String>, FileError> {
        let mut names = match self {
            Self::Embedded(files) => files
                .iter()
                .map(|(path, _)| (*path).to_owned())
                .filter(|path| path.strip_prefix(within).is_some_and(|rest| rest.starts_with('/')))
                .collect(),
            Self::Folder(folder) => list(&folder.join(within), within).map_err(|error| {
                Place::new(within, None).error(
                    "",
                    "",
                    format!("cannot be listed ({error}): make it readable"),
                )
            })?,
        };
        names.retain(|name| name.ends_with(".toml"));
        names.sort();
        Ok(names)
    }

    /// Notes the files that are none of a district's, so that a misspelt name is not overlooked.
    pub(super) fn strangers(&self, known: &[&str], folders: &[&str], errors: &mut Vec<FileError>) {
        let Self::Folder(folder) = self else { return };
        let Ok(names) = list(folder, "") else { return };
        for name in names.iter().map(|name| name.trim_start_matches('/')) {
            let ours = name.ends_with(".csv") || name.ends_with(".toml");
            if ours && !known.contains(&name) {
                let problem = format!(
                    "is no file of a district: rename or remove it; the files are {}, and the folders {}",
                    known.join(", "),
                    folders.join(", ")
                );
                errors.push(Place::new(name, None).error("", "", problem));
            }
        }
    }

    /// Whether the folder is there at all.
    pub(super) fn exists(&self) -> bool {
        match self {
            Self::Embedded(_) => true,
            Self::Folder(folder) => folder.is_dir(),
        }
    }

    /// The name to show.
    pub(super) fn label(&self) -> String {
        match self {
            Self::Embedded(_) => "the built-in district".into(),
            Self::Folder(folder) => folder.display().to_string(),
        }
    }
}

fn read(path: &Path) -> Result<Option<String>, String> {
    let size = match fs::metadata(path) {
        Ok(found) => found.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("cannot be read ({error}): make it readable")),
    };
    if size > SIZE_LIMIT {
        return Err(format!(
            "has {size} bytes, more than a district's file can have ({SIZE_LIMIT})"
        ));
    }
    let bytes =
        fs::read(path).map_err(|error| format!("cannot be read ({error}): make it readable"))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            Err(format!("is not UTF-8 from byte {at} on: save it as UTF-8"))
        }
    }
}

fn list(folder: &Path, within: &str) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    entries.map(|entry| Ok(format!("{within}/{}", entry?.file_name().to_string_lossy()))).collect()
}
