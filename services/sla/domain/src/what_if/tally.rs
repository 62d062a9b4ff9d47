//! Counting: attainment before and after, per team and tier, and the clocks whose verdict changes.

use std::collections::BTreeMap;

use kernel::{StreamId, TeamId, Tier};

use super::Verdict;

/// Kept promises of those that can be judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ratio {
    /// Kept.
    pub met: u32,
    /// Kept or broken: met, missed, and missed with the request still open.
    pub of: u32,
}

/// A rate as recorded, and as it would have been.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Comparison {
    /// As recorded.
    pub before: Ratio,
    /// By the draft.
    pub after: Ratio,
}

/// What is compared of one team.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// All its requests.
    pub all: Comparison,
    /// By the tiers of the schools; `None` is unknown.
    pub tiers: BTreeMap<Option<Tier>, Comparison>,
}

/// A cycle of a clock that came out otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The request.
    pub request: StreamId,
    /// Which run of the clock, from 1.
    pub cycle: u32,
    /// As recorded.
    pub before: Verdict,
    /// By the draft.
    pub after: Verdict,
}

/// One request, as recorded and by the draft: verdicts by cycle, the first one first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// The request.
    pub request: StreamId,
    /// Who holds it now.
    pub team: Option<TeamId>,
    /// The tier of its school at the opening.
    pub tier: Option<Tier>,
    /// As recorded.
    pub before: Vec<Verdict>,
    /// By the draft.
    pub after: Vec<Verdict>,
}

/// What was counted so far. Parts can be counted apart and added, in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tallies {
    /// How many requests were replayed, those without a clock included.
    pub requests: u32,
    /// All together.
    pub all: Comparison,
    /// By the teams that hold them now; `None` is nobody.
    pub teams: BTreeMap<Option<TeamId>, Row>,
    /// What changes, by request and cycle once it is [sorted](Self::sorted).
    pub changes: Vec<Change>,
}

impl Ratio {
    fn take(&mut self, verdict: Verdict) {
        self.met += u32::from(verdict == Verdict::Met);
        self.of += u32::from(verdict.is_judged());
    }

    const fn add(&mut self, other: Self) {
        self.met += other.met;
        self.of += other.of;
    }
}

impl Comparison {
    fn take(&mut self, before: Verdict, after: Verdict) {
        self.before.take(before);
        self.after.take(after);
    }

    const fn add(&mut self, other: Self) {
        self.before.add(other.before);
        self.after.add(other.after);
    }
}

impl Tallies {
    /// Counts a request.
    pub fn take(&mut self, one: Replayed) {
        let Replayed { request, team, tier, before, after } = one;
        let mut counted = Comparison::default();
        for (cycle, index) in (1..).zip(0..before.len().max(after.len())) {
            let verdict = |list: &[Verdict]| list.get(index).copied().unwrap_or(Verdict::None);
            let (before, after) = (verdict(&before), verdict(&after));
            counted.take(before, after);
            if before != after {
                self.changes.push(Change { request, cycle, before, after });
            }
        }
        self.requests += 1;
        self.all.add(counted);
        let row = self.teams.entry(team).or_default();
        row.all.add(counted);
        row.tiers.entry(tier).or_default().add(counted);
    }

    /// Adds what was counted elsewhere.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.requests += other.requests;
        self.all.add(other.all);
        for (team, row) in other.teams {
            let ours = self.teams.entry(team).or_default();
            ours.all.add(row.all);
            for (tier, comparison) in row.tiers {
                ours.tiers.entry(tier).or_default().add(comparison);
            }
        }
        self.changes.extend(other.changes);
        self
    }

    /// With the changes in the order of requests and cycles.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.changes.sort_unstable();
        self
    }
}
