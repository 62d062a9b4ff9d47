//! The rules of service-level promises: calendars, policies and clocks, without I/O.
//!
//! A due date is a pure function of the facts of a request, a policy version, a calendar version and an instant.
//! [`calendar`] says when an office is open and reckons with it, [`policy`] which targets apply to which requests,
//! [`clock`] how a request stands against a target, [`case`] records what became of each clock as events, and [`what_if`]
//! says what would have become of them by other rules.

pub mod calendar;
pub mod case;
pub mod clock;
mod codec;
mod document;
pub mod fault;
pub mod policy;
pub mod versions;
pub mod what_if;
pub mod words;
