//! Pausing: a clock waits, and has no due instant meanwhile.

use kernel::{DecodeError, Timestamp};
use prost::Message;
use wire::schoolside::sla::v1::CaseClockPaused;

use super::{ClockKey, State};
use crate::{
    codec::{instant, message, stamp, word},
    words::PauseReason,
};

/// A clock waits.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockPaused {
    /// The clock.
    pub clock: ClockKey,
    /// From when on.
    pub paused_at: Timestamp,
    /// What for.
    pub reasons: Vec<PauseReason>,
}

impl ClockPaused {
    pub(super) const NAME: &'static str = "clock_paused";

    pub(super) const fn occurred_at(&self) -> Timestamp {
        self.paused_at
    }

    pub(super) fn evolve(&self, state: State) -> State {
        state.change(self.clock, |clock| {
            clock.paused = Some((self.paused_at, self.reasons.clone()));
            clock.due_at = None;
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        CaseClockPaused {
            clock: self.clock.to_wire(),
            paused_at: stamp(self.paused_at),
            reasons: self.reasons.iter().map(ToString::to_string).collect(),
        }
        .encode_to_vec()
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = ClockPaused::NAME;
        let read: CaseClockPaused = message(NAME, payload)?;
        Ok(Self {
            clock: ClockKey::from_wire(NAME, read.clock.as_ref())?,
            paused_at: instant(NAME, "paused_at", read.paused_at.as_ref())?,
            reasons: read
                .reasons
                .iter()
                .map(|one| word(NAME, "reasons", one))
                .collect::<Result<_, _>>()?,
        })
    }
}
