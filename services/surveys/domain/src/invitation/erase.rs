//! Erasing: the request's free text is destroyed, and with it what was written about it here. Scores and every figure stay.

use kernel::{DecodeError, Encoded};
use prost::Message;
use wire::schoolside::surveys::v1 as wire;

use super::{Answered, Event, State, message};

/// Asks to destroy the comments of an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erase {
    /// On what ground, as the request's erasure states it.
    pub ground: String,
}

impl Erase {
    pub(super) fn decide(self, state: &State) -> Vec<Event> {
        // Also of a response that was amended since: its comment is still in the log.
        if state.commented { vec![Event::Erased(Erased { ground: self.ground })] } else { vec![] }
    }
}

/// All private parts before it were destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// On what ground.
    pub ground: String,
}

impl Erased {
    pub(super) const NAME: &'static str = "erased";

    #[expect(clippy::unused_self, reason = "every event folds itself")]
    pub(super) fn evolve(&self, state: State) -> State {
        let response = state.response.map(|response| Answered { comment: None, ..response });
        State { response, commented: false, ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        let message = wire::InvitationErased { ground: self.ground.clone() };
        Encoded { payload: message.encode_to_vec(), private: None }
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let wire::InvitationErased { ground } = message(Self::NAME, payload)?;
        Ok(Self { ground })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventCodec, scenario::given};

    use super::*;
    use crate::invitation::{Command, Invitation, samples::*};

    fn erase() -> Command {
        Command::Erase(Erase { ground: "parent_request".to_owned() })
    }

    fn erased() -> Event {
        Event::Erased(Erased { ground: "parent_request".to_owned() })
    }

    fn after(more: impl IntoIterator<Item = Event>) -> Vec<Event> {
        a_sent_invitation().into_iter().chain(more).collect()
    }

    #[test]
    fn comments_are_destroyed_and_scores_stay() {
        let history = after([Event::Answered(answered(2, "a name", false))]);
        let state = given::<Invitation>(history).when(hour(40), erase()).then([erased()]);
        assert_eq!(state.response, Some(answered(2, "", false)));
        assert!(erased().erases_private());
    }

    #[test]
    fn a_comment_that_was_amended_away_is_destroyed_too() {
        let amended = [answered(2, "a name", false), answered(2, "", true)].map(Event::Answered);
        given::<Invitation>(after(amended)).when(hour(40), erase()).then([erased()]);
    }

    #[test]
    fn where_nobody_wrote_anything_nothing_happens() {
        let answered = || Event::Answered(answered(5, "", false));
        for history in [vec![], a_scheduled_invitation(), after([]), after([answered()])] {
            given::<Invitation>(history).when(hour(40), erase()).then([]);
        }
        let erased = after([answered(), erased()]);
        given::<Invitation>(erased).when(hour(41), erase()).then([]);
    }

    #[test]
    fn a_response_can_be_amended_after_it() {
        let history = after([Event::Answered(answered(2, "a name", false)), erased()]);
        given::<Invitation>(history)
            .when(hour(41), Command::Answer(answer(4, "better")))
            .then([Event::Answered(answered(4, "better", true))]);
    }

    #[test]
    fn it_reads_back() {
        let bytes = erased().encode();
        assert_eq!(Event::decode("erased", 1, &bytes.payload, None), Ok(erased()));
    }
}
