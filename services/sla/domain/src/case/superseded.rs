//! Superseding: the request changed, and by the target's own rule another cycle takes this one's place.

use kernel::{DecodeError, Timestamp};
use prost::Message;
use wire::schoolside::sla::v1::CaseClockSuperseded;

use super::{ClockKey, End, Snapshot, State};
use crate::codec::{instant, message, stamp};

/// Another cycle takes this one's place.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockSuperseded {
    /// The clock.
    pub clock: ClockKey,
    /// When.
    pub superseded_at: Timestamp,
    /// The request.
    pub snapshot: Snapshot,
}

impl ClockSuperseded {
    pub(super) const NAME: &'static str = "clock_superseded";

    pub(super) const fn occurred_at(&self) -> Timestamp {
        self.superseded_at
    }

    pub(super) fn evolve(&self, state: State) -> State {
        state.change(self.clock, |clock| {
            clock.paused = None;
            clock.end = Some(End::Superseded { at: self.superseded_at });
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        CaseClockSuperseded {
            clock: self.clock.to_wire(),
            superseded_at: stamp(self.superseded_at),
            snapshot: self.snapshot.to_wire(),
        }
        .encode_to_vec()
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = ClockSuperseded::NAME;
        let read: CaseClockSuperseded = message(NAME, payload)?;
        Ok(Self {
            clock: ClockKey::from_wire(NAME, read.clock.as_ref())?,
            superseded_at: instant(NAME, "superseded_at", read.superseded_at.as_ref())?,
            snapshot: Snapshot::from_wire(NAME, read.snapshot.as_ref())?,
        })
    }
}
