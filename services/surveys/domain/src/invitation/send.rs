//! Sending: after the settle delay the invitation goes out with a token of its own, of which only a hash is kept.

use std::fmt;

use kernel::{DecodeError, Encoded, Timestamp, time::SignedDuration};
use prost::Message;
use wire::schoolside::surveys::v1 as wire;

use super::{Event, Stage, State, message};

/// SHA-256 of a token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenHash(pub [u8; 32]);

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

/// Asks to send an invitation whose time has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Send {
    /// The hash of its token.
    pub token_hash: TokenHash,
    /// How long it can be answered.
    pub expiry: SignedDuration,
}

impl Send {
    pub(super) fn decide(self, state: &State, now: Timestamp) -> Vec<Event> {
        let due = state.scheduled.as_ref().is_some_and(|scheduled| scheduled.send_at <= now);
        match state.stage {
            Stage::Scheduled if due => {
                let expires_at = now.saturating_add(self.expiry).unwrap_or(Timestamp::MAX);
                vec![Event::Sent(Sent { expires_at, token_hash: Some(self.token_hash) })]
            }
            Stage::Unknown
            | Stage::Scheduled
            | Stage::Sent
            | Stage::Answered
            | Stage::Withdrawn
            | Stage::Expired => vec![],
        }
    }
}

/// The invitation went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Until when it can be answered.
    pub expires_at: Timestamp,
    /// The hash of its token; `None` for readers outside the service.
    pub token_hash: Option<TokenHash>,
}

impl Sent {
    pub(super) const NAME: &'static str = "sent";

    pub(super) fn evolve(&self, state: State) -> State {
        State { stage: Stage::Sent, expires_at: Some(self.expires_at), ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        let message =
            wire::InvitationSent { expires_at: Some(::wire::time::to_proto(self.expires_at)) };
        let private = self.token_hash.map(|hash| {
            wire::InvitationSentPrivate { token_hash: hash.0.to_vec() }.encode_to_vec()
        });
        Encoded { payload: message.encode_to_vec(), private }
    }

    pub(super) fn decode(payload: &[u8], private: Option<&[u8]>) -> Result<Self, DecodeError> {
        let event: wire::InvitationSent = message(Self::NAME, payload)?;
        let invalid = |field| DecodeError::Invalid { name: Self::NAME, field };
        let expires_at = event.expires_at.as_ref().and_then(::wire::time::from_proto);
        let private: Option<wire::InvitationSentPrivate> =
            private.map(|bytes| message(Self::NAME, bytes)).transpose()?;
        let hash = private.map(|private| private.token_hash.try_into().map(TokenHash));
        Ok(Self {
            expires_at: expires_at.ok_or(invalid("expires_at"))?,
            token_hash: hash.transpose().map_err(|_| invalid("token_hash"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventCodec, scenario::given};

    use super::*;
    use crate::invitation::{Command, Invitation, samples::*};

    fn send() -> Command {
        let expiry = SignedDuration::from_hours(100);
        Command::Send(Send { token_hash: TokenHash([7; 32]), expiry })
    }

    #[test]
    fn it_goes_out_once_when_its_time_has_come() {
        given::<Invitation>(a_scheduled_invitation()).when(hour(23), send()).then([]);
        given::<Invitation>(a_scheduled_invitation())
            .when(hour(24), send())
            .then([Event::Sent(sent())]);
        given::<Invitation>(a_sent_invitation()).when(hour(25), send()).then([]);
    }

    #[test]
    fn the_period_to_answer_runs_from_the_sending_however_late() {
        let late = Sent { expires_at: hour(150), ..sent() };
        given::<Invitation>(a_scheduled_invitation())
            .when(hour(50), send())
            .then([Event::Sent(late)]);
    }

    #[test]
    fn it_reads_back_with_and_without_its_private_part() {
        let event = Event::Sent(sent());
        let bytes = event.encode();
        assert_eq!(Event::decode("sent", 1, &bytes.payload, bytes.private.as_deref()), Ok(event));
        let outside = Event::Sent(Sent { token_hash: None, ..sent() });
        assert_eq!(Event::decode("sent", 1, &bytes.payload, None), Ok(outside));
    }
}
