//! What tests of services stand on: a database per test, and a server on a real gRPC port with a clock that
//! the test moves.
//!
//! A test of a service starts it with [`TestServer::start`], calls it with `Client::new(server.client(…))`,
//! lets what follows happen with [`TestServer::settle`], and never sleeps. A service that follows others is
//! started with [`TestServer::start_beside`], and what happened there is told with [`TestServer::record`]. Give the test two threads
//! (`#[tokio::test(flavor = "multi_thread")]`) when it calls from several tasks at once.

pub mod broker;
mod cluster;
mod database;
pub mod examples;
mod neighbours;
mod permissions;
mod server;
mod status;
mod who;

pub use cluster::Cluster;
pub use database::TestDatabase;
pub use permissions::assert_every_rpc_has_a_permission;
pub use server::{Assemble, Bearer, Client, MONDAY_MORNING, TestServer, assembled};
pub use status::{command_id, field_of, metadata_of, reason_of};
pub use who::Who;
