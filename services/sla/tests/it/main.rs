//! The SLA service through its real gRPC port, on a real Postgres; the requests' log is played by the test.

#![expect(clippy::unwrap_used, reason = "what a test cannot get fails the test")]

mod board;
mod changes;
mod imported;
mod ladder;
mod life;
mod office;
mod pace;
mod preview;
mod redelivery;
mod terms;
mod watch;
mod what_if;

#[test]
fn every_rpc_has_a_permission() {
    testkit::assert_every_rpc_has_a_permission(
        wire::DESCRIPTORS,
        &["schoolside.sla.v1"],
        &[sla::PERMISSIONS],
    );
}
