//! The rules of the directory: schools, networks, teams and people, all of it effective-dated.
//!
//! Every dated fact goes into a [`Timeline`]: of the facts about one thing the latest recorded wins from its
//! effective day on. An aggregate is a folder; each of its behaviours is a file with command, event, rule, fold,
//! wire mapping and tests.

pub mod district;
pub mod effective;
pub mod network;
pub mod person;
pub mod reference;
pub mod school;
pub mod team;

mod codec;
mod text;

pub use district::District;
pub use effective::{Dated, Timeline};
pub use network::Network;
pub use person::Person;
pub use reference::Reference;
pub use school::School;
pub use team::Team;
pub use text::{ExternalKeys, InvalidName};
