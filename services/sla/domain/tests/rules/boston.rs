//! A city's real year: published due dates and verdicts, reproduced from policy and calendar.
//!
//! The sample is part of the repository. The whole set is looked for beside it; `SCHOOLSIDE_BOSTON_DATA` names another folder.

use std::{
    collections::HashMap,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use sla_domain::{
    calendar::{Definition, Hours, Timetable},
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

/// The whole set, where there is one; read once.
pub(super) fn whole_year() -> Option<&'static [Row]> {
    static ROWS: OnceLock<Option<Vec<Row>>> = OnceLock::new();
    let read = || {
        let file = File::open(whole_set()?.join("boston-311-2015.csv.gz")).unwrap();
        Some(rows(flate2::read::GzDecoder::new(file)))
    };
    ROWS.get_or_init(read).as_deref()
}

pub(super) type Row = HashMap<String, String>;

fn rows(input: impl Read) -> Vec<Row> {
    csv::Reader::from_reader(input).deserialize().map(Result::unwrap).collect()
}

pub(super) fn small(name: &str) -> Vec<Row> {
    rows(File::open(repository().join("tests/data").join(name)).unwrap())
}

pub(super) fn zone() -> TimeZone {
    TimeZone::get("America/New_York").unwrap()
}

/// A wall time of the city; in the repeated hour the first occurrence.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let at: DateTime = (!text.is_empty()).then(|| text.parse().unwrap())?;
    Some(zone().to_timestamp(at).unwrap())
}

/// The city's calendar with other hours, other holidays, or dates that it is closed on beside them.
pub(super) fn calendar(
    hours: &str,
    keep: impl Fn(&Holiday) -> Option<Holiday>,
    extra: &[&str],
) -> Timetable {
    let mut file = String::from("zone = \"America/New_York\"\n[weekly]\n");
    for day in ["mon", "tue", "wed", "thu", "fri"] {
        file += &format!("{day} = [{hours}]\n");
    }
    for date in extra {
        file += &format!("[[closures]]\ndate = {date}\n");
    }
    for row in small("boston-2015-holidays.csv") {
        let holiday = Holiday { date: row["date"].clone(), known_from: row["known_from"].clone() };
        let Some(Holiday { date, known_from }) = keep(&holiday) else { continue };
        file += &format!("[[closures]]\ndate = \"{date}\"\n");
        if !known_from.is_empty() {
            file += &format!("known_from = \"{known_from}\"\n");
        }
    }
    Timetable::new(Definition::read(&file).unwrap())
}

/// A closed day, and from when on the calendar knew it; empty is always.
#[derive(Clone)]
pub(super) struct Holiday {
    pub(super) date: String,
    pub(super) known_from: String,
}

/// The calendar of the city.
pub(super) fn city() -> Timetable {
    calendar(HOURS, |holiday| Some(holiday.clone()), &[])
}

pub(super) const HOURS: &str = r#"["08:30", "17:00"]"#;

/// Per type: from when on which length.
pub(super) struct Policies(HashMap<String, Vec<(Option<Timestamp>, Length)>>);

impl Policies {
    pub(super) fn read(name: &str) -> Self {
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in small(name).iter().filter(|row| !row["unit"].is_empty()) {
            let from = row.get("valid_from").and_then(|text| instant(text));
            let length = format!("{} {}", row["n"], row["unit"]).parse().unwrap();
            found.entry(row["type"].clone()).or_default().push((from, length));
        }
        Self(found)
    }

    pub(super) fn at(&self, kind: &str, opened: Timestamp) -> Option<Length> {
        let versions = self.0.get(kind)?.iter().rev();
        let in_force = |from: Option<Timestamp>| from.is_none_or(|from| from <= opened);
        versions.copied().find(|(from, _)| in_force(*from)).map(|(_, length)| length)
    }
}

/// When something is due by hours, start and length.
pub(super) type Rule = fn(&Hours, Timestamp, Length) -> Option<Timestamp>;

/// Ours.
pub(super) fn ours(hours: &Hours, start: Timestamp, length: Length) -> Option<Timestamp> {
    Run { start, length, hours, pauses: &[], stopped: None, now: None }.reckon().due
}

/// Per published target: how far from it the computed one lies, by the calendar as known at the opening; `None` where
/// there is no policy.
pub(super) fn distances(
    rows: &[Row],
    policies: &Policies,
    calendar: &Timetable,
    rule: Rule,
) -> Vec<Option<i64>> {
    let targets = rows.iter().filter_map(|row| {
        Some((row["type"].as_str(), instant(&row["opened"])?, instant(&row["target"])?))
    });
    let distance = |(kind, start, target): (&str, Timestamp, Timestamp)| {
        let due = rule(calendar.known_at(start), start, policies.at(kind, start)?)?;
        Some(due.duration_since(target).as_secs().abs())
    };
    targets.map(distance).collect()
}

/// How many lie within so many seconds.
pub(super) fn within(distances: &[Option<i64>], seconds: i64) -> usize {
    distances.iter().flatten().filter(|distance| **distance <= seconds).count()
}

/// How many published targets are reproduced by our rule, and how many there are.
fn reproduced(rows: &[Row], policies: &Policies, calendar: &Timetable) -> (usize, usize) {
    let found = distances(rows, policies, calendar, ours);
    (within(&found, TOLERANCE_SECONDS), found.len())
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
    assert_eq!(reproduced(&rows, &one, &city()), (2_066, 2_300));
    assert_eq!(reproduced(&rows, &versions, &city()), (2_234, 2_300));
    assert_eq!(verdicts(&rows), (1_798, 1_798));
}

#[test]
fn the_whole_year_is_reproduced() {
    let Some(rows) = whole_year() else { return };
    let one = Policies::read("boston-311-2015-policies.csv");
    let versions = Policies::read("boston-311-2015-policy-versions.csv");
    assert_eq!(reproduced(rows, &one, &city()), (90_549, 94_154));
    assert_eq!(reproduced(rows, &versions, &city()), (92_653, 94_154));
    assert_eq!(verdicts(rows), (79_126, 79_126));
}
