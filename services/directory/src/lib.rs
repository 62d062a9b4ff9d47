//! The directory service: schools, networks, teams and people, all of it effective-dated.
//!
//! `wiring` puts it together; `grpc` has one file per rpc; `projection` one file per read model. The rules are in
//! `directory-domain`.

mod app;
mod grpc;
mod projection;
pub mod wiring;

pub use grpc::PERMISSIONS;
pub use wiring::{TOPICS, assemble};
