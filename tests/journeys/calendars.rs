//! Operations take closures from a published school year into the office's calendar, and look it over; and what a
//! calendar cannot answer is refused. All expected instants were reckoned by hand.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use serde_json::{Value, json};

use crate::{
    life::alder_bay,
    system::{complaint, json, run, schoolside, scratch},
};

/// Two holidays, the Saturday before Advent's second Sunday, and a day without pupils.
const YEAR: &str = "BEGIN:VCALENDAR
BEGIN:VEVENT
UID:1@alderbay.example
SUMMARY:Thanksgiving - Offices Closed
DTSTART;VALUE=DATE:20261126
DTEND;VALUE=DATE:20261128
END:VEVENT
BEGIN:VEVENT
UID:2@alderbay.example
SUMMARY:Enrolment Saturday
DTSTART;VALUE=DATE:20261205
END:VEVENT
BEGIN:VEVENT
UID:3@alderbay.example
SUMMARY:Staff Development - No Students
DTSTART;VALUE=DATE:20261103
END:VEVENT
END:VCALENDAR
";

const MAPPING: &str = r#"
[[rules]]
contains = "offices closed"
means = "closed"
[[rules]]
exact = "Enrolment Saturday"
means = "open"
from = "09:00"
to = "12:00"
[[rules]]
contains = "no students"
means = "ignore"
"#;

struct Files {
    year: PathBuf,
    mapping: PathBuf,
    new: PathBuf,
}

fn files(folder: &Path) -> Files {
    let [year, mapping, new] = ["year.ics", "map.toml", "new.toml"].map(|name| folder.join(name));
    fs::write(&year, YEAR).unwrap();
    fs::write(&mapping, MAPPING).unwrap();
    Files { year, mapping, new }
}

impl Files {
    fn import(&self, data_dir: &Path, rest: &[&str]) -> Output {
        let [year, mapping] = [&self.year, &self.mapping].map(|file| file.to_str().unwrap());
        let args = ["calendar", "import", year, "--mapping", mapping];
        run(data_dir, &[&args[..], rest].concat())
    }
}

#[track_caller]
fn answer(output: &Output) -> Value {
    assert!(output.status.success(), "{}", complaint(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// How many are in each group of an import's report.
fn counts(report: &Value) -> [usize; 6] {
    ["added", "unchanged", "changed", "vanished", "ignored", "unmapped"]
        .map(|group| report[group].as_array().unwrap().len())
}

/// The dates of Thanksgiving and the Saturday of enrolment: open seconds, and what makes them differ.
fn dates(data_dir: &Path, calendar: &[&str]) -> [Value; 2] {
    ["2026-11-26", "2026-12-05"].map(|date| {
        let args = ["calendar", "show", "--from", date, "--to", date];
        let shown = json(data_dir, &[&args[..], calendar].concat());
        let day = &shown["days"][0];
        let labels =
            |group: &str| day[group].as_array().unwrap().iter().map(|it| it["label"].clone());
        let labels: Vec<_> = labels("closures").chain(labels("openings")).collect();
        json!([day["date"], day["open_seconds"], labels])
    })
}

#[test]
fn closures_are_looked_at_written_published_and_seen() {
    let directory = scratch();
    let _up = alder_bay(directory.path());
    let files = files(directory.path());
    // The office is open from 8:00 to 16:30 on Thursdays: 30,600 s; on that Saturday for three hours.
    let before = [json!(["2026-11-26", 30_600, []]), json!(["2026-12-05", 0, []])];
    let after = [
        json!(["2026-11-26", 0, ["Thanksgiving - Offices Closed"]]),
        json!(["2026-12-05", 10_800, ["Enrolment Saturday"]]),
    ];
    let preview = answer(&files.import(directory.path(), &["--calendar", "office"]));
    assert_eq!((counts(&preview), &preview["published"]), ([3, 0, 0, 0, 1, 0], &Value::Null));
    assert_eq!(dates(directory.path(), &["office"]), before);

    let new = files.new.display().to_string();
    answer(&files.import(directory.path(), &["--calendar", "office", "--write", &new]));
    assert_eq!(dates(directory.path(), &["--calendar-file", &new]), after);
    assert_eq!(dates(directory.path(), &["office"]), before);

    let publish = ["--calendar", "office", "--publish"];
    let published = answer(&files.import(directory.path(), &publish));
    assert_eq!(published["published"], json!({ "version": 2, "new": true }));
    assert_eq!(dates(directory.path(), &["office"]), after);
    // What was written is what was published, and the same again changes nothing.
    let from_file = answer(&files.import(directory.path(), &["--calendar-file", &new]));
    assert_eq!(counts(&from_file), [0, 3, 0, 0, 1, 0]);
    let again = answer(&files.import(directory.path(), &publish));
    assert_eq!(counts(&again), [0, 3, 0, 0, 1, 0]);
    assert_eq!(again["published"], json!({ "version": 2, "new": false }));

    // An event that no rule speaks of stops it all.
    fs::write(&files.year, YEAR.replace("No Students", "Bring cake")).unwrap();
    let stopped = files.import(directory.path(), &publish);
    assert_eq!(stopped.status.code(), Some(2));
    assert!(complaint(&stopped).contains("1 of the file's dates are not mapped"));
    let asked = files.import(directory.path(), &["--calendar", "nowhere"]);
    assert_eq!(asked.status.code(), Some(1), "{}", complaint(&asked));
    assert!(complaint(&asked).contains("calendars/nowhere"), "{}", complaint(&asked));
}

const NIGHTS: &str = r#"
zone = "America/New_York"
closures = [{ date = "2026-11-25", from = "12:00", known_from = "2026-11-25T06:00:00-05:00", label = "Storm" }]
[weekly]
tue = [["22:00", "06:00"]]
wed = [["09:00", "17:00"]]
"#;

#[test]
fn a_calendar_is_shown_date_by_date_from_a_file() {
    let folder = scratch();
    let file = folder.path().join("nights.toml");
    fs::write(&file, NIGHTS).unwrap();
    let args = ["calendar", "show", "--calendar-file", file.to_str().unwrap()];
    let args = [&args[..], &["--from", "2026-11-24", "--to", "2026-11-25"]].concat();
    let shown = json(folder.path(), &args);
    // Winter is five hours behind UTC. Two hours of Tuesday; six and three of Wednesday.
    assert_eq!(shown["open_seconds"], 11 * 3_600);
    assert_eq!((&shown["zone"], &shown["calendar"]), (&json!("America/New_York"), &Value::Null));
    assert_eq!(
        shown["days"][0],
        json!({ "date": "2026-11-24", "weekday": "tue", "open_seconds": 7_200, "closures": [], "openings": [],
            "open": [{ "from": "2026-11-25T03:00:00Z", "to": "2026-11-25T05:00:00Z", "local_from": "22:00", "local_to": "24:00" }] })
    );
    let wednesday = &shown["days"][1];
    assert_eq!(wednesday["open"][0]["local_to"], "06:00");
    assert_eq!(wednesday["open"][1]["to"], "2026-11-25T17:00:00Z");
    let storm = json!([{ "from": "12:00", "to": "24:00", "label": "Storm", "yearly": false, "known_from": "2026-11-25T11:00:00Z" }]);
    assert_eq!(wednesday["closures"], storm);
    let earlier = json(folder.path(), &[&args[..], &["--now", "2026-11-25T10:59:59Z"]].concat());
    assert_eq!(earlier["open_seconds"], 16 * 3_600);
    let text = schoolside(folder.path()).args(&args).output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(
        text.contains("wed  00:00–06:00, 09:00–12:00  9 h 0 min  closed 12:00–24:00 Storm"),
        "{text}"
    );
}

#[test]
fn what_recurs_for_ever_is_taken_up_to_a_date() {
    let folder = scratch();
    let files = files(folder.path());
    let rule = "DTSTART;VALUE=DATE:20261126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH\n";
    let year = YEAR.replace("DTSTART;VALUE=DATE:20261126\nDTEND;VALUE=DATE:20261128\n", rule);
    fs::write(&files.year, year).unwrap();
    fs::write(&files.new, NIGHTS).unwrap();
    let into = ["--calendar-file", files.new.to_str().unwrap()];
    let refused = files.import(folder.path(), &into);
    assert_eq!(refused.status.code(), Some(2));
    assert!(complaint(&refused).contains("recurs for ever"), "{}", complaint(&refused));
    let until = [&into[..], &["--until", "2028-12-31"]].concat();
    let report = answer(&files.import(folder.path(), &until));
    let added = report["added"].as_array().unwrap().iter().map(|it| it["date"].clone());
    // Thanksgiving of printed calendars, and the one Saturday.
    let expected = ["2026-11-26", "2026-12-05", "2027-11-25", "2028-11-23"];
    assert_eq!(added.collect::<Vec<_>>(), expected);
}

#[test]
fn what_a_calendar_cannot_answer_is_refused_with_what_is_wrong() {
    let folder = scratch();
    let file = folder.path().join("nights.toml");
    fs::write(&file, NIGHTS).unwrap();
    let file = file.to_str().unwrap();
    let refused = |args: &[&str], says: &str| {
        let output = run(folder.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", complaint(&output));
        assert!(complaint(&output).contains(says), "{}", complaint(&output));
    };
    let due = |start: &str, target: &str, rest: &[&str], says: &str| {
        let args = ["sla", "due", "--calendar", file, "--start", start, "--target", target];
        refused(&[&args[..], rest].concat(), says);
    };
    let years = "outside the years 1900 to 2299";
    due("1899-12-31T23:59:59Z", "1 hours", &[], years);
    due("2300-01-01T00:00:00Z", "1 hours", &[], years);
    due("2026-11-25T12:00:00Z", "1 hours", &["--fulfilled", "2300-01-01T00:00:00Z"], years);
    let none = "has not so much open time from 2026-11-25T12:00:00Z to the year 2300";
    due("2026-11-25T12:00:00Z", "1000000 hours", &[], none);
    due("2026-11-25T12:00:00Z", "30000 business_days", &[], none);
    let show = |from: &str, to: &str, rest: &[&str], says: &str| {
        let args = ["calendar", "show", "--from", from, "--to", to];
        refused(&[&args[..], rest].concat(), says);
    };
    show("2026-11-25", "2026-11-24", &["--calendar-file", file], "--to lies before --from");
    show("2000-01-01", "2020-01-01", &["--calendar-file", file], "more than 3660 dates");
    show("1899-12-31", "1900-01-01", &["--calendar-file", file], "between 1900 and 2299");
    show("2026-02-30", "2026-03-01", &["--calendar-file", file], "expected a date");
    show("2026-11-24", "2026-11-24", &[], "--calendar-file");
    show("2026-11-24", "2026-11-24", &["office", "--calendar-file", file], "cannot be used with");
    let ours = ["--mapping", "map.toml", "--calendar-file", file, "--publish"];
    refused(&[&["calendar", "import", "year.ics"][..], &ours].concat(), "cannot be used with");
}
