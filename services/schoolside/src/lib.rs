//! schoolside.
pub mod datadir;
pub mod district;
pub mod import;
pub mod postgres;
pub mod simulator;
