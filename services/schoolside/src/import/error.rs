//! Why a file cannot be used as a whole: then nothing of it is imported.

use std::io;

/// Why a file cannot be used as a whole.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be opened.
    #[error("{file} cannot be read: check its name and permissions")]
    Unreadable {
        /// The file as it was named.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// Its bytes are not what was once written: a broken gzip file, or a failing disk.
    #[error("{file} is damaged, so none of it can be trusted: fetch it again")]
    Damaged {
        /// The file as it was named.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// It ends before its header does.
    #[error("{file} is cut before the end of its header: fetch it again")]
    CutBeforeHeader {
        /// The file as it was named.
        file: String,
    },
    /// It is a spreadsheet or another zip archive.
    #[error(
        "{file} is a spreadsheet or zip archive: save the sheet as CSV, or unpack the archive, and import that"
    )]
    Spreadsheet {
        /// The file as it was named.
        file: String,
    },
    /// Its byte-order mark contradicts the mapping.
    #[error(
        "{file} begins with the byte-order mark of {mark}, but the mapping says {said}: set file.encoding = \"{mark}\""
    )]
    OtherEncoding {
        /// The file as it was named.
        file: String,
        /// The encoding in the mapping.
        said: &'static str,
        /// The encoding of the mark.
        mark: &'static str,
    },
    /// It has no header line.
    #[error(
        "{file} has no line {line}, where the mapping expects the header: check file.header_line"
    )]
    NoHeader {
        /// The file as it was named.
        file: String,
        /// The header's line.
        line: u64,
    },
    /// A quote in its header is not closed.
    #[error(
        "{file}: a quote in the header is not closed: check file.header_line, file.quote and file.delimiter"
    )]
    HeaderQuotes {
        /// The file as it was named.
        file: String,
    },
    /// Its header is no text in the mapping's encoding.
    #[error(
        "{file}: the header is no text in the mapping's encoding: set file.encoding, perhaps to \"utf-16\" or \"windows-1252\""
    )]
    HeaderEncoding {
        /// The file as it was named.
        file: String,
    },
    /// Columns that the mapping names are missing or ambiguous.
    #[error("{file}: the header on line {line} does not fit the mapping: {}; it has {has}", faults.join("; "))]
    Columns {
        /// The file as it was named.
        file: String,
        /// The header's line.
        line: u64,
        /// Each column that is missing or ambiguous.
        faults: Vec<String>,
        /// The columns there are.
        has: String,
    },
}
