//! Dependencies point one way: kernel ← wire ← domain ← service ← binary. The libraries know no context, and rules
//! cannot do I/O because their crates have nothing to do it with.

use std::collections::BTreeSet;

use crate::repository::{Repository, Source};

/// What would let a rule do I/O.
const IO: [&str; 5] = ["tokio", "sqlx", "tonic", "rdkafka", "hyper"];
/// Each library and what of ours it may use.
const LIBRARIES: [(&str, &[&str]); 6] = [
    ("kernel", &[]),
    ("wire", &["kernel"]),
    ("eventlog", &["kernel", "wire"]),
    ("stream", &["kernel", "wire", "eventlog"]),
    ("chassis", &["kernel", "wire", "eventlog", "stream"]),
    ("testkit", &["kernel", "wire", "eventlog", "stream", "chassis"]),
];
/// The one context that uses another's rules: figures in open time use the calendar engine (docs/adr/0003).
const OPEN_TIME: (&str, &str) = ("insights", "sla-domain");
/// The binary sees every service; the others see only their own rules.
const BINARY: &str = "schoolside";

fn check(repository: &Repository) -> Vec<String> {
    let manifests: Vec<Manifest> =
        repository.ending("/Cargo.toml").filter_map(Manifest::read).collect();
    let ours: BTreeSet<&str> = manifests.iter().map(|manifest| manifest.name.as_str()).collect();
    manifests.iter().flat_map(|manifest| manifest.violations(&ours)).collect()
}

/// A crate, where it lies, and all it depends on.
struct Manifest {
    path: String,
    name: String,
    uses: Vec<Use>,
}

/// One dependency; tests may use more than the crate itself.
struct Use {
    name: String,
    for_tests: bool,
}

impl Manifest {
    fn read(file: &Source) -> Option<Self> {
        let table: toml::Table = file.text.parse().unwrap();
        let name = table.get("package")?.get("name")?.as_str()?.to_owned();
        let mut uses = dependencies(&table);
        for target in table
            .get("target")
            .and_then(toml::Value::as_table)
            .into_iter()
            .flat_map(toml::Table::values)
        {
            uses.extend(target.as_table().map(dependencies).unwrap_or_default());
        }
        Some(Self { path: file.path.clone(), name, uses })
    }

    fn violations(&self, ours: &BTreeSet<&str>) -> Vec<String> {
        let domain = self.path.ends_with("/domain/Cargo.toml");
        let mut violations = Vec::new();
        for used in &self.uses {
            let name = used.name.as_str();
            if domain && IO.contains(&name) {
                violations.push(format!("{}: {name} would let rules do I/O", self.path));
            }
            if ours.contains(name) && !self.may_use(used, domain) {
                violations.push(format!("{}: {} may not depend on {name}", self.path, self.name));
            }
        }
        violations
    }

    /// Whether the direction allows it. `used` is one of ours.
    fn may_use(&self, used: &Use, domain: bool) -> bool {
        let name = used.name.as_str();
        if let Some((_, allowed)) = LIBRARIES.iter().find(|(library, _)| *library == self.name) {
            return allowed.contains(&name) || (used.for_tests && name == "testkit");
        }
        if domain {
            return ["kernel", "wire"].contains(&name);
        }
        if self.name == BINARY || self.path.starts_with("tests/") {
            return name != "testkit" || used.for_tests || self.path.starts_with("tests/");
        }
        let library = LIBRARIES.iter().any(|(library, _)| *library == name);
        match name {
            "testkit" => used.for_tests,
            _ => {
                library
                    || name == format!("{}-domain", self.name)
                    || (self.name.as_str(), name) == OPEN_TIME
            }
        }
    }
}

fn dependencies(table: &toml::Table) -> Vec<Use> {
    let kinds =
        [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)];
    let mut uses = Vec::new();
    for (kind, for_tests) in kinds {
        let names =
            table.get(kind).and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::keys);
        uses.extend(names.map(|name| Use { name: name.clone(), for_tests }));
    }
    uses
}

#[test]
fn dependencies_point_one_way() {
    crate::repository::keeps(&check(&Repository::here()));
}

#[cfg(test)]
fn planted(path: &str, name: &str, rest: &str) -> Vec<String> {
    let package = |name: &str| format!("[package]\nname = \"{name}\"\n");
    let culprit = format!("{}{rest}", package(name));
    let others = ["kernel", "wire", "stream", "testkit", "sla", "sla-domain", "requests-domain"];
    let texts: Vec<(String, String)> = others
        .iter()
        .map(|other| (format!("elsewhere/{other}/Cargo.toml"), package(other)))
        .collect();
    let mut files: Vec<(&str, &str)> =
        texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.push((path, &culprit));
    check(&Repository::of(&files))
}

#[test]
fn rules_with_io_are_caught() {
    let found = planted(
        "services/sla/domain/Cargo.toml",
        "sla-domain",
        "[dev-dependencies]\ntokio = \"1\"\n",
    );
    assert_eq!(found, ["services/sla/domain/Cargo.toml: tokio would let rules do I/O"]);
    let found = planted(
        "services/sla/domain/Cargo.toml",
        "sla-domain",
        "[dependencies]\nstream = {}\nkernel = {}\n",
    );
    assert_eq!(found, ["services/sla/domain/Cargo.toml: sla-domain may not depend on stream"]);
}

#[test]
fn a_library_that_knows_a_context_is_caught() {
    let found = planted(
        "libs/chassis/Cargo.toml",
        "chassis",
        "[target.'cfg(unix)'.dependencies]\nsla-domain = {}\n",
    );
    assert_eq!(found, ["libs/chassis/Cargo.toml: chassis may not depend on sla-domain"]);
}

#[test]
fn a_service_that_knows_another_is_caught() {
    let rest = "[dependencies]\nrequests-domain = {}\nsla = {}\nstream = {}\n[dev-dependencies]\ntestkit = {}\n";
    let found = planted("services/requests/Cargo.toml", "requests", rest);
    assert_eq!(found, ["services/requests/Cargo.toml: requests may not depend on sla"]);
    let found =
        planted("services/requests/Cargo.toml", "requests", "[dependencies]\ntestkit = {}\n");
    assert_eq!(found, ["services/requests/Cargo.toml: requests may not depend on testkit"]);
}
