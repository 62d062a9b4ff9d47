//! Cases with what is right, answered by us and by other libraries: who agrees, who differs where, and how fast each is.
//!
//! A library is asked by a program of its own, an adapter: given the file of the cases it prints one JSON document with the
//! library's name and version, its answers by case (a case it cannot express is left out), and how many operations of each
//! kind it did in a second on the cases of the calendar `office`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use jiff::SignedDuration;
use kernel::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use sla_domain::calendar::{Definition, Hours};
use tokio::process::Command;

use super::speed;
use crate::{failure::Failure, out};

/// The calendar on whose cases speed is measured.
const SPEED: &str = "office";
/// How many operations of a kind are measured.
const TIMES: usize = 500_000;
/// How many differences are shown of one library.
const SHOWN: usize = 8;
const OPERATIONS: [&str; 3] = ["between", "advance", "business_days"];

#[derive(Deserialize)]
struct Cases {
    calendars: BTreeMap<String, Value>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    group: String,
    calendar: String,
    op: String,
    from: Timestamp,
    to: Option<Timestamp>,
    seconds: Option<i64>,
    days: Option<u32>,
    expected: Value,
}

/// What an adapter prints.
#[derive(Deserialize)]
struct Answers {
    library: String,
    version: String,
    answers: BTreeMap<String, Value>,
    per_second: BTreeMap<String, f64>,
}

enum Answer {
    Length(SignedDuration),
    Due(Option<Timestamp>),
}

impl Case {
    /// Our answer, not yet written down.
    fn ours_unwritten(&self, hours: &Hours) -> Answer {
        match (self.to, self.seconds, self.days) {
            (Some(to), ..) => Answer::Length(hours.between(self.from, to)),
            (_, Some(seconds), _) => {
                Answer::Due(hours.advance(self.from, SignedDuration::from_secs(seconds)))
            }
            (_, _, days) => {
                Answer::Due(hours.add_business_days(self.from, days.unwrap_or_default()))
            }
        }
    }

    /// Our answer: seconds, or an instant.
    fn ours(&self, hours: &Hours) -> Value {
        match self.ours_unwritten(hours) {
            Answer::Length(length) => length.as_secs().into(),
            Answer::Due(due) => due.map_or(Value::Null, |due| due.to_string().into()),
        }
    }

    /// Seconds are compared as numbers, instants as instants.
    fn is_right(&self, answer: &Value) -> bool {
        let instant = |value: &Value| value.as_str()?.parse::<Timestamp>().ok();
        match (self.expected.as_f64(), answer.as_f64()) {
            (Some(expected), Some(answer)) => (expected - answer).abs() < 0.5,
            _ => instant(&self.expected).is_some() && instant(&self.expected) == instant(answer),
        }
    }
}

/// Asks everyone.
pub(super) async fn measure(file: &Path, adapters: Option<&Path>) -> Result<Value, Failure> {
    let unreadable =
        |error: &dyn std::fmt::Display| Failure::Usage(format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| unreadable(&error))?;
    let Cases { calendars, cases } =
        serde_json::from_str(&text).map_err(|error| unreadable(&error))?;
    let mut hours = BTreeMap::new();
    for (name, calendar) in &calendars {
        let definition = Definition::read(&calendar.to_string()).map_err(Failure::usage)?;
        hours.insert(name.as_str(), Hours::new(definition));
    }
    let ours = answered_by_us(&cases, &hours);
    let mut found = vec![compared(&cases, &ours, &ours)];
    for adapter in programs(adapters)? {
        out::note(format!("asking {}", adapter.display()));
        match ask(&adapter, file).await {
            Ok(theirs) => found.push(compared(&cases, &theirs, &ours)),
            Err(failure) => {
                out::note(format!("left out: {failure}"));
                let name = adapter.file_name().unwrap_or_default().to_string_lossy().into_owned();
                found.push(json!({ "library": name, "left_out": failure.to_string() }));
            }
        }
    }
    Ok(found.into())
}

fn answered_by_us(cases: &[Case], hours: &BTreeMap<&str, Hours>) -> Answers {
    let answer = |case: &Case| {
        let hours = hours.get(case.calendar.as_str())?;
        Some((case.id.clone(), case.ours(hours)))
    };
    let mut per_second = BTreeMap::new();
    for operation in OPERATIONS {
        let of_kind = cases.iter().filter(|one| one.op == operation && one.calendar == SPEED);
        let chosen: Vec<&Case> = of_kind.collect();
        let Some(hours) = hours.get(SPEED).filter(|_| !chosen.is_empty()) else { continue };
        let took = speed(TIMES, |index| {
            let case = chosen[index % chosen.len()];
            case.ours_unwritten(hours)
        });
        per_second.insert(operation.to_owned(), took["per_second"].as_f64().unwrap_or_default());
    }
    Answers {
        library: "schoolside".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        answers: cases.iter().filter_map(answer).collect(),
        per_second,
    }
}

/// The programs of a folder, by name.
fn programs(folder: Option<&Path>) -> Result<Vec<PathBuf>, Failure> {
    let Some(folder) = folder else { return Ok(Vec::new()) };
    let listed = std::fs::read_dir(folder)
        .map_err(|error| Failure::Usage(format!("{}: {error}", folder.display())))?;
    let mut programs: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
    programs.sort();
    Ok(programs)
}

async fn ask(adapter: &Path, file: &Path) -> Result<Answers, Failure> {
    let output = Command::new(adapter).arg(file).output().await.map_err(Failure::unavailable)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().last().unwrap_or_default().to_owned();
        return Err(Failure::Unavailable(format!("{}: {last}", adapter.display())));
    }
    serde_json::from_slice(&output.stdout).map_err(Failure::unavailable)
}

/// How a library's answers compare with what is right, and its speed with ours.
fn compared(cases: &[Case], theirs: &Answers, ours: &Answers) -> Value {
    let mut groups: BTreeMap<&str, [u32; 3]> = BTreeMap::new();
    let mut differences: Vec<(&str, Value)> = Vec::new();
    for case in cases {
        let group = groups.entry(case.group.as_str()).or_default();
        group[2] += 1;
        let Some(answer) = theirs.answers.get(&case.id) else { continue };
        group[1] += 1;
        if case.is_right(answer) {
            group[0] += 1;
        } else if differences.iter().filter(|(group, _)| *group == case.group).count() < 2 {
            let Case { id, calendar, op, from, to, seconds, days, expected, .. } = case;
            differences.push((
                case.group.as_str(),
                json!({ "id": id, "group": case.group, "calendar": calendar, "op": op, "from": from, "to": to, "seconds": seconds, "days": days, "right": expected, "answered": answer }),
            ));
        }
    }
    let all = groups.values().fold([0; 3], |all, group| [0, 1, 2].map(|it| all[it] + group[it]));
    let named = |(group, [agree, answered, cases]): (&&str, &[u32; 3])| {
        ((*group).to_owned(), json!({ "agree": agree, "answered": answered, "cases": cases }))
    };
    let faster = ours.per_second.iter().filter_map(|(operation, our)| {
        let ratio = our / theirs.per_second.get(operation)?;
        Some((operation.clone(), json!((ratio * 10.0).round() / 10.0)))
    });
    json!({
        "library": theirs.library, "version": theirs.version,
        "cases": all[2], "answered": all[1], "agree": all[0], "differ": all[1] - all[0],
        "groups": groups.iter().map(named).collect::<serde_json::Map<_, _>>(),
        "differences": differences.into_iter().take(SHOWN).map(|(_, one)| one).collect::<Vec<_>>(),
        "per_second": theirs.per_second,
        "schoolside_is_faster_by": faster.collect::<serde_json::Map<_, _>>(),
    })
}
