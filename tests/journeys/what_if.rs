//! A policy is tried on a city's real requests before anybody is promised anything.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    history::import,
    system::{Process, complaint, json, repository, run, scratch},
};

/// The policy that was fitted to the city's published due dates, by the codes that the import gives its types, and its
/// calendar: written as `district load` takes them.
fn files(directory: &Path, types: &Value) -> [String; 2] {
    let data = |name: &str| fs::read_to_string(repository("tests/data").join(name)).unwrap();
    let mut policy =
        "[defaults]\ncalendar = \"city\"\ncalendar_mode = \"pinned\"\npauses = []\n".to_owned();
    for line in data("boston-311-2015-policies.csv").lines().skip(1) {
        // No type of this table has a comma in its name.
        let cells: Vec<&str> = line.split(',').collect();
        let [name, _, _, unit, n, ..] = cells[..] else { panic!("{line}") };
        if let (Some(code), false) = (types[name].as_str(), n.is_empty() || n == "0") {
            policy += &format!(
                "[[entries]]\nmatch = {{ request_types = [\"{code}\"] }}\n\
                 targets = [{{ metric = \"first_resolution\", length = \"{n} {unit}\" }}]\n"
            );
        }
    }
    policy += "[[entries]]\nwithout = [\"first_resolution\"]\n";
    let mut calendar = "zone = \"America/New_York\"\n[weekly]\n".to_owned();
    for day in ["mon", "tue", "wed", "thu", "fri"] {
        calendar += &format!("{day} = [[\"08:30\", \"17:00\"]]\n");
    }
    for line in data("boston-2015-holidays.csv").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        calendar += &format!("[[closures]]\ndate = \"{}\"\n", cells[0]);
        if !cells[3].is_empty() {
            calendar += &format!("known_from = \"{}\"\n", cells[3]);
        }
    }
    [("policy.toml", policy), ("city.toml", calendar)].map(|(name, text)| {
        let file = directory.join(name);
        fs::write(&file, text).unwrap();
        file.display().to_string()
    })
}

#[test]
fn a_policy_is_tried_on_a_citys_requests() {
    let directory = scratch();
    let _up = Process::up(directory.path());
    let sample = repository("tests/data/boston-311-2015-sample.csv").display().to_string();
    let plan = json(directory.path(), &["import", "history", &sample, "--mapping", "boston-311"]);
    import(directory.path());
    let [policy, calendar] = files(directory.path(), &plan["types"]);
    let calendar = format!("city={calendar}");
    let ask = |policy: &str, to: &str| {
        let period = ["--from", "2015-01-01", "--to", to];
        let files = ["--policy", policy, "--calendar-file", &calendar];
        run(directory.path(), &[&["sla", "what-if"], &period[..], &files].concat())
    };
    let answer: Value = serde_json::from_slice(&ask(&policy, "2016-01-01").stdout).unwrap();

    // As the service's own test has them from a program of its own.
    assert_eq!(answer["requests"], json!(3_000));
    assert_eq!(answer["before"], json!({ "met": 1_327, "of": 2_300 }));
    assert_eq!(answer["after"], json!({ "met": 1_312, "of": 2_297 }));
    assert_eq!(answer["changed"].as_array().unwrap().len(), 67);
    let rows = answer["rows"].as_array().unwrap();
    let works = rows.iter().find(|row| row["team"] == "PWDx").unwrap();
    assert_eq!(works["before"], json!({ "met": 590, "of": 857 }));
    assert_eq!(works["tiers"][0]["after"], json!({ "met": 570, "of": 850 }));
    assert!(answer["seconds"].as_f64().unwrap() > 0.0);

    let backwards = ask(&policy, "2014-01-01");
    assert_eq!(backwards.status.code(), Some(2));
    assert!(complaint(&backwards).contains("to: must lie after `from`"));
    let missing = ask("no-such-file.toml", "2016-01-01");
    assert_eq!(missing.status.code(), Some(2));
}
