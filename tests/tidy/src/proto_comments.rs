//! Every message, field, enum, value, oneof, service and rpc of the API has a sentence: the proto files are its manual.

use crate::repository::{Repository, Source};

fn check(repository: &Repository) -> Vec<String> {
    repository.ending(".proto").flat_map(silent).collect()
}

fn silent(file: &Source) -> Vec<String> {
    let mut violations = Vec::new();
    let mut before = "";
    let mut inside_statement = false;
    for (number, line) in file.text.lines().enumerate() {
        let line = line.trim();
        let is_comment = line.starts_with("//");
        if !inside_statement
            && declares(line)
            && !before.starts_with("//")
            && !line.contains("; //")
        {
            violations.push(format!(
                "{}:{}: `{line}` has no comment above it",
                file.path,
                number + 1
            ));
        }
        if !is_comment && !line.is_empty() {
            inside_statement = !line.ends_with([';', '{', '}']) && !line.contains("; //");
        }
        before = line;
    }
    violations
}

/// Whether the line begins a declaration that needs a sentence.
fn declares(line: &str) -> bool {
    let first = line.split([' ', '{']).next().unwrap_or_default();
    match first {
        "message" | "enum" | "service" | "rpc" | "oneof" => true,
        "" | "//" | "}" | "syntax" | "package" | "import" | "option" | "reserved"
        | "extensions" | "extend" => false,
        // A field or a value: `type name = 1;`, `NAME = 0;`.
        _ => line.split_once('=').is_some_and(|(_, number)| {
            number.trim_start().starts_with(|first: char| first.is_ascii_digit() || first == '-')
        }),
    }
}

#[test]
fn everything_in_the_api_has_a_sentence() {
    crate::repository::keeps(&check(&Repository::here()));
}

#[test]
fn what_lacks_a_sentence_is_caught() {
    let text = "syntax = \"proto3\";\n\n// One.\nmessage A {\n  // First.\n  string b = 1;\n  string c = 2;\n}\n\n\
                enum D {\n  D_UNSPECIFIED = 0; // None.\n  D_ONE = 1;\n}\n\
                // S.\nservice S {\n  rpc Get(GetRequest)\n      returns (GetResponse);\n}\n";
    let found: Vec<String> = check(&Repository::of(&[("a.proto", text)]))
        .iter()
        .map(|violation| violation.split('`').nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(found, ["string c = 2;", "enum D {", "D_ONE = 1;", "rpc Get(GetRequest)"]);
}
