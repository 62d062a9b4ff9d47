//! The requests service through its real gRPC port, on a real Postgres, a database per test.

#![expect(clippy::unwrap_used, reason = "what a test's helper cannot get fails the test")]

mod access;
mod catalogue;
mod commands;
mod corrections;
mod duplicates;
mod erase;
mod import;
mod life;
mod lists;
mod support;
