//! Replying: publicly or among staff. A requester's reply ends a wait for the requester.

use kernel::{DecodeError, Encoded};
use wire::schoolside::requests::v1 as pb;

use super::{Event, Phase, Refusal, Resumed, State, Verb};
use crate::{
    proto,
    words::{Author, PauseReason, ResumeCause},
};

/// Asks to write on a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Who writes.
    pub author: Author,
    /// Whether the requester can read it.
    pub public: bool,
    /// What to say.
    pub body: String,
}

/// Somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replied {
    /// Who wrote.
    pub author: Author,
    /// Whether the requester can read it.
    pub public: bool,
    /// What was written, unless destroyed or out of reach.
    pub body: Option<String>,
}

impl Reply {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        state.must_be(matches!(state.phase, Phase::Open | Phase::Resolved), Verb::Reply)?;
        if self.body.trim().is_empty() {
            return Err(Refusal::TextMissing("body"));
        }
        if self.author == Author::Requester && !self.public {
            return Err(Refusal::InternalByRequester);
        }
        let answered = self.author == Author::Requester
            && state.paused == Some(PauseReason::WaitingForRequester);
        let replied = Replied { author: self.author, public: self.public, body: Some(self.body) };
        let mut events = vec![Event::Replied(replied)];
        if answered {
            events.push(Event::Resumed(Resumed { cause: ResumeCause::RequesterReplied }));
        }
        Ok(events)
    }
}

impl Replied {
    pub(super) fn encode(&self) -> Encoded {
        let message = pb::RequestReplied { author: self.author.to_wire(), public: self.public };
        let private = self.body.clone().map(|body| pb::RequestRepliedPrivate { body });
        proto::with_private(&message, private)
    }

    pub(super) fn decode(payload: &[u8], private: Option<&[u8]>) -> Result<Self, DecodeError> {
        const NAME: &str = "request.replied";
        let it: pb::RequestReplied = proto::message(NAME, payload)?;
        let private: Option<pb::RequestRepliedPrivate> = proto::private(NAME, private)?;
        Ok(Self {
            author: proto::required(NAME, "author", Author::from_wire(it.author))?,
            public: it.public,
            body: private.map(|private| private.body),
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::scenario::given;
    use rstest::rstest;

    use super::*;
    use crate::request::{
        Command, Request,
        samples::{DAY_2, opened, paused, resolved_on},
    };

    fn reply(author: Author, public: bool) -> Command {
        Command::Reply(Reply { author, public, body: "when?".into() })
    }

    fn replied(author: Author) -> Event {
        Event::Replied(Replied { author, public: true, body: Some("when?".into()) })
    }

    #[test]
    fn a_requesters_reply_ends_a_wait_for_the_requester() {
        let state = given::<Request>([opened(), paused(PauseReason::WaitingForRequester)])
            .when(DAY_2, reply(Author::Requester, true))
            .then([
                replied(Author::Requester),
                Event::Resumed(Resumed { cause: ResumeCause::RequesterReplied }),
            ]);
        assert_eq!(state.paused, None);
    }

    #[rstest]
    #[case(Author::Requester, PauseReason::WaitingForVendor)]
    #[case(Author::Staff, PauseReason::WaitingForRequester)]
    #[case(Author::Automatic, PauseReason::WaitingForRequester)]
    fn no_other_reply_ends_a_wait(#[case] author: Author, #[case] reason: PauseReason) {
        given::<Request>([opened(), paused(reason)])
            .when(DAY_2, reply(author, true))
            .then([replied(author)]);
    }

    #[test]
    fn a_requester_cannot_write_what_they_cannot_read() {
        given::<Request>([opened()])
            .when(DAY_2, reply(Author::Requester, false))
            .refused(Refusal::InternalByRequester);
    }

    #[test]
    fn thanks_may_follow_a_resolution() {
        given::<Request>(resolved_on(DAY_2))
            .when(DAY_2, reply(Author::Requester, true))
            .then([replied(Author::Requester)]);
    }
}
