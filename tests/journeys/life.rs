//! One request's whole life through every service, on a district loaded from its files.

use std::path::Path;

use serde_json::{Value, json};

use crate::system::{Process, complaint, json, repository, run, scratch};

pub const DISTRICT: &str = "services/schoolside/districts/alder-bay";

/// A system with Alder Bay in it, by the machine's clock.
pub fn alder_bay(data_dir: &Path) -> Process {
    let up = Process::up(data_dir);
    let folder = repository(DISTRICT).display().to_string();
    json(data_dir, &["district", "load", &folder, "--apply"]);
    up
}

/// What a request about a cold room is opened with.
pub const COLD_ROOM: [&str; 13] = [
    "request",
    "open",
    "FAC1",
    "--school",
    "0101",
    "--summary",
    "No heat in room 12",
    "--attribute",
    "scope=room",
    "--attribute",
    "temp=11",
    "--requester",
    "P-0101",
];

/// Opens a request about a cold room; gives its reference.
pub fn cold_room(data_dir: &Path) -> String {
    let opened = json(data_dir, &COLD_ROOM);
    opened["reference"].as_str().unwrap().to_owned()
}

/// The story, once it has got so far.
pub fn story(data_dir: &Path, reference: &str, so_far: impl Fn(&Value) -> bool) -> Value {
    loop {
        let told = run(data_dir, &["request", "show", reference]);
        // The view of requests can be a moment behind the opening.
        if complaint(&told).contains("[NOT_FOUND]") {
            continue;
        }
        assert!(told.status.success(), "{}", complaint(&told));
        let story = serde_json::from_slice(&told.stdout).unwrap();
        if so_far(&story) {
            return story;
        }
    }
}

pub fn kinds(story: &Value) -> Vec<String> {
    let events = story["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| event["type"].as_str().unwrap().rsplit('.').next().unwrap().to_owned())
        .collect()
}

#[test]
fn a_request_is_routed_answered_paused_resolved_and_reopened() {
    let directory = scratch();
    let _up = alder_bay(directory.path());
    let act = |args: &[&str]| json(directory.path(), args);
    let reference = cold_room(directory.path());
    let routed = story(directory.path(), &reference, |story| {
        story["team"] != "" && story["clocks"].as_array().is_some_and(|clocks| clocks.len() == 2)
    });
    // School 0101 is in network N1, which team T1 serves; the type is the operations role's, who is one person.
    assert_eq!((&routed["team"], &routed["role"]), (&json!("teams/T1"), &json!("operations")));
    assert_eq!(routed["member"], "people/T1-operations-1");
    assert!(
        routed["decision"]["decided"]["rules"].as_array().is_some_and(|rules| !rules.is_empty())
    );

    act(&["request", "reply", &reference, "A technician comes at ten."]);
    act(&["request", "pause", &reference, "--reason", "waiting-for-requester"]);
    act(&["request", "resume", &reference]);
    act(&["request", "resolve", &reference, "--outcome", "done", "--summary", "Valve replaced."]);
    act(&["request", "reopen", &reference, "--reason", "not_fixed"]);
    // A reopened request goes to today's owner: it is routed again.
    story(directory.path(), &reference, |story| story["events"].as_array().unwrap().len() == 8);
    act(&["request", "resolve", &reference, "--outcome", "done"]);
    let closed = act(&["request", "close", &reference]);
    assert_eq!(closed["state"], "REQUEST_STATE_CLOSED");
    let told = story(directory.path(), &reference, |story| {
        story["events"].as_array().unwrap().len() == 10
    });
    assert_eq!(
        kinds(&told),
        [
            "opened", "routed", "replied", "paused", "resumed", "resolved", "reopened", "routed",
            "resolved", "closed",
        ]
    );
}

#[test]
fn a_due_date_is_explained_by_parts_that_add_up() {
    let directory = scratch();
    let _up = alder_bay(directory.path());
    let reference = cold_room(directory.path());
    story(directory.path(), &reference, |story| {
        story["clocks"].as_array().is_some_and(|clocks| clocks.len() == 2)
    });
    let explained = json(directory.path(), &["sla", "explain", &reference]);
    let open: i64 = explained["parts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|part| part["kind"] == "open")
        .map(|part| part["seconds"].as_i64().unwrap())
        .sum();
    assert_eq!(explained["total_seconds"], open);
    assert!(open > 0 && explained["policy"] != "" && explained["calendar"] != "", "{explained}");
}

#[test]
fn bad_input_names_what_is_wrong() {
    let directory = scratch();
    let _up = alder_bay(directory.path());
    let open = |args: &[&str]| {
        let mut all = vec!["request", "open"];
        all.extend(args);
        complaint(&run(directory.path(), &all))
    };
    assert!(open(&["XYZ9", "--summary", "x"]).contains("XYZ9"));
    assert!(
        open(&["FAC1", "--school", "9999", "--summary", "x", "--attribute", "scope=room"])
            .contains("9999")
    );
    let missing = open(&["FAC1", "--school", "0101", "--summary", "x"]);
    assert!(missing.contains("scope"), "{missing}");
    let reference = cold_room(directory.path());
    let reopened =
        run(directory.path(), &["request", "reopen", &reference, "--reason", "not_fixed"]);
    assert_eq!(reopened.status.code(), Some(1), "{}", complaint(&reopened));
    let wrong = complaint(&run(directory.path(), &["request", "show", "1000-000"]));
    assert!(!wrong.is_empty());
}

#[test]
fn the_published_history_has_no_free_text() {
    let directory = scratch();
    let _up = alder_bay(directory.path());
    cold_room(directory.path());
    let output = run(
        directory.path(),
        &["events", "tail", "schoolside.requests.request.v1", "--from", "0", "--no-follow"],
    );
    let history = String::from_utf8(output.stdout).unwrap();
    assert!(history.contains("schoolside.requests.request.opened.v1"), "{history}");
    assert!(!history.contains("No heat"), "{history}");
}
