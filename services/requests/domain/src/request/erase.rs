//! Erasing: all free text so far is destroyed; the history and every figure stay.

use kernel::{DecodeError, Encoded};
use wire::schoolside::requests::v1 as pb;

use super::{Event, Phase, Refusal, Resolution, State};
use crate::{proto, words::ErasureGround};

/// Asks to destroy a request's free text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erase {
    /// On what ground.
    pub ground: ErasureGround,
}

/// All private parts before it were destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// On what ground.
    pub ground: ErasureGround,
}

impl Erase {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        if state.phase == Phase::New {
            return Err(Refusal::NotOpened);
        }
        // Also when nothing is left here: others destroy what was written about it since, in their own logs.
        Ok(vec![Event::Erased(Erased { ground: self.ground })])
    }
}

impl Erased {
    pub(super) fn evolve(&self, state: State) -> State {
        let resolution = state.resolution.map(|it| Resolution { summary: None, ..it });
        State { text: None, resolution, erased: true, ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        proto::public(&pb::RequestErased { ground: self.ground.to_string() })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = "request.erased";
        let it: pb::RequestErased = proto::message(NAME, payload)?;
        Ok(Self { ground: proto::parsed(NAME, "ground", &it.ground)? })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventCodec, scenario::given};

    use super::*;
    use crate::request::{
        Command, Request,
        samples::{DAY_2, DAY_9, resolved_on},
    };

    fn erase() -> Command {
        Command::Erase(Erase { ground: ErasureGround::ParentRequest })
    }

    fn erased() -> Event {
        Event::Erased(Erased { ground: ErasureGround::ParentRequest })
    }

    #[test]
    fn erasing_keeps_the_facts_and_drops_every_text() {
        let state = given::<Request>(resolved_on(DAY_2)).when(DAY_9, erase()).then([erased()]);
        assert!(erased().erases_private());
        assert_eq!((state.text, state.resolution.unwrap().summary), (None, None));
        assert!(state.facts.is_some());
    }

    #[test]
    fn erasing_again_is_said_again_because_others_may_have_text_of_it() {
        let before: Vec<_> = resolved_on(DAY_2).into_iter().chain([erased()]).collect();
        given::<Request>(before).when(DAY_9, erase()).then([erased()]);
    }
}
