//! The surveys service: invites whoever a resolved request was for, and keeps what they answer.
//!
//! It follows the requests, sends and expires invitations by the clock, and publishes both invitations and responses
//! without comments. The rules themselves are in `surveys-domain`.

mod app;
mod grpc;
mod projection;
mod reaction;
mod timer;
pub mod token;
mod wiring;

pub use grpc::PERMISSIONS;
pub use wiring::{TOPICS, assemble};
