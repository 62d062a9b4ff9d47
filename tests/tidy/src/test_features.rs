//! Tests turn no feature on that the product is built without: cargo would build that crate, and all that is built on
//! it, a second time, and `./dev test` after `./dev up` would take twice as long.

use std::{collections::BTreeSet, process::Command};

/// Every crate of the graph with its features, as `cargo tree` prints it.
fn crates(edges: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--edges", edges, "--prefix", "none", "--format", "{p} {f}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    // A star marks what was printed in full before.
    text.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
}

fn check(product: &BTreeSet<String>, with_tests: &BTreeSet<String>) -> Vec<String> {
    let twice = product.difference(with_tests);
    twice.map(|it| format!("{it}: tests build it once more, with other features")).collect()
}

#[test]
fn tests_share_everything_that_was_built() {
    let found = check(&crates("normal,build"), &crates("normal,build,dev"));
    crate::repository::keeps(&found);
}

#[test]
fn a_feature_that_only_tests_turn_on_is_caught() {
    let crates = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect();
    let product = crates(&["regex v1.13.2 std", "bytes v1.0.0 std"]);
    let with_tests = crates(&["regex v1.13.2 std,unicode", "bytes v1.0.0 std", "rstest v0.29.0 "]);
    let expected = ["regex v1.13.2 std: tests build it once more, with other features"];
    assert_eq!(check(&product, &with_tests), expected);
}
