//! Subscriptions and timers against a real Postgres: exactly-once effect, poison, and planted faults.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]
#![expect(
    clippy::disallowed_methods,
    reason = "below the chassis and the test kit, which have the replacements"
)]

#[path = "../../../eventlog/tests/common/mod.rs"]
#[expect(dead_code, reason = "the event log's tests use the rest")]
mod common;

mod convergence;
mod exactly_once;
mod kafka;
mod planted;
mod poison;
mod rig;
mod tally;
mod timers;
mod topics;
