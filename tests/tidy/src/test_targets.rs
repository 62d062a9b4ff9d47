//! Every library has unit tests or says `test = false`: an empty test binary is the whole crate compiled once more. And
//! where it says so there are none, which nobody would run.

use crate::repository::{Repository, Source};

/// Whether a file holds tests, by the attributes that mark one.
fn has_tests(file: &Source) -> bool {
    let marks = ["#[test]", "#[tokio::test", "#[rstest]", "proptest!"];
    file.text.lines().any(|line| marks.iter().any(|mark| line.trim_start().starts_with(mark)))
}

/// Whether a manifest says that its library has no unit tests.
fn says_none(manifest: &str) -> bool {
    let manifest: toml::Table = manifest.parse().unwrap();
    let test = manifest.get("lib").and_then(|lib| lib.get("test"));
    test.and_then(toml::Value::as_bool) == Some(false)
}

fn check(repository: &Repository) -> Vec<String> {
    let mut found = Vec::new();
    for manifest in repository.ending("Cargo.toml") {
        let root = manifest.path.trim_end_matches("Cargo.toml");
        let sources = format!("{root}src/");
        if repository.text(&format!("{sources}lib.rs")).is_none() {
            continue;
        }
        let tests =
            repository.ending(".rs").find(|it| it.path.starts_with(&sources) && has_tests(it));
        match (tests, says_none(&manifest.text)) {
            (Some(tests), true) => {
                found.push(format!("{}: is never run (test = false)", tests.path));
            }
            (None, false) => {
                found.push(format!("{}: has no unit tests: say test = false", manifest.path));
            }
            _ => {}
        }
    }
    found
}

#[test]
fn no_test_binary_is_empty_and_no_unit_test_forgotten() {
    crate::repository::keeps(&check(&Repository::here()));
}

#[test]
fn an_empty_test_binary_and_a_forgotten_test_are_caught() {
    let planted = Repository::of(&[
        ("libs/a/Cargo.toml", "[lib]\ndoctest = false\n"),
        ("libs/a/src/lib.rs", "//! Says #[test] only.\n"),
        ("libs/b/Cargo.toml", "[lib]\ntest = false\n"),
        ("libs/b/src/lib.rs", "mod c;\n"),
        ("libs/b/src/c.rs", "    #[tokio::test]\n    async fn it_works() {}\n"),
        ("libs/d/Cargo.toml", ""),
        ("libs/d/src/lib.rs", "#[test]\nfn it_works() {}\n"),
        ("services/e/Cargo.toml", "[lib]\ntest = false\n"),
        ("services/e/src/lib.rs", "//! Nothing.\n"),
    ]);
    assert_eq!(
        check(&planted),
        [
            "libs/a/Cargo.toml: has no unit tests: say test = false",
            "libs/b/src/c.rs: is never run (test = false)",
        ]
    );
}
