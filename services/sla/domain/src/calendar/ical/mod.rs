//! Closures and openings from an iCalendar file (RFC 5545), by a mapping that a person reviewed.
//!
//! The meaning of an event stands in its summary, and only a person knows it: the office works on many days without
//! pupils. So every event must be matched by a rule, what cannot be read stops the import, and an event that vanished
//! from the file is listed, never taken as a reopened day. The crates for this format bring a second library of time;
//! what is needed of it is small, and of recurring events only yearly ones are read: others are refused by name.

mod event;
mod lines;
mod mapping;
mod moment;
mod plan;
mod recur;
mod write;

pub use event::{Event, read};
pub use mapping::{Mapping, Meaning};
pub use plan::{Entry, Plan, plan};
pub use write::to_toml;
