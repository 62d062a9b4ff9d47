//! Moving: the due instant is another, though no pause ended now.

use kernel::{DecodeError, Timestamp};
use prost::Message;
use wire::schoolside::sla::v1::CaseClockDueChanged;

use super::{Basis, ClockKey, State};
use crate::{
    codec::{message, optional_instant, stamp, word},
    words::Cause,
};

/// The due instant moved.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockDueChanged {
    /// The clock.
    pub clock: ClockKey,
    /// When it was due.
    pub previous_due_at: Option<Timestamp>,
    /// When it is due now.
    pub due_at: Option<Timestamp>,
    /// What made it move.
    pub cause: Cause,
    /// What it was reckoned by.
    pub basis: Basis,
}

impl ClockDueChanged {
    pub(super) const NAME: &'static str = "clock_due_changed";

    pub(super) fn evolve(&self, state: State) -> State {
        state.change(self.clock, |clock| {
            clock.due_at = self.due_at;
            clock.basis = self.basis.clone();
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        CaseClockDueChanged {
            clock: self.clock.to_wire(),
            previous_due_at: self.previous_due_at.and_then(stamp),
            due_at: self.due_at.and_then(stamp),
            cause: self.cause.to_string(),
            basis: self.basis.to_wire(),
        }
        .encode_to_vec()
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = ClockDueChanged::NAME;
        let read: CaseClockDueChanged = message(NAME, payload)?;
        Ok(Self {
            clock: ClockKey::from_wire(NAME, read.clock.as_ref())?,
            previous_due_at: optional_instant(
                NAME,
                "previous_due_at",
                read.previous_due_at.as_ref(),
            )?,
            due_at: optional_instant(NAME, "due_at", read.due_at.as_ref())?,
            cause: word(NAME, "cause", &read.cause)?,
            basis: Basis::from_wire(NAME, read.basis.as_ref())?,
        })
    }
}
