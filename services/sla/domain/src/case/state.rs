//! What a case's stream says about its clocks.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Timestamp;

use super::{Basis, ClockKey};
use crate::{
    clock::Rung,
    words::{Audience, CancelReason, PauseReason},
};

/// How a clock ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Done in time.
    Met {
        /// When.
        fulfilled_at: Timestamp,
    },
    /// Done late.
    Missed {
        /// When.
        fulfilled_at: Timestamp,
    },
    /// No longer judged.
    Cancelled {
        /// When.
        at: Timestamp,
        /// Why.
        reason: CancelReason,
    },
    /// Another cycle took its place.
    Superseded {
        /// When.
        at: Timestamp,
    },
}

/// Somebody took notice of a step of the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Who: the subject of the caller.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A step of the ladder that somebody was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notified {
    /// What makes the step.
    pub rung: Rung,
    /// Who was told.
    pub tell: Audience,
    /// When it was reached.
    pub reached_at: Timestamp,
    /// When they were told.
    pub told_at: Timestamp,
    /// Who took notice, and when.
    pub acknowledged: Option<Acknowledgement>,
}

/// One cycle of a clock, as recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockRecord {
    /// From when on it runs.
    pub started_at: Timestamp,
    /// When it is due; `None` while paused.
    pub due_at: Option<Timestamp>,
    /// Since when it is paused, and why.
    pub paused: Option<(Timestamp, Vec<PauseReason>)>,
    /// The percentages warned of.
    pub warned: BTreeSet<u8>,
    /// The steps of the ladder that were told, by their numbers.
    pub escalated: BTreeMap<u32, Notified>,
    /// The breach, if one stands.
    pub breached_at: Option<Timestamp>,
    /// How it ended, if it did.
    pub end: Option<End>,
    /// What it was last reckoned by.
    pub basis: Basis,
}

impl ClockRecord {
    /// Whether versions of policy and calendar no longer touch it: a verdict or a breach is recorded. A clock that only
    /// lost its target runs again when it gets one.
    #[must_use]
    pub const fn is_judged(&self) -> bool {
        let lost = matches!(self.end, Some(End::Cancelled { reason: CancelReason::NoTarget, .. }));
        self.breached_at.is_some() || (self.end.is_some() && !lost)
    }
}

/// What is known of a case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// Its clocks.
    pub clocks: BTreeMap<ClockKey, ClockRecord>,
}

impl State {
    pub(super) fn change(mut self, clock: ClockKey, change: impl FnOnce(&mut ClockRecord)) -> Self {
        if let Some(record) = self.clocks.get_mut(&clock) {
            change(record);
        }
        self
    }
}
