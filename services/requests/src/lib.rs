//! The requests service: the catalogue, the life of every request, and taking history over.
//!
//! `wiring` puts it together; `grpc` has one file per rpc; `projection` the read models; `reaction` what happens
//! when routing decides; `timer` what happens when time passes.

mod access;
mod app;
mod grpc;
mod projection;
mod reaction;
mod resource;
mod story;
mod timer;
pub mod wiring;

pub use grpc::PERMISSIONS;
pub use wiring::{TOPICS, assemble};
