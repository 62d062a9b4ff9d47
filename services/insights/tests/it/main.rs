//! The insights service through its real gRPC port: what happened elsewhere is recorded in those logs, and the
//! figures are asked for.

#![expect(clippy::unwrap_used, reason = "what a test cannot get fails the test")]

mod figures;
mod scorecard;
mod world;
