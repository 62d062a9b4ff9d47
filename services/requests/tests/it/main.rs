//! The requests service through its real gRPC port, on a real Postgres, a database per test.

mod access;
mod catalogue;
mod commands;
mod erase;
mod import;
mod life;
mod lists;
mod support;
