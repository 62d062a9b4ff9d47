//! The broker that all tests share, and the jars with which a test starts one of its own.

use std::path::PathBuf;

/// Where the broker answers that `./dev test` has started, as `127.0.0.1:PORT`. It keeps nothing apart: a test gives
/// its topics and groups names of their own.
///
/// # Panics
/// When `SCHOOLSIDE_TEST_KAFKA` is not set: a test of the broker that was skipped would show nothing.
#[must_use]
pub fn bootstrap() -> String {
    variable("SCHOOLSIDE_TEST_KAFKA", "a Kafka broker's host and port")
}

/// Where Kafka's jars are, for a test that breaks a broker: `schoolside::kafka::Broker` starts one of its own.
///
/// # Panics
/// When `SCHOOLSIDE_KAFKA_JARS` is not set.
#[must_use]
pub fn jars() -> PathBuf {
    variable("SCHOOLSIDE_KAFKA_JARS", "the directory of Kafka's jars").into()
}

pub(crate) fn variable(name: &str, what: &str) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "a setting of tests, which have no configuration"
    )]
    let value = std::env::var(name);
    value.unwrap_or_else(|_| panic!("{name} is not set: run ./dev test, or set it to {what}"))
}
