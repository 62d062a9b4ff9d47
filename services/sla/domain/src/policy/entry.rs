//! What a policy says: ordered entries, each with which requests it is for and what it promises them.

use std::collections::BTreeMap;

use kernel::{CalendarId, Priority, RequestTypeId, SchoolLevel, Tier};

use crate::{
    clock::{Escalation, Length},
    words::{Metric, Mode, OnChange, OnReopen, PauseReason, Start},
};

/// What a policy looks at in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The request type.
    pub request_type: RequestTypeId,
    /// The category path of the type, widest first.
    pub category: Vec<String>,
    /// The priority, if known.
    pub priority: Option<Priority>,
    /// The school's tier, if known.
    pub tier: Option<Tier>,
    /// The school's level, if known.
    pub school_level: Option<SchoolLevel>,
}

/// Which requests an entry is for: every list that is not empty must contain the request's value. What is unknown of a
/// request is in no list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Match {
    /// Request types.
    pub request_types: Vec<RequestTypeId>,
    /// Categories; one of the request's category path is enough.
    pub categories: Vec<String>,
    /// Priorities.
    pub priorities: Vec<Priority>,
    /// Tiers.
    pub tiers: Vec<Tier>,
    /// School levels.
    pub school_levels: Vec<SchoolLevel>,
}

impl Match {
    /// Whether it is for every request.
    #[must_use]
    pub fn is_any(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it is for this request.
    #[must_use]
    pub fn holds(&self, subject: &Subject) -> bool {
        let category = self.categories.is_empty()
            || subject.category.iter().any(|one| self.categories.contains(one));
        category
            && within(&self.request_types, Some(&subject.request_type))
            && within(&self.priorities, subject.priority.as_ref())
            && within(&self.tiers, subject.tier.as_ref())
            && within(&self.school_levels, subject.school_level.as_ref())
    }
}

fn within<T: PartialEq>(list: &[T], value: Option<&T>) -> bool {
    list.is_empty() || value.is_some_and(|value| list.contains(value))
}

/// What must happen by when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What must happen.
    pub metric: Metric,
    /// How long it may take at a school of tier 1, and where the tier is unknown.
    pub length: Length,
    /// How long at schools of other tiers, where it differs.
    pub length_by_tier: BTreeMap<Tier, Length>,
    /// The calendar it is reckoned in.
    pub calendar: CalendarId,
    /// The pause reasons that stop the clock.
    pub pauses: Vec<PauseReason>,
    /// Percentages of the target at which a warning is due.
    pub warn_at: Vec<u8>,
    /// Whether later calendar versions count.
    pub calendar_mode: Mode,
    /// Whether later policy versions count.
    pub policy_mode: Mode,
    /// From when on the clock runs.
    pub start: Start,
    /// What a change of the request does, where another target applies afterwards.
    pub on_change: OnChange,
    /// What a reopening does.
    pub on_reopen: OnReopen,
    /// Who is told when it becomes late, in order.
    pub escalations: Vec<Escalation>,
    /// The calendar in whose hours they are told; that of the target if it names none.
    pub notification_calendar: Option<CalendarId>,
}

impl Target {
    /// How long it may take at a school of this tier.
    #[must_use]
    pub fn length_for(&self, tier: Option<Tier>) -> Length {
        tier.and_then(|tier| self.length_by_tier.get(&tier)).copied().unwrap_or(self.length)
    }

    /// The calendar in whose hours people are told.
    #[must_use]
    pub fn notified_in(&self) -> &CalendarId {
        self.notification_calendar.as_ref().unwrap_or(&self.calendar)
    }
}

/// One entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// A name for people; empty if none.
    pub name: String,
    /// Which requests it is for.
    pub matching: Match,
    /// Its targets, at most one per metric.
    pub targets: Vec<Target>,
    /// Metrics for which its requests have no target on purpose.
    pub without: Vec<Metric>,
}

impl Entry {
    /// The metrics it settles for its requests, with or without a target.
    pub fn settles(&self) -> impl Iterator<Item = Metric> {
        self.targets.iter().map(|target| target.metric).chain(self.without.iter().copied())
    }

    /// The target for a metric.
    #[must_use]
    pub fn target(&self, metric: Metric) -> Option<&Target> {
        self.targets.iter().find(|target| target.metric == metric)
    }
}

/// A policy as its file says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// The entries in their order.
    pub entries: Vec<Entry>,
}

impl Rules {
    /// The target of a metric for a request, with the number of its entry, from 1: the first entry that is for the
    /// request and settles the metric decides.
    #[must_use]
    pub fn target(&self, subject: &Subject, metric: Metric) -> Option<(u32, &Target)> {
        let decides = |entry: &&Entry| {
            entry.settles().any(|settled| settled == metric) && entry.matching.holds(subject)
        };
        let index = self.entries.iter().position(|entry| decides(&entry))?;
        Some((u32::try_from(index + 1).ok()?, self.entries[index].target(metric)?))
    }

    /// Every calendar it reckons in.
    pub fn calendars(&self) -> impl Iterator<Item = &CalendarId> {
        let targets = self.entries.iter().flat_map(|entry| &entry.targets);
        targets
            .flat_map(|target| [Some(&target.calendar), target.notification_calendar.as_ref()])
            .flatten()
    }
}
