//! Escalating: a step of the ladder is reached, and somebody is told. Once per step of each cycle.

use kernel::{DecodeError, PersonId, Timestamp};
use prost::Message;
use wire::schoolside::sla::v1::CaseEscalated;

use super::{ClockKey, Notified, Snapshot, State};
use crate::{
    clock::Rung,
    codec::{count, instant, message, number, optional_instant, optional_word, stamp, word},
    words::Audience,
};

/// Somebody is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Escalated {
    /// The clock.
    pub clock: ClockKey,
    /// Which step of the target's ladder, from 1.
    pub step: u32,
    /// What makes the step.
    pub rung: Rung,
    /// Who is told.
    pub tell: Audience,
    /// The computed instant at which the step was reached.
    pub reached_at: Timestamp,
    /// When they are told: within notification hours.
    pub told_at: Timestamp,
    /// When the clock is due, or was.
    pub due_at: Option<Timestamp>,
    /// The member who holds the request, if one does.
    pub member: Option<PersonId>,
    /// The request.
    pub snapshot: Snapshot,
}

impl Escalated {
    pub(super) const NAME: &'static str = "escalated";

    pub(super) const fn occurred_at(&self) -> Timestamp {
        self.told_at
    }

    pub(super) fn evolve(&self, state: State) -> State {
        state.change(self.clock, |clock| {
            clock.escalated.entry(self.step).or_insert_with(|| Notified {
                rung: self.rung,
                tell: self.tell,
                reached_at: self.reached_at,
                told_at: self.told_at,
                acknowledged: None,
            });
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let (percent, after_seconds) = match self.rung {
            Rung::Percent(percent) => (i32::from(percent), 0),
            Rung::Breach { after_seconds } => (0, count(after_seconds)),
        };
        CaseEscalated {
            clock: self.clock.to_wire(),
            step: count(self.step),
            percent,
            after_seconds,
            audience: self.tell.to_string(),
            reached_at: stamp(self.reached_at),
            told_at: stamp(self.told_at),
            due_at: self.due_at.and_then(stamp),
            member_id: self.member.as_ref().map(ToString::to_string).unwrap_or_default(),
            snapshot: self.snapshot.to_wire(),
        }
        .encode_to_vec()
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = Escalated::NAME;
        let read: CaseEscalated = message(NAME, payload)?;
        let rung = match read.percent {
            0 => Rung::Breach { after_seconds: number(NAME, "after_seconds", read.after_seconds)? },
            percent => Rung::Percent(number(NAME, "percent", percent)?),
        };
        Ok(Self {
            clock: ClockKey::from_wire(NAME, read.clock.as_ref())?,
            step: number(NAME, "step", read.step)?,
            rung,
            tell: word(NAME, "audience", &read.audience)?,
            reached_at: instant(NAME, "reached_at", read.reached_at.as_ref())?,
            told_at: instant(NAME, "told_at", read.told_at.as_ref())?,
            due_at: optional_instant(NAME, "due_at", read.due_at.as_ref())?,
            member: optional_word(NAME, "member_id", &read.member_id)?,
            snapshot: Snapshot::from_wire(NAME, read.snapshot.as_ref())?,
        })
    }
}
