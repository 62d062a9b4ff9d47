//! The schema of a topic can be read without the others: it imports nothing but protobuf's well-known types.

use crate::repository::{Repository, Source};

fn check(repository: &Repository) -> Vec<String> {
    repository.ending("_events.proto").flat_map(foreign_imports).collect()
}

fn foreign_imports(file: &Source) -> Vec<String> {
    let imports = file.text.lines().filter_map(|line| line.trim().strip_prefix("import "));
    let foreign = imports.filter(|import| !import.starts_with("\"google/protobuf/"));
    foreign
        .map(|import| {
            format!(
                "{}: imports {import} so that whoever reads the topic needs that file too",
                file.path
            )
        })
        .collect()
}

#[test]
fn a_topics_schema_stands_alone() {
    crate::repository::keeps(&check(&Repository::here()));
}

#[test]
fn an_import_is_caught() {
    let text = "import \"google/protobuf/timestamp.proto\";\nimport \"schoolside/common/v1/envelope.proto\";\n";
    let found = check(&Repository::of(&[("a_events.proto", text), ("service.proto", text)]));
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("a_events.proto: imports \"schoolside/common/v1/envelope.proto\";"),
        "{found:?}"
    );
}
