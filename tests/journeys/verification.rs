//! Someone holds a city's published due dates and verdicts against its policies and calendar, without a system.
//!
//! The figures are those published with the data; without holidays, those of the sample are reckoned by
//! `tests/data/boston_variants.py`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::system::{complaint, json, repository, run, schoolside, scratch};

const SAMPLE: &str = "tests/data/boston-311-2015-sample.csv";
const ONE: &str = "tests/data/boston-311-2015-policies.csv";
const VERSIONS: &str = "tests/data/boston-311-2015-policy-versions.csv";

fn args(file: &Path, policies: &str, rest: &[&str]) -> Vec<String> {
    let file = file.display().to_string();
    let (policies, holidays) =
        (repository(policies), repository("tests/data/boston-2015-holidays.csv"));
    let named = [
        "--policies",
        &policies.display().to_string(),
        "--holidays",
        &holidays.display().to_string(),
    ]
    .map(str::to_owned);
    let begin = ["sla", "verify", &file, "--mapping", "boston-311"].map(str::to_owned);
    begin.into_iter().chain(named).chain(rest.iter().map(|it| (*it).to_owned())).collect()
}

/// Reproduced, due dates, verdicts that agree, verdicts.
#[track_caller]
fn figures(file: &Path, policies: &str, rest: &[&str]) -> [u64; 4] {
    let folder = scratch();
    let args = args(file, policies, rest);
    let found = json(folder.path(), &args.iter().map(String::as_str).collect::<Vec<_>>());
    let number = |key: &str| found[key].as_u64().unwrap();
    let misfits = |it: &Value| it["misfits"].as_u64().unwrap();
    let all: u64 = found["misfits_by_type"].as_array().unwrap().iter().map(misfits).sum();
    assert_eq!(number("reproduced") + all, number("with_target"));
    ["reproduced", "with_target", "verdict_agree", "verdict_rows"].map(number)
}

#[test]
fn the_sample_of_a_citys_year_is_reproduced() {
    let sample = repository(SAMPLE);
    assert_eq!(figures(&sample, ONE, &[]), [2_066, 2_300, 1_798, 1_798]);
    assert_eq!(figures(&sample, VERSIONS, &[]), [2_234, 2_300, 1_798, 1_798]);
    assert_eq!(figures(&sample, VERSIONS, &["--tolerance", "5m"])[0], 2_234);
    assert_eq!(figures(&sample, VERSIONS, &["--tolerance", "0s"])[0], 1_352);
    assert_eq!(figures(&sample, ONE, &["--without-holidays"])[0], 1_555);
    assert_eq!(figures(&sample, VERSIONS, &["--without-holidays"])[0], 1_654);
}

fn whole_year() -> Option<PathBuf> {
    let file = repository("../shared/data/boston-311-2015.csv.gz");
    file.exists().then_some(file)
}

#[test]
fn a_citys_whole_year_is_reproduced() {
    let Some(year) = whole_year() else { return };
    assert_eq!(figures(&year, ONE, &[]), [90_549, 94_154, 79_126, 79_126]);
    assert_eq!(figures(&year, VERSIONS, &[]), [92_653, 94_154, 79_126, 79_126]);
    assert_eq!(figures(&year, ONE, &["--without-holidays"])[0], 73_667);
    assert_eq!(figures(&year, VERSIONS, &["--without-holidays"])[0], 74_889);
}

#[test]
fn the_report_names_what_is_ambiguous_and_what_does_not_fit() {
    let folder = scratch();
    let args = args(&repository(SAMPLE), VERSIONS, &[]);
    let output = schoolside(folder.path()).args(args).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert!(said.contains("due dates: 2234 of 2300 reproduced within 300 s"), "{said}");
    assert!(said.contains("the first of the two instants was taken"), "{said}");
    assert!(said.contains("101001624970 2015-11-01T01:16:00"), "{said}");
}

#[test]
fn what_cannot_be_verified_is_refused_with_what_is_wrong() {
    let folder = scratch();
    let refused = |file: &Path, policies: &str, rest: &[&str], status: i32| {
        let args = args(file, policies, rest);
        let output = run(folder.path(), &args.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(status), "{args:?}: {}", complaint(&output));
        complaint(&output)
    };
    let sample = repository(SAMPLE);
    for tolerance in ["300", "-5s", "soon"] {
        let said = refused(&sample, ONE, &["--tolerance", tolerance], 2);
        assert!(said.contains("e.g. 300s or 5m"), "{said}");
    }
    let holidays = "tests/data/boston-2015-holidays.csv";
    assert!(refused(&sample, holidays, &[], 2).contains("column \"unit\" is missing"));
    assert!(refused(&repository(ONE), ONE, &[], 2).contains("does not fit the mapping"));
    let text = fs::read_to_string(&sample).unwrap();
    let header = text.lines().next().unwrap();
    let empty = folder.path().join("empty.csv");
    fs::write(&empty, format!("{header}\n")).unwrap();
    assert!(refused(&empty, ONE, &[], 2).contains("has no rows"));
    let cut = folder.path().join("cut.csv");
    fs::write(&cut, format!("{header}\n101001240935,yesterday\n")).unwrap();
    assert!(refused(&cut, ONE, &[], 3).contains("1 rows were refused"));
}
