//! The wire: prost messages and tonic services generated from `proto/`, the descriptor set, and the few
//! conversions between them and the kernel's words.
//!
//! Generated types stay here, inside domain crates' codecs and at service edges; no domain's public API shows one.

pub mod time;
pub mod topic;

/// Everything under `proto/`, as nested modules: `schoolside::requests::v1` and so on.
#[expect(clippy::all, reason = "generated")]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/modules.rs"));
}
pub use generated::schoolside;

/// The descriptors of everything under `proto/`, with comments: for reflection, checks and consumers.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

pub use schoolside::common::v1::{Envelope, EventMeta};
