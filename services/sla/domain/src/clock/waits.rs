//! The waits of a request, sorted once, so that each of its many cycles looks only at those that meet it.
//!
//! Waits of one reason are merged: then at most one per reason holds at any instant, and ten thousand of them that never
//! ended cost a cycle no more than one.

use std::collections::BTreeMap;

use kernel::Timestamp;

use super::{Facts, Pause};
use crate::words::PauseReason;

/// The waits by their reasons: of each reason apart from each other and in order.
#[derive(Debug, Default)]
pub(crate) struct Waits(BTreeMap<PauseReason, Vec<Pause>>);

impl Waits {
    /// The waits of a request. One that ends before it begins is none.
    pub(crate) fn of(facts: &Facts) -> Self {
        let mut waits = Self::default();
        let real = |pause: &&Pause| pause.to.is_none_or(|to| pause.from < to);
        for pause in facts.pauses.iter().filter(real) {
            waits.0.entry(pause.reason).or_default().push(*pause);
        }
        for pauses in waits.0.values_mut() {
            pauses.sort_unstable_by_key(|pause| pause.from);
            pauses.dedup_by(|next, last| last.takes_in(next));
        }
        waits
    }

    /// The waits of a reason that meet the time from `start` to `end`.
    pub(super) fn within(&self, reason: PauseReason, start: Timestamp, end: Timestamp) -> &[Pause] {
        let Some(pauses) = self.0.get(&reason) else { return &[] };
        let first = pauses.partition_point(|pause| pause.to.is_some_and(|to| to <= start));
        let last = pauses.partition_point(|pause| pause.from <= end);
        pauses.get(first..last).unwrap_or_default()
    }
}

impl Pause {
    /// Takes in one that begins no earlier, if no time lies between them.
    fn takes_in(&mut self, next: &Self) -> bool {
        let meets = self.to.is_none_or(|to| next.from <= to);
        if meets {
            self.to = self.to.and_then(|to| next.to.map(|next| to.max(next)));
        }
        meets
    }
}
