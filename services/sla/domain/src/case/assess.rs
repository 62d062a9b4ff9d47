//! Assessing: which clocks a request should have, by which versions, and how each should stand.
//!
//! Follow and pinned are decided here. A clock that is judged already keeps the versions it was judged by.

use kernel::{CalendarId, PolicyId, Timestamp};

use super::{Basis, ClockKey, End, Expected, State};
use crate::{
    calendar::{Hours, Timetable},
    clock::{Explanation, Facts, Promise, Terms, evaluate, explain},
    policy::{Rules, Subject, Target},
    versions::Versions,
    words::{CancelReason, Metric, Mode, OnReopen},
};

/// Where the published calendars are found.
pub trait Calendars: Sync {
    /// All versions of a calendar.
    fn calendar(&self, id: &CalendarId) -> Option<&Versions<Timetable>>;
}

impl Calendars for std::collections::BTreeMap<CalendarId, Versions<Timetable>> {
    fn calendar(&self, id: &CalendarId) -> Option<&Versions<Timetable>> {
        self.get(id)
    }
}

impl Calendars for std::collections::HashMap<CalendarId, Versions<Timetable>> {
    fn calendar(&self, id: &CalendarId) -> Option<&Versions<Timetable>> {
        self.get(id)
    }
}

/// All that decides how the clocks of a request should stand.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// The facts of the request.
    pub facts: &'a Facts,
    /// What policies look at.
    pub subject: &'a Subject,
    /// The policy in use, if there is one.
    pub policy: Option<(&'a PolicyId, &'a Versions<Rules>)>,
    /// The calendars.
    pub calendars: &'a dyn Calendars,
    /// As of when.
    pub now: Timestamp,
}

/// What a look found.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// How every clock should stand.
    pub clocks: Vec<Expected>,
    /// The earliest instant ahead at which something changes by itself: a warning, a due instant, or a version or late
    /// closure that comes to count.
    pub next_wake: Option<Timestamp>,
}

/// A calendar or policy version that is referred to but not there (yet): try again when it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unready {
    /// The calendar.
    #[error("calendar {0} is not published yet")]
    Calendar(CalendarId),
    /// The version of a policy.
    #[error("policy {0} version {1} is not published yet")]
    Policy(PolicyId, u32),
}

/// A target with the versions it is judged by.
struct Judge<'a> {
    terms: Terms<'a>,
    basis: Basis,
    /// When other versions come to count, if the target follows them.
    next_change: Option<Timestamp>,
}

/// Assesses a request against what is recorded of it.
///
/// # Errors
/// When a version that is needed is not there.
pub fn assess(state: &State, look: &Look<'_>) -> Result<Assessment, Unready> {
    let mut found = Assessment { clocks: Vec::new(), next_wake: None };
    for metric in Metric::ALL.iter().copied().filter(|metric| metric.runs()) {
        let current = look.current(metric)?;
        let mut expected = current.as_ref().map_or_else(Vec::new, |judge| judge.expect(look));
        for (clock, record) in state.clocks.iter().filter(|(clock, _)| clock.metric == metric) {
            if record.is_judged() {
                expected.retain(|one| one.cycle.number != clock.cycle);
                let dropped = matches!(
                    record.end,
                    Some(End::Cancelled { reason: CancelReason::NoTarget, .. })
                );
                if !dropped {
                    let all = look.judged(metric, &record.basis)?.expect(look);
                    expected.extend(all.into_iter().filter(|one| one.cycle.number == clock.cycle));
                }
            }
        }
        expected.sort_by_key(|one| one.cycle.number);
        let open = expected.iter().any(|one| one.cycle.stopped_at.is_none());
        let change = current.and_then(|judge| judge.next_change).filter(|_| open);
        let wakes = expected.iter().filter_map(|one| one.cycle.next_wake).chain(change);
        found.next_wake = found.next_wake.into_iter().chain(wakes).min();
        found.clocks.extend(expected);
    }
    Ok(found)
}

/// Explains the due date of a clock; `None` when the request has no such clock.
///
/// # Errors
/// When a version that is needed is not there.
pub fn explain_due(
    state: &State,
    look: &Look<'_>,
    clock: ClockKey,
) -> Result<Option<(Basis, Explanation)>, Unready> {
    let judge = match state.clocks.get(&clock).filter(|record| record.is_judged()) {
        Some(record) => Some(look.judged(clock.metric, &record.basis)?),
        None => look.current(clock.metric)?,
    };
    Ok(judge.and_then(|judge| {
        let explanation = explain(look.facts, &judge.terms, clock.cycle, look.now)?;
        Some((judge.basis, explanation))
    }))
}

impl Judge<'_> {
    fn expect(&self, look: &Look<'_>) -> Vec<Expected> {
        let metric = self.terms.metric;
        let cycles = evaluate(look.facts, &self.terms, look.now);
        let basis = &self.basis;
        cycles.into_iter().map(|cycle| Expected { metric, cycle, basis: basis.clone() }).collect()
    }
}

impl<'a> Look<'a> {
    /// The target that applies now, with the versions that count now.
    fn current(&self, metric: Metric) -> Result<Option<Judge<'a>>, Unready> {
        if self.facts.imported {
            return Ok(self.stated(metric));
        }
        let Some((id, versions)) = self.policy else { return Ok(None) };
        let (now, opened) = (self.now, self.facts.opened_at);
        let Some(mut version) = versions.in_force(opened, opened) else { return Ok(None) };
        let Some(mut found) = version.content.target(self.subject, metric) else {
            return Ok(None);
        };
        let follows = found.1.policy_mode == Mode::Follow;
        if let Some(latest) = versions.in_force(now, now).filter(|_| follows) {
            let Some(target) = latest.content.target(self.subject, metric) else {
                return Ok(None);
            };
            (version, found) = (latest, target);
        }
        let (entry, target) = found;
        let unready = || Unready::Calendar(target.calendar.clone());
        let calendars = self.calendars.calendar(&target.calendar).ok_or_else(unready)?;
        let as_of = if target.calendar_mode == Mode::Follow { now } else { opened };
        let calendar = calendars.in_force(as_of, as_of).ok_or_else(unready)?;
        let length = target.length_for(self.subject.tier);
        let basis = Basis::Reckoned {
            policy: id.clone(),
            policy_version: version.version,
            entry,
            length,
            calendar: target.calendar.clone(),
            calendar_version: calendar.version,
            calendar_known: calendar.content.latest_edge(as_of),
        };
        let policy_change = versions.next_change(now).filter(|_| follows);
        let edge = calendar.content.next_edge(now);
        let calendar_change = edge.into_iter().chain(calendars.next_change(now)).min();
        let calendar_change = calendar_change.filter(|_| target.calendar_mode == Mode::Follow);
        Ok(Some(Judge {
            terms: terms(target, length, calendar.content.known_at(as_of)),
            basis,
            next_change: policy_change.into_iter().chain(calendar_change).min(),
        }))
    }

    /// The target a clock was judged by.
    fn judged(&self, metric: Metric, basis: &Basis) -> Result<Judge<'a>, Unready> {
        let Basis::Reckoned { policy, policy_version, entry, length, calendar, .. } = basis else {
            let due = self.facts.stated_due.unwrap_or(self.facts.opened_at);
            return Ok(stated(metric, due));
        };
        let unready = || Unready::Policy(policy.clone(), *policy_version);
        let (_, versions) = self.policy.ok_or_else(unready)?;
        let version = versions.numbered(*policy_version).ok_or_else(unready)?;
        let target = version.content.numbered(*entry, metric).ok_or_else(unready)?;
        let hours = self.hours(basis).ok_or_else(|| Unready::Calendar(calendar.clone()))?;
        let terms = terms(target, *length, hours);
        Ok(Judge { terms, basis: basis.clone(), next_change: None })
    }

    fn hours(&self, basis: &Basis) -> Option<&'a Hours> {
        let Basis::Reckoned { calendar, calendar_version, calendar_known, .. } = basis else {
            return None;
        };
        let version = self.calendars.calendar(calendar)?.numbered(*calendar_version)?;
        Some(version.content.known_at(calendar_known.unwrap_or(Timestamp::MIN)))
    }

    fn stated(&self, metric: Metric) -> Option<Judge<'a>> {
        let due = self.facts.stated_due.filter(|_| metric == Metric::FirstResolution)?;
        Some(stated(metric, due))
    }
}

fn terms<'a>(target: &'a Target, length: crate::clock::Length, hours: &'a Hours) -> Terms<'a> {
    Terms {
        metric: target.metric,
        promise: Promise::Reckoned { length, hours },
        pauses: &target.pauses,
        warn_at: &target.warn_at,
        on_reopen: target.on_reopen,
    }
}

fn stated<'a>(metric: Metric, due: Timestamp) -> Judge<'a> {
    let terms = Terms {
        metric,
        promise: Promise::Stated(due),
        pauses: &[],
        warn_at: &[],
        on_reopen: OnReopen::ResumeExcludingGap,
    };
    Judge { terms, basis: Basis::Stated, next_change: None }
}
