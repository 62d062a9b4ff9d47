//! Pausing: work waits for something outside the team, and the clocks that may stop, stop.

use kernel::{DecodeError, Encoded};
use wire::schoolside::requests::v1 as pb;

use super::{Event, Refusal, State, Verb};
use crate::{proto, words::PauseReason};

/// Asks to pause a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// What it waits for.
    pub reason: PauseReason,
    /// A note.
    pub note: Option<String>,
}

/// Work waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paused {
    /// What it waits for.
    pub reason: PauseReason,
    /// A note.
    pub note: Option<String>,
}

impl Pause {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        state.must_be_open(Verb::Pause)?;
        match state.paused {
            Some(_) => Err(Refusal::AlreadyPaused),
            None => Ok(vec![Event::Paused(Paused { reason: self.reason, note: self.note })]),
        }
    }
}

impl Paused {
    pub(super) fn evolve(&self, state: State) -> State {
        State { paused: Some(self.reason), ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        let message = pb::RequestPaused { reason: self.reason.to_wire() };
        let private = self.note.clone().map(|note| pb::RequestPausedPrivate { note });
        proto::with_private(&message, private)
    }

    pub(super) fn decode(payload: &[u8], private: Option<&[u8]>) -> Result<Self, DecodeError> {
        const NAME: &str = "request.paused";
        let it: pb::RequestPaused = proto::message(NAME, payload)?;
        let private: Option<pb::RequestPausedPrivate> = proto::private(NAME, private)?;
        Ok(Self {
            reason: proto::required(NAME, "reason", PauseReason::from_wire(it.reason))?,
            note: private.and_then(|private| proto::filled(private.note)),
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::scenario::given;

    use super::*;
    use crate::request::{
        Command, Phase, Request,
        samples::{DAY_2, opened, paused, resolved_on},
    };

    fn pause() -> Command {
        Command::Pause(Pause { reason: PauseReason::WaitingForVendor, note: None })
    }

    #[test]
    fn an_open_request_is_paused_once() {
        let reason = PauseReason::WaitingForVendor;
        let state = given::<Request>([opened()]).when(DAY_2, pause()).then([paused(reason)]);
        assert_eq!(state.word(), "paused");
        given::<Request>([opened(), paused(reason)])
            .when(DAY_2, pause())
            .refused(Refusal::AlreadyPaused);
    }

    #[test]
    fn a_resolved_request_is_not_paused() {
        given::<Request>(resolved_on(DAY_2))
            .when(DAY_2, pause())
            .refused(Refusal::WrongState { verb: Verb::Pause, phase: Phase::Resolved });
    }
}
