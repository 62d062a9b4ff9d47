//! A desk for tests: a policy, calendars, one request, and the record of its clocks. Its days are those of February 2026,
//! of which the second is a Monday; its office is open from eight to four on weekdays, by the clock of Greenwich.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kernel::{CalendarId, Decider, EventCodec, PolicyId, Priority, Tier};
use sla_domain::{
    calendar::{Definition, Timetable},
    case::{
        Acknowledge, Assessment, Case, ClockKey, Command, Event, Look, Reconcile, Refusal,
        Snapshot, State, assess, explain_due,
    },
    clock::{
        Change, Cycle, CycleState, Explanation, Facts, Message, Outcome, Pause, Side, Step,
        StepKind, Tenure,
    },
    policy::{Rules, Subject},
    versions::{Published, Versions},
    words::{Cause, Metric, PauseReason},
};

/// An instant of February 2026: `02T09:00`.
pub(crate) fn at(time: &str) -> Timestamp {
    format!("2026-02-{time}:00Z").parse().unwrap()
}

const OFFICE: &str = r#"zone = "UTC"
[weekly]
mon = [["08:00", "16:00"]]
tue = [["08:00", "16:00"]]
wed = [["08:00", "16:00"]]
thu = [["08:00", "16:00"]]
fri = [["08:00", "16:00"]]
"#;

/// One request at one office.
pub(crate) struct Desk {
    id: PolicyId,
    pub(crate) policies: Versions<Rules>,
    pub(crate) calendars: BTreeMap<CalendarId, Versions<Timetable>>,
    pub(crate) facts: Facts,
    pub(crate) subject: Subject,
    pub(crate) state: State,
}

impl Desk {
    /// With one target for every request; opened on Monday at nine.
    pub(crate) fn new(target: &str) -> Self {
        Self::with(&format!("[[entries]]\ntargets = [{target}]"))
    }

    /// With the entries of a policy.
    pub(crate) fn with(entries: &str) -> Self {
        let mut desk = Self {
            id: "standard".parse().unwrap(),
            policies: Versions::default(),
            calendars: BTreeMap::new(),
            facts: Facts::opened(at("02T09:00")),
            subject: subject(Priority::P3),
            state: State::default(),
        };
        desk.publish(1, entries);
        let always = |day: &str| format!("{day} = [[\"00:00\", \"24:00\"]]\n");
        let week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(always).concat();
        desk.open(1, "office", OFFICE);
        desk.open(1, "always", &format!("zone = \"UTC\"\n[weekly]\n{week}"));
        desk
    }

    /// Publishes a version of the policy.
    pub(crate) fn publish(&mut self, version: u32, entries: &str) {
        let file = format!("[defaults]\ncalendar = \"office\"\npauses = []\n{entries}");
        self.policies.add(published(version, Rules::read(&file).unwrap()));
    }

    /// Publishes a version of a calendar.
    pub(crate) fn open(&mut self, version: u32, name: &str, file: &str) {
        let calendar = Timetable::new(Definition::read(file).unwrap());
        let versions = self.calendars.entry(name.parse().unwrap()).or_default();
        versions.add(published(version, calendar));
    }

    /// How its clocks should stand at an instant.
    pub(crate) fn assess(&self, now: Timestamp) -> Assessment {
        assess(&self.state, &self.seen(now)).unwrap()
    }

    fn seen(&self, now: Timestamp) -> Look<'_> {
        let policy = Some((&self.id, &self.policies));
        let Self { facts, subject, calendars, .. } = self;
        Look { facts, subject, policy, calendars, now }
    }

    /// The explanation of a clock's due date.
    pub(crate) fn explain(&self, clock: ClockKey, now: Timestamp) -> Explanation {
        explain_due(&self.state, &self.seen(now), clock).unwrap().unwrap().1
    }

    /// Looks at the request; what happens.
    pub(crate) fn look_at(&mut self, now: Timestamp) -> Vec<Event> {
        let clocks = self.assess(now).clocks;
        let (snapshot, cause) = (snapshot(), Cause::Change);
        let command = Command::Reconcile(Reconcile { snapshot, member: None, clocks, cause });
        let events = Case::decide(&self.state, command, now).unwrap();
        self.keep(&events);
        events
    }

    /// Looks at the request; the names of what happens, each with its instant.
    pub(crate) fn look(&mut self, now: &str) -> Vec<String> {
        self.look_at(at(now)).iter().map(told).collect()
    }

    /// Takes notice of a step of the ladder; how many events that makes.
    pub(crate) fn acknowledge(&mut self, clock: ClockKey, step: u32) -> Result<usize, Refusal> {
        let command = Command::Acknowledge(Acknowledge { clock, step, by: "lead".to_owned() });
        let events = Case::decide(&self.state, command, at("02T12:05"))?;
        self.keep(&events);
        Ok(events.len())
    }

    fn keep(&mut self, events: &[Event]) {
        for event in events {
            self.state = Case::evolve(std::mem::take(&mut self.state), event);
        }
    }

    /// The cycles of the one metric, each as it stands.
    pub(crate) fn stand(&self, now: &str) -> Vec<String> {
        self.assess(at(now)).clocks.iter().map(|clock| line(&clock.cycle)).collect()
    }

    /// The one cycle there is.
    pub(crate) fn cycle(&self, now: &str) -> Cycle {
        let mut clocks = self.assess(at(now)).clocks;
        assert_eq!(clocks.len(), 1);
        clocks.remove(0).cycle
    }

    pub(crate) fn office(&mut self, times: &[&str]) {
        self.facts.messages.extend(times.iter().map(|time| from(Side::Office, time)));
    }

    pub(crate) fn requester(&mut self, times: &[&str]) {
        self.facts.messages.extend(times.iter().map(|time| from(Side::Requester, time)));
    }

    pub(crate) fn resolved(&mut self, time: &str) {
        self.step(time, StepKind::Resolved(Outcome::Final));
    }

    pub(crate) fn reopened(&mut self, time: &str) {
        self.step(time, StepKind::Reopened);
    }

    pub(crate) fn step(&mut self, time: &str, kind: StepKind) {
        self.facts.steps.push(Step { at: at(time), kind });
    }

    pub(crate) fn wait(&mut self, reason: PauseReason, from: &str, to: Option<&str>) {
        self.facts.pauses.push(Pause { reason, from: at(from), to: to.map(at) });
    }

    pub(crate) fn held(&mut self, from: &str, team: &str) {
        self.facts.tenures.push(Tenure { from: at(from), team: team.parse().ok() });
    }

    /// Changes the priority.
    pub(crate) fn change(&mut self, time: &str, to: Priority) {
        let before = std::mem::replace(&mut self.subject, subject(to));
        self.facts.changes.push(Change { at: at(time), before });
    }
}

fn published<T>(version: u32, content: T) -> Published<T> {
    let from = at("01T00:00");
    Published { version, effective_from: from, published_at: from, content }
}

fn from(side: Side, time: &str) -> Message {
    Message { at: at(time), from: side }
}

pub(crate) fn subject(priority: Priority) -> Subject {
    Subject {
        request_type: "TEC1".parse().unwrap(),
        category: vec!["technology".to_owned()],
        priority: Some(priority),
        tier: Some(Tier::Targeted),
        school_level: None,
    }
}

fn snapshot() -> Snapshot {
    Snapshot {
        request_type: "TEC1".parse().unwrap(),
        priority: Some(Priority::P3),
        team: None,
        school: None,
        network: None,
        tier: None,
    }
}

/// The first cycle of a metric's clock.
pub(crate) const fn first(metric: Metric) -> ClockKey {
    ClockKey { metric, cycle: 1 }
}

fn told(event: &Event) -> String {
    let at = event.occurred_at().map(|at| at.strftime(" %dT%H:%M").to_string());
    let name = event.name().trim_start_matches("clock_");
    format!("{}: {name}{}", event.clock().cycle, at.unwrap_or_default())
}

/// A cycle in one line: `met 02T09:00 due 02T13:00 at 02T11:00`.
fn line(cycle: &Cycle) -> String {
    let time = |word: &str, at: Option<Timestamp>| {
        at.map(|at| format!("{word}{}", at.strftime("%dT%H:%M"))).unwrap_or_default()
    };
    let state = match cycle.state {
        CycleState::Running => "running",
        CycleState::Paused => "paused",
        CycleState::Met => "met",
        CycleState::Missed => "missed",
        CycleState::MissedOpen => "missed_open",
        CycleState::Cancelled(reason) => reason.as_str(),
        CycleState::Superseded => "superseded",
    };
    let start = time(" ", Some(cycle.started_at));
    format!("{state}{start}{}{}", time(" due ", cycle.due), time(" at ", cycle.stopped_at))
}
