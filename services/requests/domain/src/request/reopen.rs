//! Reopening: a resolved request may be taken back within fourteen days of its resolution, closed or not.

use kernel::{DecodeError, Encoded, Timestamp, time::SignedDuration};
use wire::schoolside::requests::v1 as pb;

use super::{Event, Phase, Refusal, State, Verb};
use crate::{proto, words::ReopenReason};

/// How long after its resolution a request can be reopened. Closing does not shorten it: else whoever resolves
/// could take the requester's right away by closing at once.
pub const REOPEN_WINDOW: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Asks to take a resolved request back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reopen {
    /// Why.
    pub reason: ReopenReason,
    /// What is still wrong.
    pub note: Option<String>,
}

/// A resolution did not stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reopened {
    /// Why.
    pub reason: ReopenReason,
    /// What is still wrong, unless destroyed or out of reach.
    pub note: Option<String>,
}

impl Reopen {
    pub(super) fn decide(self, state: &State, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        state.must_be(matches!(state.phase, Phase::Resolved | Phase::Closed), Verb::Reopen)?;
        let late = state.resolution.as_ref().filter(|it| now > it.at + REOPEN_WINDOW);
        match late {
            Some(resolution) => Err(Refusal::ReopenTooLate { resolved: resolution.at }),
            None => Ok(vec![Event::Reopened(Reopened { reason: self.reason, note: self.note })]),
        }
    }
}

impl Reopened {
    pub(super) fn evolve(&self, state: State) -> State {
        State { phase: Phase::Open, resolution: None, ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        let message = pb::RequestReopened { reason: self.reason.to_string() };
        let private = self.note.clone().map(|note| pb::RequestReopenedPrivate { note });
        proto::with_private(&message, private)
    }

    pub(super) fn decode(payload: &[u8], private: Option<&[u8]>) -> Result<Self, DecodeError> {
        const NAME: &str = "request.reopened";
        let it: pb::RequestReopened = proto::message(NAME, payload)?;
        let private: Option<pb::RequestReopenedPrivate> = proto::private(NAME, private)?;
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
    use crate::request::{
        Closed, Command, Request,
        samples::{DAY_2, DAY_16, DAY_17, opened, resolved_on},
    };

    fn reopen() -> Command {
        Command::Reopen(Reopen { reason: ReopenReason::NotFixed, note: None })
    }

    fn reopened() -> Event {
        Event::Reopened(Reopened { reason: ReopenReason::NotFixed, note: None })
    }

    #[test]
    fn the_window_closes_after_fourteen_days() {
        given::<Request>(resolved_on(DAY_2)).when(DAY_16, reopen()).then([reopened()]);
        given::<Request>(resolved_on(DAY_2))
            .when(DAY_17, reopen())
            .refused(Refusal::ReopenTooLate { resolved: DAY_2 });
    }

    #[test]
    fn a_closed_request_is_reopened_within_the_window() {
        let mut before = resolved_on(DAY_2);
        before.push(Event::Closed(Closed { automatic: true }));
        let state = given::<Request>(before).when(DAY_16, reopen()).then([reopened()]);
        assert_eq!((state.phase, state.resolution), (Phase::Open, None));
    }

    #[test]
    fn an_open_request_is_not_reopened() {
        given::<Request>([opened()])
            .when(DAY_2, reopen())
            .refused(Refusal::WrongState { verb: Verb::Reopen, phase: Phase::Open });
    }
}
