//! The service of promises: calendars, policies, and the clocks of every request.
//!
//! `reaction` keeps what is known of each request and looks at its clocks when that changes, `timer` when time passes;
//! both go through `look`, which records what differs from the record; `replay` goes through many requests for a question.
//! `projection` has the tables, `grpc` one file per
//! rpc, `wiring` puts all together. The rules themselves are in `sla-domain`.

mod access;
mod app;
pub mod bench;
mod books;
mod cases;
mod facts;
mod grpc;
mod look;
mod projection;
mod reaction;
mod replay;
mod timer;
mod wiring;

pub use grpc::PERMISSIONS;
pub use wiring::{TOPICS, assemble};
