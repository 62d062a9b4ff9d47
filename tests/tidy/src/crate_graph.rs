//! What we build on: only licences that `deny.toml` allows, and none of the crates that it bans. Read from the same
//! file as cargo-deny reads, on the graph that cargo resolved for this machine.

use std::process::Command;

use serde::Deserialize;

use crate::repository::Repository;

/// The part of `deny.toml` that is checked here.
#[derive(Deserialize)]
struct Deny {
    licenses: Licences,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licences {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Banned>,
}

#[derive(Deserialize)]
struct Banned {
    name: String,
}

/// The part of `cargo metadata` that is checked here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
}

fn check(deny: &Deny, metadata: &Metadata) -> Vec<String> {
    let mut violations = Vec::new();
    for Package { name, version, license } in &metadata.packages {
        let stated = license.as_deref().unwrap_or("none stated");
        if !is_allowed(stated, &deny.licenses.allow) {
            violations.push(format!(
                "{name} {version}: its licence ({stated}) is not one that deny.toml allows"
            ));
        }
        if deny.bans.deny.iter().any(|banned| banned.name == *name) {
            violations.push(format!("{name} {version}: deny.toml bans it"));
        }
    }
    violations
}

/// `A OR B` needs one allowed, `A AND B` both; parentheses bind. An old `A/B` means `OR`.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    alternatives(&mut rest, allowed) && rest.is_empty()
}

fn alternatives(rest: &mut &[&str], allowed: &[String]) -> bool {
    let mut any = requirements(rest, allowed);
    while let Some(("OR", after)) = rest.split_first().map(|(word, after)| (*word, after)) {
        *rest = after;
        any |= requirements(rest, allowed);
    }
    any
}

fn requirements(rest: &mut &[&str], allowed: &[String]) -> bool {
    let mut all = licence(rest, allowed);
    while let Some(("AND", after)) = rest.split_first().map(|(word, after)| (*word, after)) {
        *rest = after;
        all &= licence(rest, allowed);
    }
    all
}

fn licence(rest: &mut &[&str], allowed: &[String]) -> bool {
    let Some((word, after)) = rest.split_first() else { return false };
    *rest = after;
    if *word == "(" {
        let inner = alternatives(rest, allowed);
        let closed = rest.first() == Some(&")");
        *rest = rest.get(1..).unwrap_or_default();
        return inner && closed;
    }
    let mut name = (*word).to_owned();
    if let [with @ "WITH", exception, after @ ..] = *rest {
        name = format!("{name} {with} {exception}");
        *rest = after;
    }
    allowed.contains(&name)
}

fn deny_file(text: &str) -> Deny {
    toml::from_str(text).unwrap()
}

/// Packages of other platforms are not downloaded here, so they are left out.
fn metadata() -> Metadata {
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let version = run("rustc", &["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let arguments = ["metadata", "--format-version", "1", "--filter-platform", host];
    serde_json::from_str(&run(env!("CARGO"), &arguments)).unwrap()
}

#[test]
fn what_we_build_on_may_be_used() {
    let deny = deny_file(Repository::here().text("deny.toml").unwrap());
    crate::repository::keeps(&check(&deny, &metadata()));
}

#[test]
fn a_foreign_licence_and_a_banned_crate_are_caught() {
    let deny = deny_file("[licenses]\nallow = [\"MIT\"]\n[bans]\ndeny = [{ name = \"ring\" }]\n");
    let package = |name: &str, license: Option<&str>| Package {
        name: name.to_owned(),
        version: "1.0.0".to_owned(),
        license: license.map(str::to_owned),
    };
    let packages = vec![
        package("good", Some("MIT")),
        package("ring", Some("MIT")),
        package("far", Some("AGPL-3.0")),
        package("mute", None),
    ];
    let found = check(&deny, &Metadata { packages });
    let expected = [
        "ring 1.0.0: deny.toml bans it",
        "far 1.0.0: its licence (AGPL-3.0) is not one that deny.toml allows",
        "mute 1.0.0: its licence (none stated) is not one that deny.toml allows",
    ];
    assert_eq!(found, expected);
}

#[test]
fn licence_expressions_are_understood() {
    let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
    for good in [
        "MIT",
        "GPL-2.0 OR MIT",
        "MIT/Apache-2.0",
        "ISC AND (MIT OR OpenSSL)",
        "Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(is_allowed(good, &allowed), "{good}");
    }
    for bad in
        ["", "GPL-2.0", "MIT AND GPL-2.0", "ISC AND (GPL-2.0 OR OpenSSL)", "Apache-2.0", "MIT MIT"]
    {
        assert!(!is_allowed(bad, &allowed), "{bad}");
    }
}
