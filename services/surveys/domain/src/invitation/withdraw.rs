//! Withdrawing: a reopened request is not asked about until it is resolved again. A given response stands.

use kernel::{DecodeError, Encoded};
use prost::Message;
use wire::schoolside::surveys::v1 as wire;

use super::{Event, Stage, State, message};

/// Why an invitation is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithdrawReason {
    /// The resolution did not stand.
    Reopened,
    /// The request was cancelled.
    Cancelled,
    /// The person should not be asked.
    NotEligible,
}

impl WithdrawReason {
    const ALL: [Self; 3] = [Self::Reopened, Self::Cancelled, Self::NotEligible];

    /// The word as it stands in events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reopened => "reopened",
            Self::Cancelled => "cancelled",
            Self::NotEligible => "not_eligible",
        }
    }
}

/// Asks to take an invitation back.
#[derive(Debug, Clone, PartialEq)]
pub struct Withdraw {
    /// Why.
    pub reason: WithdrawReason,
}

impl Withdraw {
    pub(super) fn decide(self, state: &State) -> Vec<Event> {
        match state.stage {
            Stage::Scheduled | Stage::Sent => {
                vec![Event::Withdrawn(Withdrawn { reason: self.reason })]
            }
            Stage::Unknown | Stage::Answered | Stage::Withdrawn | Stage::Expired => vec![],
        }
    }
}

/// The invitation was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// Why.
    pub reason: WithdrawReason,
}

impl Withdrawn {
    pub(super) const NAME: &'static str = "withdrawn";

    #[expect(clippy::unused_self, reason = "every event folds itself")]
    pub(super) fn evolve(&self, state: State) -> State {
        State { stage: Stage::Withdrawn, ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        let message = wire::InvitationWithdrawn { reason: self.reason.as_str().to_owned() };
        Encoded { payload: message.encode_to_vec(), private: None }
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let event: wire::InvitationWithdrawn = message(Self::NAME, payload)?;
        let reason = WithdrawReason::ALL.into_iter().find(|reason| reason.as_str() == event.reason);
        let invalid = DecodeError::Invalid { name: Self::NAME, field: "reason" };
        Ok(Self { reason: reason.ok_or(invalid)? })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventCodec, scenario::given};

    use super::*;
    use crate::invitation::{Command, Invitation, Refusal, samples::*};

    const REOPENED: Withdraw = Withdraw { reason: WithdrawReason::Reopened };

    fn withdrawn() -> Event {
        Event::Withdrawn(Withdrawn { reason: WithdrawReason::Reopened })
    }

    #[test]
    fn a_reopened_request_is_not_asked_about() {
        for history in [a_scheduled_invitation(), a_sent_invitation()] {
            given::<Invitation>(history)
                .when(hour(30), Command::Withdraw(REOPENED))
                .then([withdrawn()]);
        }
        let after: Vec<_> = a_sent_invitation().into_iter().chain([withdrawn()]).collect();
        given::<Invitation>(after.clone()).when(hour(31), Command::Withdraw(REOPENED)).then([]);
        given::<Invitation>(after)
            .when(hour(31), Command::Answer(answer(5, "")))
            .refused(Refusal::Unknown);
    }

    #[test]
    fn a_given_response_stands() {
        let answered =
            a_sent_invitation().into_iter().chain([Event::Answered(answered(5, "", false))]);
        given::<Invitation>(answered).when(hour(40), Command::Withdraw(REOPENED)).then([]);
    }

    #[test]
    fn it_reads_back() {
        let bytes = withdrawn().encode();
        assert_eq!(Event::decode("withdrawn", 1, &bytes.payload, None), Ok(withdrawn()));
    }
}
