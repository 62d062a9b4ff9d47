//! The routing service: decides who answers for a request, and keeps why.
//!
//! It follows the directory and the requests, publishes its decisions, and answers for the rule set. The rules
//! themselves are in `routing-domain`.

mod app;
mod grpc;
mod projection;
mod reaction;
mod wiring;

pub use grpc::PERMISSIONS;
pub use wiring::{TOPICS, assemble};
