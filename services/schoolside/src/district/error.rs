//! What is wrong with a district's files: all of it at once, each with where it stands and what to do.

use std::fmt;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct FileError {
    /// The file, within the district's folder.
    pub file: String,
    /// The line, from 1; absent when it is about the file as a whole.
    pub line: Option<u64>,
    /// The column or key; empty when it is about the line as a whole.
    pub field: String,
    /// What stands there; empty when nothing does.
    pub value: String,
    /// What is wrong and what to do.
    pub problem: String,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        f.write_str(": ")?;
        if !self.field.is_empty() {
            f.write_str(&self.field)?;
            if !self.value.is_empty() {
                write!(f, " {:?}", self.value)?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.problem)
    }
}

impl std::error::Error for FileError {}

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, within the district's folder.
    pub file: String,
    /// The line, from 1, if it is known.
    pub line: Option<u64>,
}

impl Place {
    /// A place in a file.
    #[must_use]
    pub fn new(file: &str, line: Option<u64>) -> Self {
        Self { file: file.to_owned(), line }
    }

    /// What is wrong here.
    #[must_use]
    pub fn error(&self, field: &str, value: &str, problem: impl Into<String>) -> FileError {
        FileError {
            file: self.file.clone(),
            line: self.line,
            field: field.to_owned(),
            value: value.chars().take(80).collect(),
            problem: problem.into(),
        }
    }
}
