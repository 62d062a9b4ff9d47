//! The clocks of one request from its facts: an ordinary one, and one that was paused ten thousand times.

use std::{collections::BTreeMap, str::FromStr};

use jiff::SignedDuration;
use kernel::{CalendarId, PolicyId, Timestamp};
use serde_json::{Value, json};
use sla_domain::{
    calendar::{Definition, Timetable},
    case::{Look, State, assess},
    clock::{Facts, Message, Outcome, Pause, Side, Step, StepKind},
    policy::{Rules, Subject},
    versions::{Published, Versions},
    words::PauseReason,
};

use super::speed;
use crate::failure::Failure;

const OFFICE: &str = r#"{ "zone": "America/New_York", "weekly": {
    "mon": [["08:30", "17:00"]], "tue": [["08:30", "17:00"]], "wed": [["08:30", "17:00"]],
    "thu": [["08:30", "17:00"]], "fri": [["08:30", "17:00"]] } }"#;
const POLICY: &str = r#"
[defaults]
calendar = "office"
pauses = ["waiting_for_requester", "waiting_for_vendor"]
warn_at = [50, 80]
[[entries]]
targets = [
  { metric = "first_response", length = "4 hours" },
  { metric = "first_resolution", length = "10 business_days" },
]
"#;

/// A desk with one policy and one calendar.
struct Desk {
    policy: PolicyId,
    policies: Versions<Rules>,
    calendars: BTreeMap<CalendarId, Versions<Timetable>>,
    subject: Subject,
}

pub(super) fn only<T>(content: T) -> Versions<T> {
    let mut versions = Versions::default();
    let always = Timestamp::MIN;
    versions.add(Published { version: 1, effective_from: always, published_at: always, content });
    versions
}

pub(super) fn word<T: FromStr>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|_| Failure::Usage(format!("{text:?} is no id")))
}

impl Desk {
    fn open() -> Result<Self, Failure> {
        let office = Timetable::new(Definition::read(OFFICE).map_err(Failure::usage)?);
        Ok(Self {
            policy: word("standard")?,
            policies: only(Rules::read(POLICY).map_err(Failure::usage)?),
            calendars: BTreeMap::from([(word("office")?, only(office))]),
            subject: Subject {
                request_type: word("TEC1")?,
                category: vec!["technology".to_owned()],
                priority: None,
                tier: None,
                school_level: None,
            },
        })
    }

    /// How long it takes to tell how all clocks of a request stand.
    fn measure(&self, facts: &Facts, times: usize) -> Result<Value, Failure> {
        let state = State::default();
        let look = Look {
            facts,
            subject: &self.subject,
            policy: Some((&self.policy, &self.policies)),
            calendars: &self.calendars,
            now: after(2_000_000),
        };
        let clocks = assess(&state, &look).map_err(Failure::usage)?.clocks.len();
        let mut found = speed(times, |_| assess(&state, &look));
        found["clocks"] = clocks.into();
        found["pauses"] = facts.pauses.len().into();
        Ok(found)
    }
}

/// So many minutes after a Monday morning.
fn after(minutes: i64) -> Timestamp {
    let monday = Timestamp::from_second(1_767_621_600).unwrap_or_default();
    monday.checked_add(SignedDuration::from_mins(minutes)).unwrap_or(monday)
}

/// Answered, paused so many times, resolved.
fn request(pauses: i64) -> Facts {
    let mut facts = Facts::opened(after(0));
    facts.messages = vec![Message { at: after(35), from: Side::Office }];
    let pause = |number: i64| Pause {
        reason: PauseReason::WaitingForRequester,
        from: after(60 + number * 10),
        to: Some(after(65 + number * 10)),
    };
    facts.pauses = (0..pauses).map(pause).collect();
    let resolved = StepKind::Resolved(Outcome::Final);
    facts.steps = vec![Step { at: after(6_000 + pauses * 10), kind: resolved }];
    facts
}

/// Measures both.
pub(super) fn measure() -> Result<Value, Failure> {
    let desk = Desk::open()?;
    Ok(json!({
        "ordinary": desk.measure(&request(2), 50_000)?,
        "paused_ten_thousand_times": desk.measure(&request(10_000), 20)?,
    }))
}
