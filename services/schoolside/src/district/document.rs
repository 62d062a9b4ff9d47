//! A TOML file read into its shape, with the line of what is wrong.

use serde::de::DeserializeOwned;

use super::error::{FileError, Place};

/// Reads a file; what is wrong is noted in `errors`.
pub(super) fn read<T: DeserializeOwned>(
    file: &str,
    text: &str,
    errors: &mut Vec<FileError>,
) -> Option<T> {
    match toml::from_str(text) {
        Ok(document) => Some(document),
        Err(error) => {
            let line = error.span().map(|span| line(text, span.start));
            errors.push(Place::new(file, line).error(
                "",
                "",
                format!("{}: correct it", error.message()),
            ));
            None
        }
    }
}

/// The line, from 1, of a byte.
pub(super) fn line(text: &str, at: usize) -> u64 {
    let newlines = text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    u64::try_from(newlines).unwrap_or(u64::MAX).saturating_add(1)
}
