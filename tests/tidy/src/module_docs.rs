//! Every Rust file starts with a `//!` sentence, so that a newcomer knows what it is for before reading it.

use crate::repository::Repository;

fn check(repository: &Repository) -> Vec<String> {
    let silent = repository.ending(".rs").filter(|file| !file.text.starts_with("//!"));
    silent.map(|file| format!("{}: its first line is no `//!` sentence", file.path)).collect()
}

#[test]
fn every_file_says_what_it_is_for() {
    crate::repository::keeps(&check(&Repository::here()));
}

#[test]
fn a_silent_file_is_caught() {
    let planted =
        Repository::of(&[("libs/a.rs", "//! Good.\n"), ("libs/b.rs", "use a;\n//! Late.\n")]);
    assert_eq!(check(&planted), ["libs/b.rs: its first line is no `//!` sentence"]);
}
