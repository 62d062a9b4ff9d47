//! Someone tries a rule on a calendar file, without a system. All expected instants were reckoned by hand.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::system::{complaint, json, run, scratch};

/// Open on weekdays from 9 to 17 in New York, closed on Thanksgiving.
const OFFICE: &str = r#"
zone = "America/New_York"
closures = [{ date = "2026-11-26", label = "Thanksgiving" }]
[weekly]
mon = [["09:00", "17:00"]]
tue = [["09:00", "17:00"]]
wed = [["09:00", "17:00"]]
thu = [["09:00", "17:00"]]
fri = [["09:00", "17:00"]]
"#;

fn office() -> TempDir {
    let folder = scratch();
    fs::write(folder.path().join("office.toml"), OFFICE).unwrap();
    folder
}

#[track_caller]
fn answer(folder: &Path, verb: &str, rest: &[&str]) -> Value {
    let file = folder.join("office.toml").display().to_string();
    json(folder, &[&["sla", verb, "--calendar", &file], rest].concat())
}

#[test]
fn a_due_date_keeps_to_open_hours_closures_and_the_wall_clock() {
    let folder = office();
    let due = |start: &str, target: &str| {
        answer(folder.path(), "due", &["--start", start, "--target", target])["due"].clone()
    };
    // Friday 15:00: two hours today, two on Monday.
    assert_eq!(due("2026-11-20T15:00:00-05:00", "4 hours"), "2026-11-23T16:00:00Z");
    // Exactly the end of the day is due at closing.
    assert_eq!(due("2026-11-20T15:00:00-05:00", "120 minutes"), "2026-11-20T22:00:00Z");
    // Clocks go forward on the Sunday between: 10:00 on Monday is 14:00 in UTC.
    assert_eq!(due("2026-03-06T16:00:00-05:00", "2 hours"), "2026-03-09T14:00:00Z");
    // Wednesday 15:00, Thursday is closed.
    assert_eq!(due("2026-11-25T15:00:00-05:00", "1 business_days"), "2026-11-27T20:00:00Z");
    // The same wall time, one hour less of elapsed time.
    assert_eq!(due("2026-03-07T15:00:00-05:00", "2 calendar_days"), "2026-03-09T19:00:00Z");
}

#[test]
fn pauses_move_it_by_their_open_time_and_verdicts_compare_instants() {
    let folder = office();
    let asked = |rest: &[&str]| {
        let target = ["--start", "2026-11-20T20:00:00Z", "--target", "4 hours"];
        answer(folder.path(), "due", &[&target[..], rest].concat())
    };
    let pause = ["--pause", "2026-11-20T20:30:00Z..2026-11-20T21:30:00Z"];
    let said = |due: Value, resumed: Value, verdict: Value, elapsed: i64| json!({ "due": due, "due_if_resumed_now": resumed, "verdict": verdict, "elapsed_seconds": elapsed });
    let due = || Value::from("2026-11-23T17:00:00Z");
    assert_eq!(asked(&pause), said(due(), Value::Null, Value::Null, 4 * 3600));
    // Overlapping pauses count once.
    let twice = [&pause[..], &["--pause", "2026-11-20T21:00:00Z..2026-11-20T21:30:00Z"]].concat();
    assert_eq!(asked(&twice), asked(&pause));
    let on_time = [&pause[..], &["--fulfilled", "2026-11-23T17:00:00Z"]].concat();
    assert_eq!(asked(&on_time), said(due(), Value::Null, "met".into(), 4 * 3600));
    let late = [&pause[..], &["--fulfilled", "2026-11-23T17:00:01Z"]].concat();
    assert_eq!(asked(&late), said(due(), Value::Null, "missed".into(), 4 * 3600 + 1));
    // While it lasts there is no due instant; half an hour was used before it.
    let lasting = ["--pause", "2026-11-20T20:30:00Z..", "--now", "2026-11-20T21:30:00Z"];
    assert_eq!(asked(&lasting), said(Value::Null, due(), Value::Null, 1800));
}

#[test]
fn open_time_is_counted_without_pauses() {
    let folder = office();
    let ends = ["--from", "2026-11-20T20:00:00Z", "--to", "2026-11-23T16:00:00Z"];
    let elapsed = |rest: &[&str]| {
        answer(folder.path(), "elapsed", &[&ends[..], rest].concat())["elapsed_seconds"].clone()
    };
    assert_eq!(elapsed(&[]), 4 * 3600);
    assert_eq!(elapsed(&["--pause", "2026-11-20T20:30:00Z..2026-11-20T21:30:00Z"]), 3 * 3600);
    assert_eq!(elapsed(&["--pause", "2026-11-23T15:00:00Z.."]), 3 * 3600);
}

#[test]
fn what_cannot_be_reckoned_is_refused_with_what_is_wrong() {
    let folder = office();
    let office = folder.path().join("office.toml").display().to_string();
    let refused = |file: &str, target: &str, pause: &str| {
        let rest = ["--start", "2026-11-20T20:00:00Z", "--target", target, "--pause", pause];
        let output = run(folder.path(), &[&["sla", "due", "--calendar", file], &rest[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{target} {pause}");
        complaint(&output)
    };
    let pause = "2026-11-20T20:30:00Z..2026-11-20T21:30:00Z";
    assert!(refused(&office, "1 day", pause).contains("is not a length"));
    let backwards = "2026-11-20T21:30:00Z..2026-11-20T20:30:00Z";
    assert!(refused(&office, "1 hours", backwards).contains("cannot end before it begins"));
    assert!(refused(&office, "1 hours", "yesterday..").contains("is not an instant"));
    assert!(refused("nowhere.toml", "1 hours", pause).contains("cannot be read"));
    let nonsense = folder.path().join("nonsense.toml");
    fs::write(&nonsense, OFFICE.replace("America/New_York", "America/Atlantis")).unwrap();
    let said = refused(nonsense.to_str().unwrap(), "1 hours", pause);
    assert!(said.contains("zone: ") && said.contains("America/Atlantis"), "{said}");
}
