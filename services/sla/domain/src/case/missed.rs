//! Missing: done late.

use kernel::{DecodeError, Timestamp};
use prost::Message;
use wire::schoolside::sla::v1::CaseClockMissed;

use super::{Basis, ClockKey, End, Snapshot, State};
use crate::codec::{instant, message, optional_instant, stamp};

/// Done late.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockMissed {
    /// The clock.
    pub clock: ClockKey,
    /// When it was done.
    pub fulfilled_at: Timestamp,
    /// When it was due.
    pub due_at: Option<Timestamp>,
    /// What it was reckoned by.
    pub basis: Basis,
    /// The request.
    pub snapshot: Snapshot,
}

impl ClockMissed {
    pub(super) const NAME: &'static str = "clock_missed";

    pub(super) const fn occurred_at(&self) -> Timestamp {
        self.fulfilled_at
    }

    pub(super) fn evolve(&self, state: State) -> State {
        state.change(self.clock, |clock| {
            clock.end = Some(End::Missed { fulfilled_at: self.fulfilled_at });
            clock.basis = self.basis.clone();
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        CaseClockMissed {
            clock: self.clock.to_wire(),
            fulfilled_at: stamp(self.fulfilled_at),
            due_at: self.due_at.and_then(stamp),
            basis: self.basis.to_wire(),
            snapshot: self.snapshot.to_wire(),
        }
        .encode_to_vec()
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = ClockMissed::NAME;
        let read: CaseClockMissed = message(NAME, payload)?;
        Ok(Self {
            clock: ClockKey::from_wire(NAME, read.clock.as_ref())?,
            fulfilled_at: instant(NAME, "fulfilled_at", read.fulfilled_at.as_ref())?,
            due_at: optional_instant(NAME, "due_at", read.due_at.as_ref())?,
            basis: Basis::from_wire(NAME, read.basis.as_ref())?,
            snapshot: Snapshot::from_wire(NAME, read.snapshot.as_ref())?,
        })
    }
}
