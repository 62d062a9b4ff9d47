//! The demo's people: they ask, answer, work and judge in Alder Bay, through the public gRPC API.
//!
//! [`agenda`] says who does what and when: a pure function of a seed and the district's files. The [`driver`] steps
//! the demo's clock along it and waits after every step until the system has settled, so that what is recorded,
//! warned of and breached is true to that clock. Every command's id is derived from the agenda: after a crash the
//! last steps are repeated, and repeating changes nothing.

pub mod agenda;
pub mod bookmark;
pub mod driver;
pub mod people;
pub mod perform;
pub mod play;
mod steps;
