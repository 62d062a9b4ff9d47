//! The insights service through its real gRPC port: what happened elsewhere is recorded in those logs, and the
//! figures are asked for.

#![expect(clippy::unwrap_used, reason = "what a test cannot get fails the test")]

mod figures;
mod scorecard;
mod world;

#[test]
fn every_rpc_has_a_permission() {
    testkit::assert_every_rpc_has_a_permission(
        wire::DESCRIPTORS,
        &["schoolside.insights.v1"],
        &[insights::PERMISSIONS],
    );
}
