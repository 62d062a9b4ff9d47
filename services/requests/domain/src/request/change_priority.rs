//! Changing the priority: a person says how urgent it is, and no rule changes it after that. The priority it has already
//! changes nothing.

use kernel::{DecodeError, Encoded, Priority};
use wire::schoolside::requests::v1 as pb;

use super::{Event, Refusal, State, Verb};
use crate::{proto, words::PriorityReason};

/// Asks to give a request another priority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePriority {
    /// The priority from now on.
    pub priority: Priority,
    /// Why.
    pub reason: PriorityReason,
}

/// A person gave it another priority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriorityChanged {
    /// The priority from now on.
    pub priority: Priority,
    /// The priority before.
    pub previous: Option<Priority>,
    /// Why.
    pub reason: PriorityReason,
}

impl ChangePriority {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        state.must_be_open(Verb::ChangePriority)?;
        let Self { priority, reason } = self;
        if state.priority == Some(priority) {
            return Ok(vec![]);
        }
        let event = PriorityChanged { priority, previous: state.priority, reason };
        Ok(vec![Event::PriorityChanged(event)])
    }
}

impl PriorityChanged {
    pub(super) fn evolve(&self, state: State) -> State {
        State { priority: Some(self.priority), prioritized: true, ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        proto::public(&pb::RequestPriorityChanged {
            priority: self.priority.to_string(),
            previous_priority: proto::text(self.previous.as_ref()),
            reason: self.reason.to_string(),
        })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = "request.priority_changed";
        let it: pb::RequestPriorityChanged = proto::message(NAME, payload)?;
        Ok(Self {
            priority: proto::parsed(NAME, "priority", &it.priority)?,
            previous: proto::optional(NAME, "previous_priority", &it.previous_priority)?,
            reason: proto::parsed(NAME, "reason", &it.reason)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Decider, EventCodec, scenario::given};

    use super::*;
    use crate::request::{
        Command, Phase, Request,
        samples::{DAY_2, held_by_a_team, opened, resolved_on, routed},
    };

    fn change(priority: Priority) -> Command {
        Command::ChangePriority(ChangePriority { priority, reason: PriorityReason::Safety })
    }

    fn changed() -> Event {
        Event::PriorityChanged(PriorityChanged {
            priority: Priority::P1,
            previous: Some(Priority::P2),
            reason: PriorityReason::Safety,
        })
    }

    #[test]
    fn a_new_priority_names_the_one_before() {
        let state =
            given::<Request>(held_by_a_team()).when(DAY_2, change(Priority::P1)).then([changed()]);
        assert_eq!(state.priority, Some(Priority::P1));
    }

    #[test]
    fn the_priority_it_has_changes_nothing() {
        given::<Request>(held_by_a_team()).when(DAY_2, change(Priority::P2)).then([]);
    }

    #[test]
    fn a_resolved_request_keeps_its_priority() {
        let refusal = Refusal::WrongState { verb: Verb::ChangePriority, phase: Phase::Resolved };
        given::<Request>(resolved_on(DAY_2)).when(DAY_2, change(Priority::P1)).refused(refusal);
    }

    #[test]
    fn no_rule_takes_it_back() {
        let Event::Routed(ruled) = routed() else { panic!("not routed") };
        let route = Command::Route(crate::request::Route {
            holder: ruled.holder,
            priority: Some(Priority::P2),
            decision: ruled.decision,
            rule_set_version: 1,
            contributing: vec![],
            request_version: 2,
        });
        let state = given::<Request>([opened(), changed()]).state();
        let events = Request::decide(&state, route, DAY_2).unwrap();
        let [Event::Routed(routed)] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!(routed.priority, Some(Priority::P1));
    }

    #[test]
    fn a_change_survives_the_wire() {
        let bytes = changed().encode();
        assert_eq!(Event::decode("priority_changed", 1, &bytes.payload, None), Ok(changed()));
    }
}
