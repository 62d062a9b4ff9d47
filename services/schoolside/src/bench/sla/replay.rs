//! A what-if over a published year: every request replayed under a policy of one entry per type, on one core, from memory.
//!
//! What the rpc adds to this is reading the requests' facts from the database.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use kernel::{CalendarId, Timestamp};
use serde_json::{Value, json};
use sla_domain::{
    calendar::{Definition, Timetable},
    clock::{Facts, Outcome, Step, StepKind},
    policy::{Rules, Subject},
    versions::Versions,
    what_if::{Draft, Verdict},
    words::Metric,
};

use super::{
    requests::{only, word},
    speed,
};
use crate::{failure::Failure, import::HistoryRow, verify::Policies};

/// The requests of a year, and what judges them.
struct Year {
    draft: Draft<BTreeMap<CalendarId, Versions<Timetable>>>,
    requests: Vec<(Subject, Facts)>,
}

/// Replays all rows as often as it takes to tell how long that lasts.
pub(super) fn measure(
    rows: &[HistoryRow],
    policies: &Policies,
    calendar: &Definition,
    zone: &TimeZone,
) -> Result<Value, Failure> {
    let year = Year::of(rows, policies, calendar, zone)?;
    let (met, of) = year.attainment();
    let took = speed(1, |_| year.attainment());
    let seconds = took["nanoseconds"].as_f64().unwrap_or_default() / 1e9;
    Ok(json!({
        "requests": year.requests.len(),
        "met": met,
        "of": of,
        "seconds": (seconds * 10_000.0).round() / 10_000.0,
    }))
}

impl Year {
    fn of(
        rows: &[HistoryRow],
        policies: &Policies,
        calendar: &Definition,
        zone: &TimeZone,
    ) -> Result<Self, Failure> {
        let last = rows.iter().flat_map(|row| [Some(row.opened), row.resolved]).flatten().max();
        let last = last.unwrap_or(Timestamp::UNIX_EPOCH);
        let mut ids = BTreeMap::new();
        for row in rows {
            let number = ids.len() + 1;
            ids.entry(row.request_type.as_str()).or_insert_with(|| format!("TYPE-{number}"));
        }
        let mut entries = Vec::new();
        for (name, id) in &ids {
            // A policy promises nothing at once: types whose table says 0 days have no target here.
            let length = policies.in_force(name, last).filter(|length| !length.is_zero());
            if let Some(length) = length {
                let target = json!({ "metric": "first_resolution", "length": length.to_string() });
                entries.push(json!({ "match": { "request_types": [id] }, "targets": [target] }));
            }
        }
        entries.push(json!({ "without": ["first_resolution"] }));
        let defaults = json!({ "calendar": "office", "pauses": [], "calendar_mode": "pinned" });
        let policy = json!({ "defaults": defaults, "entries": entries }).to_string();
        let rules = Rules::read(&policy).map_err(Failure::usage)?;
        let definition =
            Definition { zone: zone.iana_name().unwrap_or("UTC").to_owned(), ..calendar.clone() };
        let calendars = BTreeMap::from([(word("office")?, only(Timetable::new(definition)))]);
        let draft = Draft::new((word("draft")?, &rules), Metric::FirstResolution, calendars, last);
        let request =
            |row: &HistoryRow| Ok((subject(&ids[row.request_type.as_str()])?, facts(row)));
        let requests = rows.iter().map(request).collect::<Result<_, Failure>>()?;
        Ok(Self { draft, requests })
    }

    /// How many promises would have been kept, of how many that are judged by now.
    fn attainment(&self) -> (usize, usize) {
        let verdicts = self.requests.iter().flat_map(|(subject, facts)| {
            self.draft.judge(facts.clone(), subject).unwrap_or_default()
        });
        verdicts.fold((0, 0), |(met, of), verdict| match verdict {
            Verdict::Met => (met + 1, of + 1),
            Verdict::Missed | Verdict::MissedOpen => (met, of + 1),
            Verdict::Running | Verdict::Paused | Verdict::Cancelled | Verdict::None => (met, of),
        })
    }
}

fn subject(request_type: &str) -> Result<Subject, Failure> {
    Ok(Subject {
        request_type: word(request_type)?,
        category: Vec::new(),
        priority: None,
        tier: None,
        school_level: None,
    })
}

fn facts(row: &HistoryRow) -> Facts {
    let mut facts = Facts::opened(row.opened);
    let kind = StepKind::Resolved(Outcome::Final);
    facts.steps = row.resolved.map(|at| Step { at, kind }).into_iter().collect();
    facts
}
