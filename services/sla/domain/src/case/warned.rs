//! Warning: a share of the target is used up.

use kernel::{DecodeError, TeamId, Timestamp};
use prost::Message;
use wire::schoolside::sla::v1::CaseClockWarned;

use super::{ClockKey, State};
use crate::codec::{instant, message, number, optional_instant, optional_word, stamp};

/// A share of the target is used up.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockWarned {
    /// The clock.
    pub clock: ClockKey,
    /// The percentage.
    pub percent: u8,
    /// The computed instant at which it was reached.
    pub reached_at: Timestamp,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// The team that holds the request.
    pub team: Option<TeamId>,
}

impl ClockWarned {
    pub(super) const NAME: &'static str = "clock_warned";

    pub(super) const fn occurred_at(&self) -> Timestamp {
        self.reached_at
    }

    pub(super) fn evolve(&self, state: State) -> State {
        state.change(self.clock, |clock| {
            clock.warned.insert(self.percent);
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        CaseClockWarned {
            clock: self.clock.to_wire(),
            percent: i32::from(self.percent),
            reached_at: stamp(self.reached_at),
            due_at: self.due_at.and_then(stamp),
            team_id: self.team.as_ref().map(ToString::to_string).unwrap_or_default(),
        }
        .encode_to_vec()
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = ClockWarned::NAME;
        let read: CaseClockWarned = message(NAME, payload)?;
        Ok(Self {
            clock: ClockKey::from_wire(NAME, read.clock.as_ref())?,
            percent: number(NAME, "percent", read.percent)?,
            reached_at: instant(NAME, "reached_at", read.reached_at.as_ref())?,
            due_at: optional_instant(NAME, "due_at", read.due_at.as_ref())?,
            team: optional_word(NAME, "team_id", &read.team_id)?,
        })
    }
}
