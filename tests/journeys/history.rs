//! A district leaves its old desk: a city's real requests, and the figures that were computed for them elsewhere.

use std::path::Path;

use serde_json::{Value, json};

use crate::system::{Process, complaint, json, repository, run, schoolside, scratch};

pub const FIGURES: [&str; 5] =
    ["figures", "--opened", "2015-01-01..2016-01-01", "--evaluated-at", "2016-01-12T22:22:40"];

/// The figures of the sample, as its own description states them.
pub fn expected() -> Value {
    json!({
        "requests": 3_000, "resolved": 2_286, "open": 714,
        "attainment": {
            "closed_only": { "met": 1_327, "of": 1_811 },
            "open_overdue_as_missed": { "met": 1_327, "of": 2_150 },
            "due": { "met": 1_153, "of": 1_976 },
            "without_target": 700,
        },
        "time_to_resolve": {
            "cases": 2_975, "implausible": 25,
            "p25": 81_891, "p50": 728_862, "p75": 9_821_218, "p90": null,
        },
    })
}

/// Asserts that the system has the sample's figures.
#[track_caller]
pub fn assert_figures(data_dir: &Path) {
    let figures = json(data_dir, &FIGURES);
    let row = &figures["rows"][0];
    for (key, value) in expected().as_object().unwrap() {
        assert_eq!(&row[key], value, "{key}");
    }
    assert_eq!(row["slice"], json!({}));
}

/// The import of the sample.
pub fn sample() -> [String; 6] {
    let file = repository("tests/data/boston-311-2015-sample.csv").display().to_string();
    ["import", "history", &file, "--mapping", "boston-311", "--apply"].map(str::to_owned)
}

/// Imports the sample.
#[track_caller]
pub fn import(data_dir: &Path) -> Value {
    json(data_dir, &sample().each_ref().map(String::as_str))
}

#[test]
fn a_citys_requests_come_in_once_and_their_figures_are_the_citys_own() {
    let directory = scratch();
    let _up = Process::up(directory.path());
    let file = repository("tests/data/boston-311-2015-sample.csv").display().to_string();
    let plan = json(directory.path(), &["import", "history", &file, "--mapping", "boston-311"]);
    assert_eq!((&plan["accepted"], &plan["requests"]["requests"]), (&json!(3_000), &json!(3_000)));
    assert_eq!(json(directory.path(), &["request", "list"])["requests"], json!([]), "a plan wrote");

    let first = import(directory.path());
    assert_eq!((&first["rows"], &first["accepted"]), (&json!(3_000), &json!(3_000)));
    assert_figures(directory.path());
    let again = import(directory.path());
    assert_eq!((&again["accepted"], &again["unchanged"]), (&json!(0), &json!(3_000)));
    assert_figures(directory.path());

    let mut by_team = FIGURES.to_vec();
    by_team.extend(["--by", "team"]);
    let rows = json(directory.path(), &by_team)["rows"].clone();
    let team = |name: &str| {
        rows.as_array().unwrap().iter().find(|row| row["slice"]["team"] == name).unwrap()["attainment"].clone()
    };
    assert_eq!(team("ISD")["due"], json!({ "met": 179, "of": 483 }));
    assert_eq!(team("BTDT")["closed_only"], json!({ "met": 292, "of": 378 }));
}

#[test]
fn an_import_survives_being_killed_three_times() {
    let directory = scratch();
    for _ in 0..3 {
        let mut up = Process::up(directory.path());
        let mut command = schoolside(directory.path());
        let mut importing = command
            .args(sample())
            .arg("--json")
            .stderr(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // Somewhere in the middle: as soon as the first requests can be seen.
        while json(directory.path(), &["request", "list"])["requests"] == json!([]) {}
        up.kill();
        importing.kill().unwrap();
        importing.wait().unwrap();
    }
    let _up = Process::up(directory.path());
    let report = import(directory.path());
    assert_eq!(report["refused"], json!([]));
    let count = |key: &str| report[key].as_u64().unwrap();
    assert_eq!(count("accepted") + count("unchanged"), 3_000);
    assert!(count("unchanged") > 0, "nothing had survived");
    assert_figures(directory.path());
}

#[test]
fn a_file_or_mapping_that_cannot_be_used_fails_whole_with_one_message() {
    let directory = scratch();
    let _up = Process::up(directory.path());
    let file = directory.path().join("old.csv");
    std::fs::write(&file, "id,when\n1,2015-01-01T08:00:00\n").unwrap();
    let file = file.display().to_string();
    let output =
        run(directory.path(), &["import", "history", &file, "--mapping", "boston-311", "--apply"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(complaint(&output).contains("case_id"), "{}", complaint(&output));
    let output =
        run(directory.path(), &["import", "history", &file, "--mapping", "no-such-mapping"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(json(directory.path(), &["request", "list"])["requests"], json!([]));
}
