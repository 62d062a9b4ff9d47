//! Attainment in three definitions, and durations with censoring, over any set of judged cases.
//!
//! Three common definitions of one log give three answers, so each is computed and named: on a city's year
//! 75.8 % of the closed, 66.2 % with open overdue ones as missed, 63.2 % of those due by the evaluation instant.
//! The last is the one to publish: it cannot be flattered by leaving work open or by finishing early.

use crate::{
    judgement::{Judged, Promise, Standing},
    survival::{Duration, Share, quantiles},
};

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ratio {
    /// Promises kept.
    pub met: u32,
    /// Promises judged.
    pub of: u32,
}

impl Ratio {
    fn count(&mut self, met: bool) {
        self.of += 1;
        self.met += u32::from(met);
    }
}

/// How many promises were kept. Instants are compared; fulfilled exactly at the due instant is met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attainment {
    /// Among resolved requests with a target.
    pub closed_only: Ratio,
    /// The same, and open ones past their due instant as missed.
    pub open_overdue_as_missed: Ratio,
    /// Among requests due by the evaluation instant, resolved or not: the one to publish.
    pub due: Ratio,
    /// Requests without a target: shown apart, in no ratio.
    pub without_target: u32,
}

impl Attainment {
    /// Takes one case in: its promise and when it was fulfilled, as of `at`.
    pub fn take(&mut self, promise: Promise, fulfilled: Option<i64>, at: i64) {
        let due = match promise {
            Promise::None => {
                self.without_target += 1;
                return;
            }
            Promise::Paused => None,
            Promise::Due(due) => Some(due),
        };
        let met = fulfilled.zip(due).is_some_and(|(fulfilled, due)| fulfilled <= due);
        let overdue = due.is_some_and(|due| due <= at);
        if fulfilled.is_some() {
            self.closed_only.count(met);
            self.open_overdue_as_missed.count(met);
        } else if overdue {
            self.open_overdue_as_missed.count(false);
        }
        if overdue {
            self.due.count(met);
        }
    }
}

/// The shares of which quantiles are reported.
pub const SHARES: [Share; 4] =
    [Share::percent(25), Share::percent(50), Share::percent(75), Share::percent(90)];

/// Durations with their censoring, and their Kaplan–Meier quantiles in whole seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Durations {
    /// Cases in the curve, running ones included.
    pub cases: u32,
    /// Cases left out because their end is stated to lie before their start.
    pub implausible: u32,
    /// The quantiles at [`SHARES`]; `None` where not reached.
    pub quantiles: [Option<i64>; SHARES.len()],
}

impl Durations {
    /// The quantiles of these durations.
    #[must_use]
    pub fn of(durations: &mut [Duration], implausible: u32) -> Self {
        Self {
            cases: u32::try_from(durations.len()).unwrap_or(u32::MAX),
            implausible,
            quantiles: quantiles(durations, SHARES),
        }
    }
}

/// The figures of a set of requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Requests in the set: the sum of the five groups below.
    pub requests: u32,
    /// With a standing resolution.
    pub resolved: u32,
    /// Open, reopened ones included.
    pub open: u32,
    /// Withdrawn; in no rate.
    pub cancelled: u32,
    /// Asked twice; in no rate.
    pub duplicates: u32,
    /// Deferred to a budget: neither met nor missed.
    pub deferred: u32,
    /// Resolution promises kept.
    pub attainment: Attainment,
    /// From opened to the last standing resolution, in calendar time.
    pub time_to_resolve: Durations,
}

/// The calendar duration between two instants in microseconds, in whole seconds, rounded down.
#[must_use]
pub const fn seconds_between(from: i64, until: i64) -> i64 {
    (until - from).div_euclid(1_000_000)
}

/// Takes cases in one by one, all judged at one instant, and keeps no more of them than their durations.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    figures: Figures,
    durations: Vec<Duration>,
    implausible: u32,
}

impl Tally {
    /// Takes one case in.
    pub fn take(&mut self, case: &Judged<'_>) {
        let figures = &mut self.figures;
        figures.requests += 1;
        match case.standing {
            Standing::Open => figures.open += 1,
            Standing::Resolved(_) => figures.resolved += 1,
            Standing::Cancelled => figures.cancelled += 1,
            Standing::Duplicate => figures.duplicates += 1,
            Standing::Deferred => figures.deferred += 1,
        }
        if !case.counts() {
            return;
        }
        figures.attainment.take(case.resolution, case.resolved(), case.at);
        if case.implausible() {
            self.implausible += 1;
        } else {
            let (until, censored) = case.lasted_until();
            let seconds = seconds_between(case.opened.at, until);
            self.durations.push(Duration { seconds, censored });
        }
    }

    /// The figures of the cases taken in.
    #[must_use]
    pub fn figures(mut self) -> Figures {
        self.figures.time_to_resolve = Durations::of(&mut self.durations, self.implausible);
        self.figures
    }
}

/// Computes the figures of a set of cases, all judged at one instant.
#[must_use]
pub fn figures<'a>(cases: impl IntoIterator<Item = &'a Judged<'a>>) -> Figures {
    let mut tally = Tally::default();
    for case in cases {
        tally.take(case);
    }
    tally.figures()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    // promise, fulfilled, at → closed only, open overdue as missed, due
    #[case::met_at_the_very_instant(Promise::Due(50), Some(50), 100, (1, 1), (1, 1), (1, 1))]
    #[case::late(Promise::Due(50), Some(51), 100, (0, 1), (0, 1), (0, 1))]
    #[case::open_and_overdue(Promise::Due(50), None, 100, (0, 0), (0, 1), (0, 1))]
    #[case::open_and_not_yet_due(Promise::Due(150), None, 100, (0, 0), (0, 0), (0, 0))]
    #[case::early_for_a_later_promise(Promise::Due(150), Some(60), 100, (1, 1), (1, 1), (0, 0))]
    #[case::due_at_the_very_instant(Promise::Due(100), None, 100, (0, 0), (0, 1), (0, 1))]
    #[case::paused(Promise::Paused, None, 100, (0, 0), (0, 0), (0, 0))]
    fn the_three_definitions(
        #[case] promise: Promise,
        #[case] fulfilled: Option<i64>,
        #[case] at: i64,
        #[case] closed: (u32, u32),
        #[case] overdue: (u32, u32),
        #[case] due: (u32, u32),
    ) {
        let mut attainment = Attainment::default();
        attainment.take(promise, fulfilled, at);
        let pair = |ratio: Ratio| (ratio.met, ratio.of);
        assert_eq!(pair(attainment.closed_only), closed);
        assert_eq!(pair(attainment.open_overdue_as_missed), overdue);
        assert_eq!(pair(attainment.due), due);
    }

    #[test]
    fn without_a_target_counts_apart() {
        let mut attainment = Attainment::default();
        attainment.take(Promise::None, Some(1), 100);
        assert_eq!(attainment, Attainment { without_target: 1, ..Default::default() });
    }
}
