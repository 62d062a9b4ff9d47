//! A preview: what becomes of the clocks of one request when another version of the policy counts.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{PolicyId, Timestamp};

use super::Verdict;
use crate::{
    case::{ClockKey, Look, State, Unready, assess},
    policy::Rules,
    versions::Versions,
};

/// How a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    /// In a word.
    pub verdict: Verdict,
    /// When it is due; while it is paused, when it would be due if the pause ended now.
    pub due: Option<Timestamp>,
}

impl Stand {
    /// No clock.
    pub const NONE: Self = Self { verdict: Verdict::None, due: None };
}

/// A clock that would stand otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Which one.
    pub clock: ClockKey,
    /// As the versions that are published say.
    pub before: Stand,
    /// With the version to be published.
    pub after: Stand,
}

/// What changes for a request if `policy` counted in place of the one that `look` has. Clocks that are `judged` stay as
/// they are: no version touches a verdict or a breach.
///
/// # Errors
/// When a calendar is not there.
pub fn preview(
    look: &Look<'_>,
    policy: (&PolicyId, &Versions<Rules>),
    judged: &BTreeSet<ClockKey>,
) -> Result<Vec<Moved>, Unready> {
    let before = stands(look)?;
    let after = stands(&Look { policy: Some(policy), ..*look })?;
    let clocks: BTreeSet<ClockKey> = before.keys().chain(after.keys()).copied().collect();
    let moved = clocks.difference(judged).map(|clock| Moved {
        clock: *clock,
        before: before.get(clock).copied().unwrap_or(Stand::NONE),
        after: after.get(clock).copied().unwrap_or(Stand::NONE),
    });
    Ok(moved.filter(|moved| moved.before != moved.after).collect())
}

fn stands(look: &Look<'_>) -> Result<BTreeMap<ClockKey, Stand>, Unready> {
    let clocks = assess(&State::default(), look)?.clocks;
    let stands = clocks.into_iter().map(|clock| {
        let (metric, cycle) = (clock.metric, clock.cycle);
        let due = cycle.due.or(cycle.due_if_resumed_now);
        let stand = Stand { verdict: cycle.state.into(), due };
        (ClockKey { metric, cycle: cycle.number }, stand)
    });
    Ok(stands.collect())
}
