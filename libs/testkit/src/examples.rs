//! The examples of consumers that `./dev test` has prepared, in languages other than ours.

use std::path::PathBuf;

use crate::broker::variable;

/// The Python that has what `docs/guides/consume-topics/python/consumer.py` imports.
///
/// # Panics
/// When `SCHOOLSIDE_EXAMPLES_PYTHON` is not set.
#[must_use]
pub fn python() -> PathBuf {
    variable("SCHOOLSIDE_EXAMPLES_PYTHON", "what docs/guides/consume-topics/prepare.sh makes")
        .into()
}

/// The jar of `docs/guides/consume-topics/java`, for `java -jar`.
///
/// # Panics
/// When `SCHOOLSIDE_EXAMPLES_JAVA` is not set.
#[must_use]
pub fn jar() -> PathBuf {
    variable("SCHOOLSIDE_EXAMPLES_JAVA", "what docs/guides/consume-topics/prepare.sh makes").into()
}
