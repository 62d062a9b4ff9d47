//! The records in a folder: every JSON file in it and below, in the order of their names.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Every JSON file in a folder and below.
///
/// # Errors
/// When a folder cannot be read.
pub fn records(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(folder, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    Ok(())
}
