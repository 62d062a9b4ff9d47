//! A city's real year: published due dates and verdicts, reproduced from policy and calendar.
//!
//! The sample is part of the repository. The whole set is looked for beside it; `SCHOOLSIDE_BOSTON_DATA` names another folder.

use std::{
    collections::HashMap,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use sla_domain::{
    calendar::{Definition, Timetable},
    clock::{CycleState, Facts, Length, Outcome, Promise, Run, Step, StepKind, Terms, evaluate},
    words::{Metric, OnReopen, Start},
};

const TOLERANCE_SECONDS: i64 = 300;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

fn whole_set() -> Option<PathBuf> {
    let named = std::env::var_os("SCHOOLSIDE_BOSTON_DATA").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| repository().join("../shared/data"));
    let found = folder.join("boston-311-2015.csv.gz").exists();
    if !found {
        println!("skipped: no boston-311-2015.csv.gz in {}", folder.display());
    }
    found.then_some(folder)
}

type Row = HashMap<String, String>;

fn rows(input: impl Read) -> Vec<Row> {
    csv::Reader::from_reader(input).deserialize().map(Result::unwrap).collect()
}

fn small(name: &str) -> Vec<Row> {
    rows(File::open(repository().join("tests/data").join(name)).unwrap())
}

fn zone() -> TimeZone {
    TimeZone::get("America/New_York").unwrap()
}

/// A wall time of the city; in the repeated hour the first occurrence.
fn instant(text: &str) -> Option<Timestamp> {
    let at: DateTime = (!text.is_empty()).then(|| text.parse().unwrap())?;
    Some(zone().to_timestamp(at).unwrap())
}

fn calendar(hours: &str, holidays: bool, extra: &[&str]) -> Timetable {
    let mut file = String::from("zone = \"America/New_York\"\n[weekly]\n");
    for day in ["mon", "tue", "wed", "thu", "fri"] {
        file += &format!("{day} = [{hours}]\n");
    }
    for date in extra {
        file += &format!("[[closures]]\ndate = {date}\n");
    }
    for holiday in small("boston-2015-holidays.csv").iter().filter(|_| holidays) {
        file += &format!(
            "[[closures]]\ndate = \"{}\"\nlabel = \"{}\"\n",
            holiday["date"], holiday["name"]
        );
        if !holiday["known_from"].is_empty() {
            file += &format!("known_from = \"{}\"\n", holiday["known_from"]);
        }
    }
    Timetable::new(Definition::read(&file).unwrap())
}

const HOURS: &str = r#"["08:30", "17:00"]"#;

/// Per type: from when on which length.
struct Policies(HashMap<String, Vec<(Option<Timestamp>, Length)>>);

impl Policies {
    fn read(name: &str) -> Self {
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in small(name).iter().filter(|row| !row["unit"].is_empty()) {
            let from = row.get("valid_from").and_then(|text| instant(text));
            let length = format!("{} {}", row["n"], row["unit"]).parse().unwrap();
            found.entry(row["type"].clone()).or_default().push((from, length));
        }
        Self(found)
    }

    fn at(&self, kind: &str, opened: Timestamp) -> Option<Length> {
        let versions = self.0.get(kind)?.iter().rev();
        let in_force = |from: Option<Timestamp>| from.is_none_or(|from| from <= opened);
        versions.copied().find(|(from, _)| in_force(*from)).map(|(_, length)| length)
    }
}

/// How many published targets there are, and how many are reproduced by the calendar as known at the opening.
fn reproduced(rows: &[Row], policies: &Policies, calendar: &Timetable) -> (usize, usize) {
    let targets = rows.iter().filter_map(|row| {
        Some((row["type"].as_str(), instant(&row["opened"])?, instant(&row["target"])?))
    });
    let agrees = targets.map(|(kind, start, target)| {
        let due = policies.at(kind, start).and_then(|length| {
            let hours = calendar.known_at(start);
            Run { start, length, hours, pauses: &[], stopped: None, now: None }.reckon().due
        });
        due.is_some_and(|due| due.duration_since(target).as_secs().abs() <= TOLERANCE_SECONDS)
    });
    let agrees: Vec<bool> = agrees.collect();
    (agrees.iter().filter(|agrees| **agrees).count(), agrees.len())
}

/// How many published verdicts there are, and with how many a clock on the stated due date agrees.
fn verdicts(rows: &[Row]) -> (usize, usize) {
    let agrees = rows.iter().filter(|row| !row["on_time"].is_empty()).filter_map(|row| {
        let (closed, target) = (instant(&row["closed"])?, instant(&row["target"])?);
        let facts = Facts {
            imported: true,
            stated_due: Some(target),
            steps: vec![Step { at: closed, kind: StepKind::Resolved(Outcome::Final) }],
            ..Facts::opened(instant(&row["opened"])?)
        };
        let terms = Terms {
            metric: Metric::FirstResolution,
            promise: Promise::Stated(target),
            pauses: &[],
            warn_at: &[],
            start: Start::Received,
            on_reopen: OnReopen::ResumeExcludingGap,
            ladder: None,
        };
        let cycle = evaluate(&facts, &terms, Timestamp::MAX).remove(0);
        let expected =
            if row["on_time"] == "ONTIME" { CycleState::Met } else { CycleState::Missed };
        assert_eq!(cycle.implausible, closed < facts.opened_at);
        Some(cycle.state == expected)
    });
    let agrees: Vec<bool> = agrees.collect();
    (agrees.iter().filter(|agrees| **agrees).count(), agrees.len())
}

#[test]
fn the_sample_is_reproduced() {
    let rows = small("boston-311-2015-sample.csv");
    let one = Policies::read("boston-311-2015-policies.csv");
    let versions = Policies::read("boston-311-2015-policy-versions.csv");
    let calendar = calendar(HOURS, true, &[]);
    assert_eq!(reproduced(&rows, &one, &calendar), (2_066, 2_300));
    assert_eq!(reproduced(&rows, &versions, &calendar), (2_234, 2_300));
    assert_eq!(verdicts(&rows), (1_798, 1_798));
}

#[test]
fn the_whole_year_is_reproduced() {
    let Some(folder) = whole_set() else { return };
    let file = File::open(folder.join("boston-311-2015.csv.gz")).unwrap();
    let rows = rows(flate2::read::GzDecoder::new(file));
    let one = Policies::read("boston-311-2015-policies.csv");
    let versions = Policies::read("boston-311-2015-policy-versions.csv");
    let city = calendar(HOURS, true, &[]);
    assert_eq!(reproduced(&rows, &one, &city), (90_549, 94_154));
    assert_eq!(reproduced(&rows, &versions, &city), (92_653, 94_154));
    let without = calendar(HOURS, false, &[]);
    assert_eq!(reproduced(&rows, &one, &without), (73_667, 94_154));
    assert_eq!(reproduced(&rows, &versions, &without), (74_889, 94_154));
    assert_eq!(verdicts(&rows), (79_126, 79_126));

    // Calendars the city does not have reproduce fewer.
    for (hours, extra, expected) in [
        (r#"["08:30", "16:00"]"#, None, 87_601),
        (r#"["08:30", "18:00"]"#, None, 88_357),
        (r#"["08:00", "17:00"]"#, None, 66_483),
        (r#"["09:00", "17:00"]"#, None, 63_667),
        (HOURS, Some("2015-07-03"), 87_661),
        (HOURS, Some("2015-03-17"), 88_759),
    ] {
        let other = calendar(hours, true, extra.as_slice());
        assert_eq!(reproduced(&rows, &one, &other), (expected, 94_154), "{hours} {extra:?}");
    }
}
