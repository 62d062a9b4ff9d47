//! The files that the rules look at: the repository's, or a few planted ones.

use std::{fs, path::Path};

/// What is generated, or belongs to tools, is no source.
const SKIPPED: [&str; 4] = ["target", ".git", ".schoolside", "Cargo.lock"];

/// One text file.
pub struct Source {
    /// From the repository's root, with `/`.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// A set of text files.
pub struct Repository {
    /// Sorted by path.
    pub files: Vec<Source>,
}

impl Repository {
    /// The one this crate lies in.
    pub fn here() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut files = Vec::new();
        collect(&root, &root, &mut files);
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Self { files }
    }

    /// One with these files, to show that a rule catches what it should.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| Source { path: (*path).to_owned(), text: (*text).to_owned() });
        Self { files: files.collect() }
    }

    /// The files whose name ends so.
    pub fn ending<'a>(&'a self, end: &'a str) -> impl Iterator<Item = &'a Source> {
        self.files.iter().filter(move |file| file.path.ends_with(end))
    }

    /// The text at a path.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }
}

fn collect(root: &Path, directory: &Path, files: &mut Vec<Source>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if SKIPPED.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files);
        } else if let Ok(text) = fs::read_to_string(&path) {
            let path = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            files.push(Source { path, text });
        }
    }
}

/// Fails with one violation per line.
#[track_caller]
pub fn keeps(violations: &[String]) {
    assert!(violations.is_empty(), "{} violations:\n{}", violations.len(), violations.join("\n"));
}
