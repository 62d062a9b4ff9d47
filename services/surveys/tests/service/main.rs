//! The surveys service through its real gRPC port, told by the log of requests.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod instruments;
mod invitations;
mod tell;
mod world;

#[test]
fn no_rpc_is_without_a_permission() {
    let packages = ["schoolside.surveys.v1"];
    testkit::assert_every_rpc_has_a_permission(
        wire::DESCRIPTORS,
        &packages,
        &[surveys::PERMISSIONS],
    );
}
