//! The `schoolside` binary as a library: the command line, `up`, `serve`, and what they are made of.

pub mod assembly;
mod bench;
mod broker;
mod catalogue;
pub mod cli;
pub mod connection;
pub mod context;
mod contract;
pub mod datadir;
mod disk;
pub mod district;
pub mod failure;
pub mod import;
pub mod kafka;
mod logs;
pub mod out;
pub mod postgres;
pub mod serve;
pub mod simulator;
mod stop;
mod turn;
pub mod up;
pub mod verify;
