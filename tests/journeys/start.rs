//! Starting, stopping, and what stands in the way of it.

use std::{net::TcpListener, process::Command};

use serde_json::Value;

use crate::system::{Process, complaint, json, schoolside, scratch};

#[test]
fn endpoints_are_there_while_it_answers_and_gone_afterwards() {
    let directory = scratch();
    let mut up = Process::up(directory.path());
    let file = directory.path().join("endpoints.json");
    let written: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(written, up.said);
    assert_eq!(written["state"], "ready");
    for role in ["operator", "importer"] {
        let token = written["tokens"][role].as_str().unwrap();
        assert!(
            std::fs::read_to_string(token).unwrap().split('.').count() == 3,
            "{role} has no token"
        );
    }
    json(directory.path(), &["request", "list"]);
    assert!(up.stop(), "it did not stop well");
    assert!(!file.exists());
}

#[test]
fn a_data_directory_in_use_says_by_whom() {
    let directory = scratch();
    let up = Process::up(directory.path());
    let output = second_start(&mut schoolside(directory.path()));
    assert_eq!(output.0, Some(69));
    assert!(output.1.contains(&up.said["pid"].to_string()), "{}", output.1);
}

#[test]
fn the_clock_of_a_data_directory_is_fixed() {
    let directory = scratch();
    Process::up(directory.path()).stop();
    let output =
        schoolside(directory.path()).args(["up", "--headless", "--random-ports"]).output().unwrap();
    assert_eq!(output.status.code(), Some(69));
    assert!(complaint(&output).contains("clock"), "{}", complaint(&output));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let directory = scratch();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = schoolside(directory.path())
        .args(["up", "--empty", "--listen", &address])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(69));
    assert!(complaint(&output).contains(&address), "{}", complaint(&output));
    assert!(complaint(&output).contains("--random-ports"), "{}", complaint(&output));
}

#[test]
fn a_database_that_is_away_at_start_is_said_so() {
    let directory = scratch();
    let url = "postgres://nobody@127.0.0.1:1/none";
    let output = schoolside(directory.path())
        .args(["up", "--empty", "--random-ports", "--database-url", url])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(69));
    assert!(complaint(&output).contains("database does not answer"), "{}", complaint(&output));
}

#[test]
fn without_a_running_system_the_command_line_says_how_to_start_one() {
    let directory = scratch();
    let output = schoolside(directory.path()).args(["request", "list"]).output().unwrap();
    assert_eq!(output.status.code(), Some(69));
    assert!(complaint(&output).contains("./dev up"), "{}", complaint(&output));
}

fn second_start(command: &mut Command) -> (Option<i32>, String) {
    let output = command.args(["up", "--empty", "--random-ports", "--json"]).output().unwrap();
    (output.status.code(), complaint(&output))
}
