//! The chassis through a real gRPC port, carrying a small service of its own.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod commands;
mod demo;
mod draining;
mod feed;
mod forgetting;
mod full_disk;
mod identity;
mod limits;
mod open;
mod parked;
mod web;
