//! The repository's own rules, checked as tests.
//!
//! One rule per file: `check` returns every violation in a `Repository`, and its tests show that the
//! repository keeps the rule and that a planted violation is caught. To add a rule, copy the shortest file, add its
//! `mod` line here, and say in its first sentence what it keeps and why.
#![cfg(test)]

mod behaviour_files;
mod crate_graph;
mod dependency_direction;
mod file_length;
mod function_length;
mod layout;
mod machine_paths;
mod module_docs;
mod proto_comments;
mod reason_codes;
mod repository;
mod self_contained_schemas;
mod sleepless_tests;
mod test_features;
mod test_targets;
