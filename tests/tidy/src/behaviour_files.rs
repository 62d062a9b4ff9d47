//! An aggregate's `mod.rs` is its table of contents: every file beside it is a module there, and every behaviour
//! (a file that decides or evolves) is used there, so that none is forgotten.

use crate::repository::{Repository, Source};

fn check(repository: &Repository) -> Vec<String> {
    let mut violations = Vec::new();
    for file in repository.ending(".rs").filter(|file| file.path.contains("/domain/src/")) {
        let Some((folder, name)) = file.path.rsplit_once('/') else { continue };
        let Some(contents) = repository.text(&format!("{folder}/mod.rs")) else { continue };
        let module = name.trim_end_matches(".rs");
        // Tests too many for their rule's file belong to it, not to the table of contents.
        if module == "mod" || module.ends_with("tests") {
            continue;
        }
        if !declares(contents, module) {
            violations.push(format!("{}: {folder}/mod.rs has no `mod {module};`", file.path));
        } else if is_behaviour(file) && !contents.contains(&format!("{module}::")) {
            violations.push(format!(
                "{}: a behaviour, and no variant in {folder}/mod.rs uses it",
                file.path
            ));
        }
    }
    violations
}

fn declares(contents: &str, module: &str) -> bool {
    let declaration = format!("mod {module};");
    contents.lines().any(|line| {
        line.trim_start_matches("pub ").trim_start_matches("pub(crate) ") == declaration
    })
}

fn is_behaviour(file: &Source) -> bool {
    ["fn decide(", "fn evolve("].iter().any(|function| file.text.contains(function))
}

#[test]
fn every_behaviour_is_in_its_table_of_contents() {
    crate::repository::keeps(&check(&Repository::here()));
}

#[test]
fn a_forgotten_behaviour_is_caught() {
    let contents = "mod open;\npub mod reopen;\nmod state;\nuse open::Open;\n";
    let folder = "services/requests/domain/src/request";
    let at = |name: &str| format!("{folder}/{name}.rs");
    let rule = "fn decide(self) {}";
    let planted = Repository::of(&[
        (&at("mod"), contents),
        (&at("open"), rule),
        (&at("reopen"), rule),
        (&at("close"), rule),
        (&at("state"), ""),
    ]);
    let expected = [
        format!("{folder}/reopen.rs: a behaviour, and no variant in {folder}/mod.rs uses it"),
        format!("{folder}/close.rs: {folder}/mod.rs has no `mod close;`"),
    ];
    assert_eq!(check(&planted), expected);
}
