//! Every reason that a refusal or fault can carry has an entry in `docs/ERRORS.md`, and every entry a reason.
//!
//! A reason is a string literal in `UPPER_SNAKE` in the body of a function named `reason`, or given to a field named
//! `reason`. An entry is a heading, or
//! the first cell of a table's row, that is such a word, in backticks or not.

use std::collections::BTreeMap;

use crate::repository::Repository;

const MANUAL: &str = "docs/ERRORS.md";

fn check(repository: &Repository) -> Vec<String> {
    // Until the manual exists there is nothing to compare; once it does, it stays.
    let Some(manual) = repository.text(MANUAL) else { return Vec::new() };
    let entries: Vec<&str> = manual.lines().filter_map(entry).collect();
    let used = reasons(repository);
    let mut violations: Vec<String> = used
        .iter()
        .filter(|(reason, _)| !entries.contains(&reason.as_str()))
        .map(|(reason, file)| format!("{file}: {reason} has no entry in {MANUAL}"))
        .collect();
    let unknown = entries.iter().filter(|entry| !used.contains_key(**entry));
    violations.extend(
        unknown.map(|entry| format!("{MANUAL}: no refusal or fault has the reason {entry}")),
    );
    violations
}

/// Each reason, with a file that uses it. Tests may make up their own.
fn reasons(repository: &Repository) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for file in repository
        .ending(".rs")
        .filter(|file| !file.path.contains("/tests/") && !file.path.starts_with("tests/"))
        .filter(|file| !file.path.ends_with("/tests.rs"))
    {
        let code = file.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for (at, given) in code.match_indices("reason: \"") {
            let reason = code[at + given.len()..].split('"').next().unwrap_or_default();
            if is_reason(reason) {
                found.insert(reason.to_owned(), file.path.clone());
            }
        }
        for (at, _) in code.match_indices("fn reason(") {
            let literals = body(&code[at..]).split('"').skip(1).step_by(2);
            for reason in literals.filter(|literal| is_reason(literal)) {
                found.insert(reason.to_owned(), file.path.clone());
            }
        }
    }
    found
}

/// From the first brace to the one that closes it; nothing for a signature without a body.
fn body(code: &str) -> &str {
    let Some(open) = code.find(['{', ';']).filter(|at| code[*at..].starts_with('{')) else {
        return "";
    };
    let mut depth = 0_usize;
    for (at, character) in code[open..].char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 1 => return &code[open..=open + at],
            '}' => depth -= 1,
            _ => {}
        }
    }
    &code[open..]
}

fn entry(line: &str) -> Option<&str> {
    let text = match line.strip_prefix('|') {
        Some(row) => row.split('|').next()?,
        None => line.strip_prefix('#')?.trim_start_matches('#'),
    };
    Some(text.trim().trim_matches('`')).filter(|word| is_reason(word))
}

fn is_reason(word: &str) -> bool {
    let letters = |character: char| {
        character.is_ascii_uppercase() || character.is_ascii_digit() || character == '_'
    };
    word.len() > 3
        && word.starts_with(|first: char| first.is_ascii_uppercase())
        && word.chars().all(letters)
}

#[test]
fn the_manual_of_errors_is_complete() {
    crate::repository::keeps(&check(&Repository::here()));
}

#[test]
fn an_unexplained_and_an_unused_reason_are_caught() {
    let code = "fn reason(&self) -> &'static str;\nfn reason(&self) -> &'static str {\n    match self {\n        \
                Self::Late { .. } => \"TOO_LATE\",\n        Self::Gone => \"GONE\",\n    }\n}\nconst OTHER: &str = \"OTHER\";\n";
    let manual = "# Errors\n| reason | meaning |\n|---|---|\n| `TOO_LATE` | … |\n\n## NEVER_SEEN\n";
    let planted = Repository::of(&[("services/a/src/lib.rs", code), (MANUAL, manual)]);
    let expected = [
        "services/a/src/lib.rs: GONE has no entry in docs/ERRORS.md",
        "docs/ERRORS.md: no refusal or fault has the reason NEVER_SEEN",
    ];
    assert_eq!(check(&planted), expected);
}
