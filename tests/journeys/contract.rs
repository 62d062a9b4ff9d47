//! Someone who reads or writes the topics holds records in files against the contract.

use std::fs;

use crate::system::{complaint, json, repository, run, scratch};

const CLOSED: &str = "schoolside.requests.request.v1/schoolside.requests.request.closed.v1";

#[test]
fn the_samples_keep_the_contract_and_a_bad_record_does_not() {
    let folder = scratch();
    let golden = repository("tests/golden");
    let said = json(folder.path(), &["contract", "verify", "--records", golden.to_str().unwrap()]);
    assert_eq!(said["faults"], serde_json::json!([]));

    let sample = fs::read_to_string(golden.join(CLOSED).join("r1.json")).unwrap();
    let bad = sample.replace("/schoolside/requests", "/elsewhere");
    fs::write(folder.path().join("bad.json"), bad).unwrap();
    fs::copy(golden.join(CLOSED).join("r1.bin"), folder.path().join("bad.bin")).unwrap();
    let records = folder.path().to_str().unwrap();
    let output = run(folder.path(), &["contract", "verify", "--records", records]);
    assert_eq!(output.status.code(), Some(1));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&said["records"], &said["faults"][0]["file"]), (&1.into(), &"bad.json".into()));
    assert!(said["faults"][0]["says"].as_str().unwrap().starts_with("ce_source: "), "{said}");
}

#[test]
fn a_folder_without_records_is_a_mistake() {
    let folder = scratch();
    let output =
        run(folder.path(), &["contract", "verify", "--records", folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(complaint(&output).contains("has no records"), "{}", complaint(&output));
}
