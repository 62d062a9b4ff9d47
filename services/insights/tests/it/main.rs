//! The insights service through its real gRPC port: what happened elsewhere is recorded in those logs, and the
//! figures are asked for.

mod figures;
mod scorecard;
mod world;
