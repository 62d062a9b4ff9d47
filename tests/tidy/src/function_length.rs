//! Functions do one thing: none above 80 lines, and few above 40. Counted on formatted code, signature to brace.

use crate::{
    file_length::percentile,
    repository::{Repository, Source},
};

const LONGEST: usize = 80;
const LONG: usize = 40;

fn check(repository: &Repository) -> Vec<String> {
    let found: Vec<(usize, String)> = repository.ending(".rs").flat_map(functions).collect();
    let mut sorted: Vec<(usize, &str)> =
        found.iter().map(|(lines, name)| (*lines, name.as_str())).collect();
    sorted.sort_unstable();
    let mut violations: Vec<String> = sorted
        .iter()
        .filter(|(lines, _)| *lines > LONGEST)
        .map(|(lines, name)| format!("{name}: {lines} lines, and {LONGEST} are the most"))
        .collect();
    if let Some((lines, name)) = percentile(&sorted, 95).filter(|(lines, _)| *lines > LONG) {
        violations.push(format!(
            "the 95th percentile of the functions' lengths is {lines} ({name}), not {LONG}"
        ));
    }
    violations
}

/// Every function's length and name. A formatted function ends at the first `}` of its own indentation.
fn functions(file: &Source) -> Vec<(usize, String)> {
    let lines: Vec<&str> = file.text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = name_of(line) else { continue };
        let indentation = line.len() - line.trim_start().len();
        let margin = " ".repeat(indentation);
        let ends = |line: &&str| {
            let bare = line.strip_prefix(margin.as_str()).unwrap_or_default();
            bare == "}" || (bare.starts_with(')') && bare.ends_with(';'))
        };
        let at_once = line.ends_with(';') || line.ends_with('}');
        let length =
            lines[start..].iter().position(ends).filter(|_| !at_once).map_or(1, |end| end + 1);
        found.push((length, format!("{}:{} {name}", file.path, start + 1)));
    }
    found
}

/// `pub(super) async fn open(` is `open`; a line that only mentions a function is none.
fn name_of(line: &str) -> Option<&str> {
    let (before, after) = line.trim_start().split_once("fn ")?;
    let modifiers = ["pub", "pub(crate)", "pub(super)", "async", "const", "extern", "\"C\""];
    let is_signature = before.split_whitespace().all(|word| modifiers.contains(&word));
    is_signature.then(|| after.split(['(', '<']).next()).flatten()
}

#[test]
fn functions_are_short() {
    crate::repository::keeps(&check(&Repository::here()));
}

#[test]
fn a_signature_without_a_body_is_as_long_as_it_is() {
    let text =
        "trait A {\n    fn far(\n        &self,\n    ) -> B;\n    fn near(&self);\n}\n".to_owned();
    let lengths: Vec<usize> = functions(&Source { path: "a.rs".to_owned(), text })
        .iter()
        .map(|(lines, _)| *lines)
        .collect();
    assert_eq!(lengths, [3, 1]);
}

#[test]
fn a_long_function_is_caught() {
    let body = "    step();\n".repeat(79);
    let text = format!("fn short() {{}}\npub async fn long() {{\n{body}}}\n// fn quoted() {{\n");
    let violations = check(&Repository::of(&[("a.rs", &text)]));
    assert_eq!(violations[0], "a.rs:2 long: 81 lines, and 80 are the most");
}
