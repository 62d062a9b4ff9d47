//! What if: how clocks would stand by rules that are not published. Nothing here is recorded.
//!
//! [`Draft`] judges requests as if a policy had been in force all along; [`Tallies`] sets that beside what is recorded.
//! [`preview`] says what a version of a policy would do to the requests that are open now.

mod preview;
mod tally;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use kernel::{PolicyId, RequestTypeId, Timestamp};

pub use preview::{Moved, Stand, preview};
pub use tally::{Change, Comparison, Ratio, Replayed, Row, Tallies};

use crate::{
    case::{Calendars, Look, State, Unready, assess},
    clock::{CycleState, Facts},
    policy::{Entry, Rules, Subject},
    versions::{Published, Versions},
    words::Metric,
};

/// How a cycle of a clock came out so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// There is no such clock.
    None,
    /// Done in time.
    Met,
    /// Done late.
    Missed,
    /// Late and not done.
    MissedOpen,
    /// Time runs.
    Running,
    /// It waits.
    Paused,
    /// No longer judged.
    Cancelled,
}

impl Verdict {
    /// Whether it counts in a rate: kept or broken, and not only under way.
    #[must_use]
    pub const fn is_judged(self) -> bool {
        matches!(self, Self::Met | Self::Missed | Self::MissedOpen)
    }
}

impl From<CycleState> for Verdict {
    fn from(state: CycleState) -> Self {
        match state {
            CycleState::Running => Self::Running,
            CycleState::Paused => Self::Paused,
            CycleState::Met => Self::Met,
            CycleState::Missed => Self::Missed,
            CycleState::MissedOpen => Self::MissedOpen,
            CycleState::Cancelled(_) | CycleState::Superseded => Self::Cancelled,
        }
    }
}

/// A policy as if it had been in force all along, for one metric; shared by whoever reckons at the same time.
pub struct Draft<C> {
    policy: PolicyId,
    metric: Metric,
    calendars: C,
    now: Timestamp,
    /// What can apply to requests of the types that an entry names.
    by_type: HashMap<RequestTypeId, Versions<Rules>>,
    /// What can apply to all others.
    others: Versions<Rules>,
    /// What can apply to a request that was of one type first and of another later.
    changed: Versions<Rules>,
}

impl<C: Calendars> Draft<C> {
    /// Takes a policy's rules, the calendars it reckons in, and the instant as of which to judge.
    #[must_use]
    pub fn new(
        (policy, rules): (PolicyId, &Rules),
        metric: Metric,
        calendars: C,
        now: Timestamp,
    ) -> Self {
        let named = rules.entries.iter().flat_map(|entry| &entry.matching.request_types);
        let by_type = named.map(|kind| (kind.clone(), for_type(rules, metric, Some(kind))));
        Self {
            policy,
            metric,
            calendars,
            now,
            by_type: by_type.collect(),
            others: for_type(rules, metric, None),
            changed: only(&rules.entries.iter().collect::<Vec<_>>(), metric),
        }
    }

    /// How the request's clock would stand, by its cycles, the first one first.
    ///
    /// An import says when a request was opened and resolved, and nothing of what came between. So it is reckoned like any
    /// other by what it was resolved by; for another metric it has no clock.
    ///
    /// # Errors
    /// When a calendar is not there.
    pub fn judge(&self, facts: Facts, subject: &Subject) -> Result<Vec<Verdict>, Unready> {
        let told = matches!(self.metric, Metric::FirstResolution | Metric::TotalResolution);
        if facts.imported && !told {
            return Ok(Vec::new());
        }
        let facts = Facts { imported: false, stated_due: None, ..facts };
        let versions = if facts.changes.is_empty() {
            self.by_type.get(&subject.request_type).unwrap_or(&self.others)
        } else {
            &self.changed
        };
        let look = Look {
            facts: &facts,
            subject,
            policy: Some((&self.policy, versions)),
            calendars: &self.calendars,
            now: self.now,
        };
        let clocks = assess(&State::default(), &look)?.clocks;
        let ours = clocks.iter().filter(|clock| clock.metric == self.metric);
        Ok(ours.map(|clock| clock.cycle.state.into()).collect())
    }
}

/// The entries that can decide for a type, with their targets of the metric alone: a year's requests are reckoned by them.
fn for_type(rules: &Rules, metric: Metric, kind: Option<&RequestTypeId>) -> Versions<Rules> {
    let decides = |entry: &&Entry| {
        let types = &entry.matching.request_types;
        let is_for = types.is_empty() || kind.is_some_and(|kind| types.contains(kind));
        is_for && entry.settles().any(|settled| settled == metric)
    };
    only(&rules.entries.iter().filter(decides).collect::<Vec<_>>(), metric)
}

/// Entries with their targets of one metric alone.
fn only(entries: &[&Entry], metric: Metric) -> Versions<Rules> {
    let entries = entries.iter().map(|entry| Entry {
        targets: entry.target(metric).cloned().into_iter().collect(),
        without: entry.without.iter().copied().filter(|one| *one == metric).collect(),
        ..(*entry).clone()
    });
    let mut content = Rules { entries: entries.collect() };
    // Warnings and the ladder change no verdict, and each costs a reckoning.
    for target in content.entries.iter_mut().flat_map(|entry| &mut entry.targets) {
        target.warn_at.clear();
        target.escalations.clear();
    }
    let always = Timestamp::MIN;
    let mut versions = Versions::default();
    versions.add(Published { version: 1, effective_from: always, published_at: always, content });
    versions
}
