//! An error with everything behind it, in one line: for the log, once, at the edge.

use std::error::Error;

/// The error's sentence, then its sources', each after a colon.
#[must_use]
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        // A transparent error and its source say the same.
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the log could not be read")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn the_cause_stands_behind_its_effect() {
        let error = Outer(std::io::Error::other("disk on fire"));
        assert_eq!(chain(&error), "the log could not be read: disk on fire");
    }
}
