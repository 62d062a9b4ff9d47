//! What was thought of a request is corrected through the command line: its type, its priority, its school, and that
//! another one asks for the same. Every service follows, and a duplicate changes no rate.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    life::{COLD_ROOM, alder_bay, cold_room, kinds, story},
    system::{complaint, json, run, schoolside, scratch},
};

/// The scorecard of team T1 once `seen` holds: figures follow the requests in a moment.
fn scorecard(data_dir: &Path, seen: impl Fn(&Value) -> bool) -> Value {
    loop {
        let card = json(data_dir, &["scorecard", "T1"]);
        if seen(&card) {
            return card;
        }
    }
}

/// The story as a person reads it.
fn told_to_a_person(data_dir: &Path, reference: &str) -> String {
    let text = schoolside(data_dir).args(["request", "show", reference]).output().unwrap();
    String::from_utf8(text.stdout).unwrap()
}

fn routed(data_dir: &Path, reference: &str) -> Value {
    story(data_dir, reference, |story| {
        story["team"] != "" && story["clocks"].as_array().is_some_and(|clocks| clocks.len() == 2)
    })
}

#[test]
fn a_request_is_reclassified_reprioritized_and_moved() {
    let directory = scratch();
    let _up = alder_bay(directory.path());
    let act = |args: &[&str]| json(directory.path(), args);
    let reference = cold_room(directory.path());
    let before = routed(directory.path(), &reference);

    let reclassified =
        act(&["request", "reclassify", &reference, "--type", "FAC2", "--reason", "wrong_type"]);
    assert_eq!(reclassified["request_type"], "requestTypes/FAC2");
    let prioritized = act(&["request", "priority", &reference, "--to", "P4"]);
    assert_eq!(prioritized["priority"], "P4");
    let moved = act(&["request", "school", &reference, "--to", "0107"]);
    assert_eq!((&moved["school"], &moved["team"]), (&json!("schools/0107"), &before["team"]));
    let told =
        story(directory.path(), &reference, |story| story["events"].as_array().unwrap().len() == 5);
    assert_eq!(
        kinds(&told),
        ["opened", "routed", "reclassified", "priority_changed", "school_changed"]
    );
    let text = told_to_a_person(directory.path(), &reference);
    for said in ["from FAC1 to FAC2 (wrong_type)", "to P4 (other)", "from 0101 to 0107 (other)"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let wrong = run(directory.path(), &["request", "priority", &reference, "--to", "P9"]);
    assert_eq!(wrong.status.code(), Some(2), "{}", complaint(&wrong));
}

#[test]
fn a_duplicate_leads_to_its_original_and_changes_no_rate() {
    let directory = scratch();
    let _up = alder_bay(directory.path());
    let act = |args: &[&str]| json(directory.path(), args);
    let original = cold_room(directory.path());
    let duplicate = json(directory.path(), &COLD_ROOM)["reference"].as_str().unwrap().to_owned();
    for reference in [&original, &duplicate] {
        routed(directory.path(), reference);
    }
    act(&["request", "resolve", &original, "--outcome", "done"]);
    let marked = act(&["request", "duplicate", &duplicate, "--of", &original]);
    assert_eq!(marked["outcome"], "OUTCOME_DUPLICATE");
    let shown = story(directory.path(), &original, |story| {
        story["duplicates"].as_array().is_some_and(|duplicates| duplicates.len() == 1)
    });
    assert_eq!(shown["duplicates"], json!([marked["name"]]));
    let text = told_to_a_person(directory.path(), &duplicate);
    assert!(text.contains(&format!("duplicate of {original}")), "{text}");

    let card = scorecard(directory.path(), |card| card["figures"]["duplicates"] == 1);
    let figures = &card["figures"];
    assert_eq!((&figures["requests"], &figures["resolved"]), (&json!(2), &json!(1)));
    assert_eq!(figures["attainment"]["closed_only"], json!({"met": 1, "of": 1}));
    assert_eq!(figures["time_to_resolve"]["cases"], 1);
    assert_eq!(card["first_response"]["cases"], 1);

    let chain = cold_room(directory.path());
    routed(directory.path(), &chain);
    let refused = run(directory.path(), &["request", "duplicate", &chain, "--of", &duplicate]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        complaint(&refused).contains(&format!("requests/{original}")),
        "{}",
        complaint(&refused)
    );
}
