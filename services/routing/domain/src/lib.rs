//! The rules of routing, free of I/O: who answers for a request, and why.
//!
//! [`evaluate`] is the heart: a pure, total function from a rule [`table`], a request's [`snapshot`], the
//! [`directory`] of a day and the members' open work to a [`decision`] that carries its reasons. The same input gives
//! the same decision on any machine. Two aggregates keep what happened: [`rule_set`] (the published versions of
//! the table) and [`case`] (the decisions of one request).

pub mod case;
pub mod decision;
pub mod directory;
mod evaluate;
mod member;
pub mod rule_set;
pub mod snapshot;
pub mod table;

pub use decision::Decision;
pub use directory::Directory;
pub use evaluate::evaluate;
pub use member::{Choice, Loads, choose};
pub use snapshot::Snapshot;
pub use table::Table;
