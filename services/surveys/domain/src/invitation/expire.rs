//! Expiring: an invitation that nobody answered ends, which makes the response rate known.

use kernel::{DecodeError, Encoded, Timestamp};
use prost::Message;
use wire::schoolside::surveys::v1 as wire;

use super::{Event, Stage, State, message};

/// Asks to end an invitation whose time is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expire;

impl Expire {
    pub(super) fn decide(self, state: &State, now: Timestamp) -> Vec<Event> {
        let over = state.expires_at.is_some_and(|until| until <= now);
        match state.stage {
            Stage::Sent if over => vec![Event::Expired(Expired)],
            Stage::Unknown
            | Stage::Scheduled
            | Stage::Sent
            | Stage::Answered
            | Stage::Withdrawn
            | Stage::Expired => vec![],
        }
    }
}

/// The invitation ended without a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expired;

impl Expired {
    pub(super) const NAME: &'static str = "expired";

    #[expect(clippy::unused_self, reason = "every event folds itself")]
    pub(super) fn evolve(&self, state: State) -> State {
        State { stage: Stage::Expired, ..state }
    }

    #[expect(clippy::unused_self, reason = "every event encodes itself")]
    pub(super) fn encode(&self) -> Encoded {
        Encoded { payload: wire::InvitationExpired {}.encode_to_vec(), private: None }
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let wire::InvitationExpired {} = message(Self::NAME, payload)?;
        Ok(Self)
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventCodec, scenario::given};

    use super::*;
    use crate::invitation::{Command, Invitation, samples::*};

    #[test]
    fn only_what_nobody_answered_expires_and_only_when_its_time_is_over() {
        given::<Invitation>(a_sent_invitation()).when(hour(123), Command::Expire(Expire)).then([]);
        given::<Invitation>(a_sent_invitation())
            .when(hour(124), Command::Expire(Expire))
            .then([Event::Expired(Expired)]);
        let answered =
            a_sent_invitation().into_iter().chain([Event::Answered(answered(2, "", false))]);
        given::<Invitation>(answered).when(hour(124), Command::Expire(Expire)).then([]);
        given::<Invitation>(a_scheduled_invitation())
            .when(hour(500), Command::Expire(Expire))
            .then([]);
    }

    #[test]
    fn it_reads_back() {
        let bytes = Event::Expired(Expired).encode();
        assert_eq!(Event::decode("expired", 1, &bytes.payload, None), Ok(Event::Expired(Expired)));
    }
}
