//! What a case's stream says about its clocks.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Timestamp;

use super::{Basis, ClockKey};
use crate::words::{CancelReason, PauseReason};

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
    /// The breach, if one stands.
    pub breached_at: Option<Timestamp>,
    /// How it ended, if it did.
    pub end: Option<End>,
    /// What it was last reckoned by.
    pub basis: Basis,
}

impl ClockRecord {
    /// Whether versions of policy and calendar no longer touch it: a verdict or a breach is recorded.
    #[must_use]
    pub const fn is_judged(&self) -> bool {
        self.breached_at.is_some() || self.end.is_some()
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
