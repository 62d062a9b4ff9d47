//! Nothing names a path of one machine: it would be true for its author alone.

use crate::repository::Repository;

/// A home or a work directory, as a prefix of something in it.
const PREFIXES: [&str; 3] = ["/home/", "/work/", "/root/"];
/// The rule itself must name them.
const EXEMPT: &str = "tests/tidy/src/machine_paths.rs";

fn check(repository: &Repository) -> Vec<String> {
    let mut violations = Vec::new();
    for file in repository.files.iter().filter(|file| file.path != EXEMPT) {
        for (number, line) in file.text.lines().enumerate() {
            if let Some(prefix) = PREFIXES.into_iter().find(|prefix| names(line, prefix)) {
                violations.push(format!("{}:{}: names a path in {prefix}", file.path, number + 1));
            }
        }
    }
    violations
}

/// Whether the line has the prefix as the beginning of a path: `https://host/work/` has not.
fn names(line: &str, prefix: &str) -> bool {
    line.match_indices(prefix).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + prefix.len()..].chars().next();
        let begins =
            before.is_none_or(|before| !before.is_alphanumeric() && !"/.}_-~$".contains(before));
        begins && after.is_some_and(char::is_alphanumeric)
    })
}

#[test]
fn no_machine_is_named() {
    crate::repository::keeps(&check(&Repository::here()));
}

#[test]
fn a_path_of_one_machine_is_caught() {
    let planted = Repository::of(&[(
        "README.md",
        "cd /home/ada/schoolside\nsee https://example.org/work/items\n",
    )]);
    assert_eq!(check(&planted), ["README.md:1: names a path in /home/"]);
}
