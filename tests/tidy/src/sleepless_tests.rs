//! No test waits by the clock: it drives the manual clock, drains the work, or waits for what it needs.

use crate::repository::Repository;

/// In a file of tests, or after the line that begins a file's tests.
fn check(repository: &Repository) -> Vec<String> {
    let mut violations = Vec::new();
    for file in repository.ending(".rs").filter(|file| !file.path.starts_with("tests/tidy/")) {
        let all_tests = file.path.contains("/tests/") || file.path.ends_with("/tests.rs");
        let from = if all_tests { Some(0) } else { file.text.find("#[cfg(test)]\nmod tests {") };
        let Some(from) = from else { continue };
        let offset = file.text[..from].lines().count();
        for (number, line) in file.text[from..].lines().enumerate() {
            if line.contains("time::sleep(Duration") || line.contains("thread::sleep(") {
                violations.push(format!("{}:{}: a test sleeps", file.path, offset + number + 1));
            }
        }
    }
    violations
}

#[test]
fn no_test_sleeps() {
    crate::repository::keeps(&check(&Repository::here()));
}

#[test]
fn a_sleeping_test_is_caught() {
    let sleep = "    std::thread::sleep(wait);\n";
    let text = format!("{sleep}#[cfg(test)]\nmod tests {{\n{sleep}");
    let planted = Repository::of(&[("libs/a/src/lib.rs", &text), ("libs/a/tests/b.rs", sleep)]);
    assert_eq!(
        check(&planted),
        ["libs/a/src/lib.rs:4: a test sleeps", "libs/a/tests/b.rs:1: a test sleeps"]
    );
}
