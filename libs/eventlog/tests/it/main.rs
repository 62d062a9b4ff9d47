//! The event log against a real Postgres: what it promises, under concurrency, crashes and planted faults.

#[path = "../common/mod.rs"]
mod common;

mod append;
mod crash;
mod execute;
mod gaps;
mod model;
mod plans;
mod sessions;
