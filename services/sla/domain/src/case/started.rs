//! Starting: a target applies, a clock runs. Told again, a late fact showed that it began at another instant.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{DecodeError, Timestamp};
use prost::Message;
use wire::schoolside::sla::v1::CaseClockStarted;

use super::{Basis, ClockKey, ClockRecord, Snapshot, State};
use crate::codec::{instant, message, optional_instant, stamp};

/// A target applies.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockStarted {
    /// The clock.
    pub clock: ClockKey,
    /// From when on it runs.
    pub started_at: Timestamp,
    /// When it is due; `None` if it is paused from the beginning.
    pub due_at: Option<Timestamp>,
    /// What it was reckoned by.
    pub basis: Basis,
    /// The request.
    pub snapshot: Snapshot,
}

impl ClockStarted {
    pub(super) const NAME: &'static str = "clock_started";

    pub(super) const fn occurred_at(&self) -> Timestamp {
        self.started_at
    }

    pub(super) fn evolve(&self, mut state: State) -> State {
        let clock = state.clocks.entry(self.clock).or_insert_with(|| ClockRecord {
            started_at: self.started_at,
            due_at: self.due_at,
            paused: None,
            warned: BTreeSet::new(),
            escalated: BTreeMap::new(),
            breached_at: None,
            end: None,
            basis: self.basis.clone(),
        });
        clock.started_at = self.started_at;
        clock.due_at = self.due_at;
        state
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        CaseClockStarted {
            clock: self.clock.to_wire(),
            started_at: stamp(self.started_at),
            due_at: self.due_at.and_then(stamp),
            basis: self.basis.to_wire(),
            snapshot: self.snapshot.to_wire(),
        }
        .encode_to_vec()
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = ClockStarted::NAME;
        let read: CaseClockStarted = message(NAME, payload)?;
        Ok(Self {
            clock: ClockKey::from_wire(NAME, read.clock.as_ref())?,
            started_at: instant(NAME, "started_at", read.started_at.as_ref())?,
            due_at: optional_instant(NAME, "due_at", read.due_at.as_ref())?,
            basis: Basis::from_wire(NAME, read.basis.as_ref())?,
            snapshot: Snapshot::from_wire(NAME, read.snapshot.as_ref())?,
        })
    }
}
