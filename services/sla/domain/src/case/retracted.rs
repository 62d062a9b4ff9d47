//! Retracting: a late fact of the request shows that there was no breach. The breach stays on the record, and so does this.

use kernel::{DecodeError, Timestamp};
use prost::Message;
use wire::schoolside::sla::v1::CaseBreachRetracted;

use super::{ClockKey, State};
use crate::{
    codec::{instant, message, optional_instant, stamp, word},
    words::Cause,
};

/// There was no breach.
#[derive(Debug, Clone, PartialEq)]
pub struct BreachRetracted {
    /// The clock.
    pub clock: ClockKey,
    /// The breach that was none.
    pub breached_at: Timestamp,
    /// When it is due by what is known now.
    pub due_at: Option<Timestamp>,
    /// What showed it.
    pub cause: Cause,
}

impl BreachRetracted {
    pub(super) const NAME: &'static str = "breach_retracted";

    pub(super) fn evolve(&self, state: State) -> State {
        state.change(self.clock, |clock| {
            clock.breached_at = None;
            clock.due_at = self.due_at;
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        CaseBreachRetracted {
            clock: self.clock.to_wire(),
            breached_at: stamp(self.breached_at),
            due_at: self.due_at.and_then(stamp),
            cause: self.cause.to_string(),
        }
        .encode_to_vec()
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = BreachRetracted::NAME;
        let read: CaseBreachRetracted = message(NAME, payload)?;
        Ok(Self {
            clock: ClockKey::from_wire(NAME, read.clock.as_ref())?,
            breached_at: instant(NAME, "breached_at", read.breached_at.as_ref())?,
            due_at: optional_instant(NAME, "due_at", read.due_at.as_ref())?,
            cause: word(NAME, "cause", &read.cause)?,
        })
    }
}
