//! Insights: case facts folded from everyone's events, and the speed and quality of each team computed from them.
//!
//! Owns no stream. `projection/` folds events into rows; `grpc/` computes from rows; the definitions are in
//! `insights-domain`, free of I/O.

mod grpc;
mod projection;
mod wiring;

pub use wiring::{PERMISSIONS, assemble};
