//! Pauses as they count: clipped, and as a set union of overlapping reasons.

use kernel::Timestamp;

use crate::{
    calendar::hours::{Micros, micros},
    words::PauseReason,
};

/// A wait, with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// What is waited for.
    pub reason: PauseReason,
    /// From when on.
    pub from: Timestamp,
    /// Until when; `None` while it lasts.
    pub to: Option<Timestamp>,
}

/// An interval in which at least one pause holds. An end of `Micros::MAX` has not come yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hold {
    pub(super) from: Micros,
    pub(super) to: Micros,
    pub(super) reasons: Vec<PauseReason>,
}

pub(super) const OPEN_END: Micros = Micros::MAX;

/// The union of the pauses within [start, stop). What begins after `now` is not known yet, what ends after it lasts.
pub(super) fn union(
    pauses: &[Pause],
    start: Micros,
    stop: Option<Micros>,
    now: Option<Micros>,
) -> Vec<Hold> {
    let end = |pause: &Pause| pause.to.map(micros).filter(|to| now.is_none_or(|now| *to <= now));
    let mut clipped: Vec<(Micros, Micros, PauseReason)> = pauses
        .iter()
        .filter(|pause| now.is_none_or(|now| micros(pause.from) <= now))
        .map(|pause| {
            let to = end(pause).unwrap_or(OPEN_END);
            (micros(pause.from).max(start), to.min(stop.unwrap_or(OPEN_END)), pause.reason)
        })
        .filter(|(from, to, _)| from < to)
        .collect();
    clipped.sort_unstable();
    let mut holds: Vec<Hold> = Vec::new();
    for (from, to, reason) in clipped {
        match holds.last_mut() {
            Some(last) if from <= last.to => {
                last.to = last.to.max(to);
                if !last.reasons.contains(&reason) {
                    last.reasons.push(reason);
                }
            }
            _ => holds.push(Hold { from, to, reasons: vec![reason] }),
        }
    }
    holds
}
