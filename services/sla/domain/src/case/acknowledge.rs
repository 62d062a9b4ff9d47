//! Acknowledging: whoever was told of a step says that they have taken notice. Once is enough.

use kernel::{DecodeError, Timestamp};
use prost::Message;
use wire::schoolside::sla::v1::CaseEscalationAcknowledged;

use super::{Acknowledgement, ClockKey, Event, Refusal, State};
use crate::codec::{instant, message, number, stamp};

/// Take notice of a step.
#[derive(Debug, Clone)]
pub struct Acknowledge {
    /// The clock.
    pub clock: ClockKey,
    /// The step, from 1.
    pub step: u32,
    /// Who takes notice: the subject of the caller.
    pub by: String,
}

/// Somebody took notice.
#[derive(Debug, Clone, PartialEq)]
pub struct EscalationAcknowledged {
    /// The clock.
    pub clock: ClockKey,
    /// The step.
    pub step: u32,
    /// Who took notice.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl Acknowledge {
    pub(super) fn decide(self, state: &State, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        let Self { clock, step, by } = self;
        let told = state.clocks.get(&clock).and_then(|record| record.escalated.get(&step));
        match told {
            None => Err(Refusal::NotEscalated { clock, step }),
            Some(told) if told.acknowledged.is_some() => Ok(Vec::new()),
            Some(_) => {
                let at = now;
                Ok(vec![Event::EscalationAcknowledged(EscalationAcknowledged {
                    clock,
                    step,
                    by,
                    at,
                })])
            }
        }
    }
}

impl EscalationAcknowledged {
    pub(super) const NAME: &'static str = "escalation_acknowledged";

    pub(super) const fn occurred_at(&self) -> Timestamp {
        self.at
    }

    pub(super) fn evolve(&self, state: State) -> State {
        state.change(self.clock, |clock| {
            if let Some(told) = clock.escalated.get_mut(&self.step) {
                let by = self.by.clone();
                told.acknowledged.get_or_insert(Acknowledgement { by, at: self.at });
            }
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        CaseEscalationAcknowledged {
            clock: self.clock.to_wire(),
            step: i32::try_from(self.step).unwrap_or(i32::MAX),
            acknowledged_by: self.by.clone(),
            acknowledged_at: stamp(self.at),
        }
        .encode_to_vec()
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = EscalationAcknowledged::NAME;
        let read: CaseEscalationAcknowledged = message(NAME, payload)?;
        Ok(Self {
            clock: ClockKey::from_wire(NAME, read.clock.as_ref())?,
            step: number(NAME, "step", read.step)?,
            by: read.acknowledged_by,
            at: instant(NAME, "acknowledged_at", read.acknowledged_at.as_ref())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::scenario::given;

    use super::*;
    use crate::{
        case::{Case, Command},
        words::Metric,
    };

    #[test]
    fn what_nobody_was_told_of_cannot_be_acknowledged() {
        let clock = ClockKey { metric: Metric::FirstResolution, cycle: 1 };
        let acknowledge = Acknowledge { clock, step: 2, by: "people/P-1".to_owned() };
        given::<Case>([])
            .when(Timestamp::UNIX_EPOCH, Command::Acknowledge(acknowledge))
            .refused(Refusal::NotEscalated { clock, step: 2 });
    }
}
