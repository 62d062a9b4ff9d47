//! The `schoolside` binary.
fn main() {}
