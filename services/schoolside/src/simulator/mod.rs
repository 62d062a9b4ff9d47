//! The demo's people: they ask, answer, work and judge in Alder Bay, through the public gRPC API.
//!
//! [`agenda`] says who does what and when: a pure function of a seed and the district's files. The driver steps
//! the demo's clock along it, and waits after every step until the system has settled.

pub mod agenda;
