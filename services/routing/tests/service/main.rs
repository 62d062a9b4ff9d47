//! The routing service through its real gRPC port, told by the logs of the directory and of requests.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod decisions;
mod rule_sets;
mod tell;
mod world;

#[test]
fn no_rpc_is_without_a_permission() {
    let packages = ["schoolside.routing.v1"];
    testkit::assert_every_rpc_has_a_permission(
        wire::DESCRIPTORS,
        &packages,
        &[routing::PERMISSIONS],
    );
}
