//! Cancelling: it no longer matters whether the promise would have been kept.

use kernel::{DecodeError, Timestamp};
use prost::Message;
use wire::schoolside::sla::v1::CaseClockCancelled;

use super::{ClockKey, End, Snapshot, State};
use crate::{
    codec::{instant, message, stamp, word},
    words::CancelReason,
};

/// No longer judged.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockCancelled {
    /// The clock.
    pub clock: ClockKey,
    /// When.
    pub cancelled_at: Timestamp,
    /// Why.
    pub reason: CancelReason,
    /// The request.
    pub snapshot: Snapshot,
}

impl ClockCancelled {
    pub(super) const NAME: &'static str = "clock_cancelled";

    pub(super) const fn occurred_at(&self) -> Timestamp {
        self.cancelled_at
    }

    pub(super) fn evolve(&self, state: State) -> State {
        state.change(self.clock, |clock| {
            clock.paused = None;
            clock.end = Some(End::Cancelled { at: self.cancelled_at, reason: self.reason });
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        CaseClockCancelled {
            clock: self.clock.to_wire(),
            cancelled_at: stamp(self.cancelled_at),
            reason: self.reason.to_string(),
            snapshot: self.snapshot.to_wire(),
        }
        .encode_to_vec()
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = ClockCancelled::NAME;
        let read: CaseClockCancelled = message(NAME, payload)?;
        Ok(Self {
            clock: ClockKey::from_wire(NAME, read.clock.as_ref())?,
            cancelled_at: instant(NAME, "cancelled_at", read.cancelled_at.as_ref())?,
            reason: word(NAME, "reason", &read.reason)?,
            snapshot: Snapshot::from_wire(NAME, read.snapshot.as_ref())?,
        })
    }
}
