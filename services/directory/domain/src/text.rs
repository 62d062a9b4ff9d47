//! Names to show, and the names under which source systems know a thing.

use std::collections::BTreeMap;

use kernel::{Refusal, RefusalKind};

/// The name under which a source system knows a thing, by system.
pub type ExternalKeys = BTreeMap<String, String>;

/// The longest name to show, in characters.
const NAME_LIMIT: usize = 200;

/// Why a text is not a name to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "display_name must have 1 to {NAME_LIMIT} characters, none of them a control character, and no blank at its ends"
)]
pub struct InvalidName;

impl Refusal for InvalidName {
    fn reason(&self) -> &'static str {
        "INVALID_DISPLAY_NAME"
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Invalid
    }

    fn field(&self) -> Option<String> {
        Some("display_name".into())
    }
}

pub(crate) fn checked_name(text: String) -> Result<String, InvalidName> {
    let fits = !text.is_empty()
        && text.chars().count() <= NAME_LIMIT
        && text.trim() == text
        && !text.chars().any(char::is_control);
    if fits { Ok(text) } else { Err(InvalidName) }
}

/// Keys known so far with those of a command: a key is replaced, never dropped.
pub(crate) fn merged(known: &ExternalKeys, stated: ExternalKeys) -> ExternalKeys {
    let mut keys = known.clone();
    keys.extend(stated);
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_printable() {
        assert_eq!(checked_name("Harbor".into()), Ok("Harbor".into()));
        for bad in ["", " Harbor", "Har\nbor", &"x".repeat(201)] {
            assert_eq!(checked_name(bad.into()), Err(InvalidName), "{bad:?} was taken");
        }
    }
}
