//! Breaching: the due instant passed, at that very instant, whenever it was noticed.

use kernel::{DecodeError, Timestamp};
use prost::Message;
use wire::schoolside::sla::v1::CaseClockBreached;

use super::{Basis, ClockKey, Snapshot, State};
use crate::codec::{instant, message, stamp};

/// The due instant passed.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockBreached {
    /// The clock.
    pub clock: ClockKey,
    /// The computed due instant.
    pub due_at: Timestamp,
    /// What it was reckoned by; from now on nothing else touches this clock.
    pub basis: Basis,
    /// The request.
    pub snapshot: Snapshot,
}

impl ClockBreached {
    pub(super) const NAME: &'static str = "clock_breached";

    pub(super) const fn occurred_at(&self) -> Timestamp {
        self.due_at
    }

    pub(super) fn evolve(&self, state: State) -> State {
        state.change(self.clock, |clock| {
            clock.breached_at = Some(self.due_at);
            clock.due_at = Some(self.due_at);
            clock.basis = self.basis.clone();
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        CaseClockBreached {
            clock: self.clock.to_wire(),
            due_at: stamp(self.due_at),
            basis: self.basis.to_wire(),
            snapshot: self.snapshot.to_wire(),
        }
        .encode_to_vec()
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = ClockBreached::NAME;
        let read: CaseClockBreached = message(NAME, payload)?;
        Ok(Self {
            clock: ClockKey::from_wire(NAME, read.clock.as_ref())?,
            due_at: instant(NAME, "due_at", read.due_at.as_ref())?,
            basis: Basis::from_wire(NAME, read.basis.as_ref())?,
            snapshot: Snapshot::from_wire(NAME, read.snapshot.as_ref())?,
        })
    }
}
