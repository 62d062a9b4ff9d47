//! The repository has the folders that its architecture names, and no others: whoever looks for a thing finds it.

use std::collections::BTreeSet;

use crate::repository::Repository;

/// The folders that may stand in a folder; the root is the empty name.
const ALLOWED: [(&str, &[&str]); 4] = [
    ("", &["proto", "services", "libs", "deploy", "k8s", "tests", "docs", ".ci"]),
    ("libs", &["kernel", "wire", "eventlog", "stream", "chassis", "testkit"]),
    (
        "services",
        &["directory", "requests", "routing", "sla", "surveys", "insights", "web", "schoolside"],
    ),
    ("tests", &["tidy", "journeys", "golden", "data", "bench"]),
];

fn check(repository: &Repository) -> Vec<String> {
    let mut strangers = BTreeSet::new();
    for file in &repository.files {
        for (parent, allowed) in ALLOWED {
            let below = if parent.is_empty() {
                Some(file.path.as_str())
            } else {
                inside(&file.path, parent)
            };
            let folder = below.and_then(|below| below.split_once('/')).map(|(folder, _)| folder);
            if let Some(folder) = folder.filter(|folder| !allowed.contains(folder)) {
                let place = if parent.is_empty() { "the root" } else { parent };
                strangers.insert(format!(
                    "{folder} in {place}: docs/ARCHITECTURE.md has no such folder"
                ));
            }
        }
    }
    strangers.into_iter().collect()
}

fn inside<'a>(path: &'a str, parent: &str) -> Option<&'a str> {
    path.strip_prefix(parent)?.strip_prefix('/')
}

#[test]
fn every_folder_has_its_place() {
    crate::repository::keeps(&check(&Repository::here()));
}

#[test]
fn a_new_folder_is_caught() {
    let planted = Repository::of(&[
        ("dev", ""),
        ("libs/util/src/lib.rs", ""),
        ("tools/x.sh", ""),
        ("docs/adr/1.md", ""),
    ]);
    let expected = [
        "tools in the root: docs/ARCHITECTURE.md has no such folder",
        "util in libs: docs/ARCHITECTURE.md has no such folder",
    ];
    assert_eq!(check(&planted), expected);
}
