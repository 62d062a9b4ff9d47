//! Cancelling: a request is withdrawn before it is resolved. Cancelling ends a pause.

use kernel::{DecodeError, Encoded};
use wire::schoolside::requests::v1 as pb;

use super::{Event, Phase, Refusal, Resumed, State, Verb};
use crate::{
    proto,
    words::{CancelReason, ResumeCause},
};

/// Asks to withdraw a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancel {
    /// Why.
    pub reason: CancelReason,
    /// A note.
    pub note: Option<String>,
}

/// It was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancelled {
    /// Why.
    pub reason: CancelReason,
    /// A note, unless destroyed or out of reach.
    pub note: Option<String>,
}

impl Cancel {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        state.must_be_open(Verb::Cancel)?;
        let mut events = Vec::from_iter(Resumed::because(ResumeCause::Cancelled, state));
        events.push(Event::Cancelled(Cancelled { reason: self.reason, note: self.note }));
        Ok(events)
    }
}

impl Cancelled {
    pub(super) fn evolve(&self, state: State) -> State {
        State { phase: Phase::Cancelled, ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        let message = pb::RequestCancelled { reason: self.reason.to_string() };
        let private = self.note.clone().map(|note| pb::RequestCancelledPrivate { note });
        proto::with_private(&message, private)
    }

    pub(super) fn decode(payload: &[u8], private: Option<&[u8]>) -> Result<Self, DecodeError> {
        const NAME: &str = "request.cancelled";
        let it: pb::RequestCancelled = proto::message(NAME, payload)?;
        let private: Option<pb::RequestCancelledPrivate> = proto::private(NAME, private)?;
        Ok(Self {
            reason: proto::parsed(NAME, "reason", &it.reason)?,
            note: private.and_then(|private| proto::filled(private.note)),
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::scenario::given;

    use super::*;
    use crate::{
        request::{
            Command, Request,
            samples::{DAY_2, opened, paused, resolved_on},
        },
        words::PauseReason,
    };

    fn cancel() -> Command {
        Command::Cancel(Cancel { reason: CancelReason::Withdrawn, note: None })
    }

    #[test]
    fn a_paused_request_is_withdrawn_and_its_pause_ends() {
        given::<Request>([opened(), paused(PauseReason::Scheduled)]).when(DAY_2, cancel()).then([
            Event::Resumed(Resumed { cause: ResumeCause::Cancelled }),
            Event::Cancelled(Cancelled { reason: CancelReason::Withdrawn, note: None }),
        ]);
    }

    #[test]
    fn a_resolved_request_is_not_withdrawn() {
        given::<Request>(resolved_on(DAY_2))
            .when(DAY_2, cancel())
            .refused(Refusal::WrongState { verb: Verb::Cancel, phase: Phase::Resolved });
    }
}
