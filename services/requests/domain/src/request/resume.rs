//! Resuming: a wait ends, because somebody says so or because of what else happened.

use kernel::{DecodeError, Encoded};
use wire::schoolside::requests::v1 as pb;

use super::{Event, Refusal, State, Verb};
use crate::{proto, words::ResumeCause};

/// Asks to resume a paused request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume;

/// A wait ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resumed {
    /// Why.
    pub cause: ResumeCause,
}

impl Resume {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        state.must_be_open(Verb::Resume)?;
        let Some(_) = state.paused else { return Err(Refusal::NotPaused) };
        Ok(vec![Event::Resumed(Resumed { cause: ResumeCause::Manual })])
    }
}

impl Resumed {
    /// The event that ends the pause of a request, if it is paused.
    pub(super) fn because(cause: ResumeCause, state: &State) -> Option<Event> {
        state.paused.map(|_| Event::Resumed(Self { cause }))
    }

    pub(super) fn evolve(&self, state: State) -> State {
        State { paused: None, ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        proto::public(&pb::RequestResumed { cause: self.cause.to_string() })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = "request.resumed";
        let it: pb::RequestResumed = proto::message(NAME, payload)?;
        Ok(Self { cause: proto::parsed(NAME, "cause", &it.cause)? })
    }
}

#[cfg(test)]
mod tests {
    use kernel::scenario::given;

    use super::*;
    use crate::{
        request::{
            Command, Request,
            samples::{DAY_2, opened, paused},
        },
        words::PauseReason,
    };

    #[test]
    fn only_a_paused_request_is_resumed() {
        given::<Request>([opened(), paused(PauseReason::Scheduled)])
            .when(DAY_2, Command::Resume(Resume))
            .then([Event::Resumed(Resumed { cause: ResumeCause::Manual })]);
        given::<Request>([opened()])
            .when(DAY_2, Command::Resume(Resume))
            .refused(Refusal::NotPaused);
    }
}
