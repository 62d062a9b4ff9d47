//! What every service stands on: clocks, identity, errors, deadlines, the gRPC server, telemetry, configuration.
//!
//! Knows no context. A service brings its rpcs, permissions, subscriptions and timers as a [`service::Service`];
//! [`server::serve`] puts them behind one port.

pub mod call;
pub mod clock;
pub mod config;
pub mod consistency;
pub mod fault;
pub mod identity;
pub mod pace;
pub mod paging;
pub mod parse;
pub mod server;
pub mod service;
pub mod task;
pub mod telemetry;
