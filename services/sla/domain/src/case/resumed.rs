//! Resuming: a clock goes on after a pause, or because the request was reopened.

use kernel::{DecodeError, Timestamp};
use prost::Message;
use wire::schoolside::sla::v1::CaseClockResumed;

use super::{Basis, ClockKey, State};
use crate::codec::{instant, message, optional_instant, stamp};

/// A clock goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockResumed {
    /// The clock.
    pub clock: ClockKey,
    /// From when on.
    pub resumed_at: Timestamp,
    /// When it is due now.
    pub due_at: Option<Timestamp>,
    /// Whether it had ended and the request was reopened.
    pub reopened: bool,
    /// What it was reckoned by.
    pub basis: Basis,
}

impl ClockResumed {
    pub(super) const NAME: &'static str = "clock_resumed";

    pub(super) const fn occurred_at(&self) -> Timestamp {
        self.resumed_at
    }

    pub(super) fn evolve(&self, state: State) -> State {
        state.change(self.clock, |clock| {
            clock.paused = None;
            clock.end = None;
            clock.due_at = self.due_at;
            clock.basis = self.basis.clone();
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        CaseClockResumed {
            clock: self.clock.to_wire(),
            resumed_at: stamp(self.resumed_at),
            due_at: self.due_at.and_then(stamp),
            reopened: self.reopened,
            basis: self.basis.to_wire(),
        }
        .encode_to_vec()
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = ClockResumed::NAME;
        let read: CaseClockResumed = message(NAME, payload)?;
        Ok(Self {
            clock: ClockKey::from_wire(NAME, read.clock.as_ref())?,
            resumed_at: instant(NAME, "resumed_at", read.resumed_at.as_ref())?,
            due_at: optional_instant(NAME, "due_at", read.due_at.as_ref())?,
            reopened: read.reopened,
            basis: Basis::from_wire(NAME, read.basis.as_ref())?,
        })
    }
}
