//! The event log against a real Postgres: what it promises, under concurrency, crashes and planted faults.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]
#![expect(
    clippy::disallowed_methods,
    reason = "below the chassis and the test kit, which have the replacements"
)]

#[path = "../common/mod.rs"]
mod common;

mod append;
mod crash;
mod execute;
mod gaps;
mod model;
mod outage;
mod plans;
mod types;
