//! The directory service through its real gRPC port, on a real Postgres.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

mod access;
mod bitemporal;
mod commands;
mod desk;
mod pages;
mod people;

#[test]
fn every_rpc_has_a_permission() {
    testkit::assert_every_rpc_has_a_permission(
        wire::DESCRIPTORS,
        &["schoolside.directory.v1"],
        &[directory::PERMISSIONS],
    );
}
