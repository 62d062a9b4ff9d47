//! Looking at a request: what there is to see, and which target by which versions judges it.
//!
//! Follow and pinned are decided here.

use kernel::{CalendarId, PolicyId, Timestamp};

use super::Basis;
use crate::{
    calendar::{Hours, Timetable},
    clock::{Facts, Ladder, Promise, Terms},
    policy::{Rules, Subject, Target},
    versions::{Published, Versions},
    words::{Metric, Mode, OnChange, OnReopen, Start},
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
    /// What policies look at, after the last change.
    pub subject: &'a Subject,
    /// The policy in use, if there is one.
    pub policy: Option<(&'a PolicyId, &'a Versions<Rules>)>,
    /// The calendars.
    pub calendars: &'a dyn Calendars,
    /// As of when.
    pub now: Timestamp,
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

/// Which versions count.
#[derive(Debug, Clone, Copy)]
pub(super) enum Versioned<'r> {
    /// Those that count now for what is not judged yet.
    Now,
    /// Those that a clock was judged by: no other touches it.
    As(&'r Basis),
}

/// Without a policy there is no target; what was judged by one waits until it is there again.
fn without_policy<'a>(versioned: Versioned<'_>) -> Result<Option<Judge<'a>>, Unready> {
    match versioned {
        Versioned::As(Basis::Reckoned { policy, policy_version, .. }) => {
            Err(Unready::Policy(policy.clone(), *policy_version))
        }
        Versioned::As(Basis::Stated) | Versioned::Now => Ok(None),
    }
}

/// A target with the versions it is judged by.
#[derive(Debug, Clone)]
pub(super) struct Judge<'a> {
    pub(super) terms: Terms<'a>,
    pub(super) basis: Basis,
    pub(super) on_change: OnChange,
    /// When other versions come to count, if the target follows them.
    pub(super) next_change: Option<Timestamp>,
}

impl<'a> Look<'a> {
    /// The target that applies to a request that looks like this; `None` if none does.
    pub(super) fn judge(
        &self,
        subject: &Subject,
        metric: Metric,
        versioned: Versioned<'_>,
    ) -> Result<Option<Judge<'a>>, Unready> {
        if self.facts.imported {
            return Ok(self.stated(metric));
        }
        let Some((id, versions)) = self.policy else { return without_policy(versioned) };
        let Some(version) = self.version(id, versions, subject, metric, versioned)? else {
            return Ok(None);
        };
        let Some((entry, target)) = version.content.target(subject, metric) else {
            return Ok(None);
        };
        let (calendar, as_of, next_edge) = self.calendar(target, versioned)?;
        let length = target.length_for(subject.tier);
        let follows = target.policy_mode == Mode::Follow;
        let policy_change = versions.next_change(self.now).filter(|_| follows);
        let basis = Basis::Reckoned {
            policy: id.clone(),
            policy_version: version.version,
            entry,
            length,
            calendar: target.calendar.clone(),
            calendar_version: calendar.version,
            calendar_known: calendar.content.latest_edge(as_of),
        };
        Ok(Some(Judge {
            terms: self.terms(target, length, calendar.content.known_at(as_of))?,
            basis,
            on_change: target.on_change,
            next_change: policy_change.into_iter().chain(next_edge).min(),
        }))
    }

    /// The policy version that counts; `None` if there is none, or none with a target.
    fn version(
        &self,
        id: &PolicyId,
        versions: &'a Versions<Rules>,
        subject: &Subject,
        metric: Metric,
        versioned: Versioned<'_>,
    ) -> Result<Option<&'a Published<Rules>>, Unready> {
        if let Versioned::As(Basis::Reckoned { policy_version, .. }) = versioned {
            let unready = || Unready::Policy(id.clone(), *policy_version);
            return versions.numbered(*policy_version).ok_or_else(unready).map(Some);
        }
        let (now, opened) = (self.now, self.facts.opened_at);
        let Some(version) = versions.in_force(opened, opened) else { return Ok(None) };
        let target = version.content.target(subject, metric);
        let follows = target.is_some_and(|(_, target)| target.policy_mode == Mode::Follow);
        Ok(if follows { versions.in_force(now, now) } else { Some(version) })
    }

    /// The calendar version that counts, as known when, and when that changes.
    fn calendar(
        &self,
        target: &Target,
        versioned: Versioned<'_>,
    ) -> Result<(&'a Published<Timetable>, Timestamp, Option<Timestamp>), Unready> {
        let unready = || Unready::Calendar(target.calendar.clone());
        let calendars = self.calendars.calendar(&target.calendar).ok_or_else(unready)?;
        match versioned {
            Versioned::As(Basis::Reckoned {
                calendar, calendar_version, calendar_known, ..
            }) if *calendar == target.calendar => {
                let version = calendars.numbered(*calendar_version).ok_or_else(unready)?;
                Ok((version, calendar_known.unwrap_or(Timestamp::MIN), None))
            }
            Versioned::Now | Versioned::As(_) => {
                let follows = target.calendar_mode == Mode::Follow;
                let as_of = if follows { self.now } else { self.facts.opened_at };
                let version = calendars.in_force(as_of, as_of).ok_or_else(unready)?;
                let edge = version.content.next_edge(self.now);
                let next = edge.into_iter().chain(calendars.next_change(self.now)).min();
                Ok((version, as_of, next.filter(|_| follows)))
            }
        }
    }

    fn terms(
        &self,
        target: &'a Target,
        length: crate::clock::Length,
        hours: &'a Hours,
    ) -> Result<Terms<'a>, Unready> {
        let ladder = if target.escalations.is_empty() {
            None
        } else {
            Some(Ladder { steps: &target.escalations, hours: self.notified_in(target)? })
        };
        Ok(Terms {
            metric: target.metric,
            promise: Promise::Reckoned { length, hours },
            pauses: &target.pauses,
            warn_at: &target.warn_at,
            start: target.start,
            on_reopen: target.on_reopen,
            ladder,
        })
    }

    /// People are told by the hours that are known now, whatever judges.
    fn notified_in(&self, target: &Target) -> Result<&'a Hours, Unready> {
        let calendar = target.notified_in();
        let unready = || Unready::Calendar(calendar.clone());
        let versions = self.calendars.calendar(calendar).ok_or_else(unready)?;
        let version = versions.in_force(self.now, self.now).ok_or_else(unready)?;
        Ok(version.content.known_at(self.now))
    }

    /// What the source of an import states.
    fn stated(&self, metric: Metric) -> Option<Judge<'a>> {
        let due = self.facts.stated_due.filter(|_| metric == Metric::FirstResolution)?;
        let terms = Terms {
            metric,
            promise: Promise::Stated(due),
            pauses: &[],
            warn_at: &[],
            start: Start::Received,
            on_reopen: OnReopen::ResumeExcludingGap,
            ladder: None,
        };
        let on_change = OnChange::Keep;
        Some(Judge { terms, basis: Basis::Stated, on_change, next_change: None })
    }
}
