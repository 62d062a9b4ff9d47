//! Closing: a resolution becomes final, by a person's word or by itself after seven days.

use kernel::{DecodeError, Encoded, Timestamp, time::SignedDuration};
use wire::schoolside::requests::v1 as pb;

use super::{Event, Phase, Refusal, State, Verb};
use crate::proto;

/// How long a resolution waits for an objection before it closes by itself.
pub const AUTO_CLOSE_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Asks to close a resolved request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    /// Whether the timer asks; then what is not due is left alone.
    pub automatic: bool,
}

/// A resolution became final.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Whether it closed by itself.
    pub automatic: bool,
}

impl Close {
    pub(super) fn decide(self, state: &State, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        let closed = Event::Closed(Closed { automatic: self.automatic });
        if self.automatic {
            let due = state.closes_at().is_some_and(|at| at <= now);
            return Ok(if due { vec![closed] } else { vec![] });
        }
        state.must_be(state.phase == Phase::Resolved, Verb::Close)?;
        Ok(vec![closed])
    }
}

impl Closed {
    pub(super) fn evolve(&self, state: State) -> State {
        State { phase: Phase::Closed, ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        proto::public(&pb::RequestClosed { automatic: self.automatic })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let it: pb::RequestClosed = proto::message("request.closed", payload)?;
        Ok(Self { automatic: it.automatic })
    }
}

#[cfg(test)]
mod tests {
    use kernel::scenario::given;

    use super::*;
    use crate::request::{
        Command, Request,
        samples::{DAY_2, DAY_9, opened, resolved_on},
    };

    fn close(automatic: bool) -> Command {
        Command::Close(Close { automatic })
    }

    #[test]
    fn a_resolution_closes_by_itself_after_seven_days_and_not_before() {
        let closed = Event::Closed(Closed { automatic: true });
        given::<Request>(resolved_on(DAY_2)).when(DAY_9, close(true)).then([closed]);
        let early = DAY_9 - SignedDuration::from_secs(1);
        given::<Request>(resolved_on(DAY_2)).when(early, close(true)).then([]);
        given::<Request>([opened()]).when(DAY_9, close(true)).then([]);
    }

    #[test]
    fn a_person_closes_what_is_resolved_and_nothing_else() {
        let closed = Event::Closed(Closed { automatic: false });
        given::<Request>(resolved_on(DAY_2)).when(DAY_2, close(false)).then([closed]);
        given::<Request>([opened()])
            .when(DAY_2, close(false))
            .refused(Refusal::WrongState { verb: Verb::Close, phase: Phase::Open });
    }
}
