//! Routing: the decision of the routing service takes effect, unless life went on meanwhile.

use kernel::{DecodeError, Encoded, EventId, Priority};
use wire::schoolside::requests::v1 as pb;

use super::{Event, Holder, Phase, Refusal, State};
use crate::proto;

/// Asks to take a decision over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Who holds it from now on.
    pub holder: Holder,
    /// The priority after the rules; `None` leaves it.
    pub priority: Option<Priority>,
    /// The decision's event in the routing service.
    pub decision: EventId,
    /// The version of the rule set that decided.
    pub rule_set_version: i32,
    /// Who contributes.
    pub contributing: Vec<String>,
    /// The version of the request that was judged.
    pub request_version: i32,
}

/// A decision took effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routed {
    /// Who holds it from now on.
    pub holder: Holder,
    /// The priority after the rules.
    pub priority: Option<Priority>,
    /// The decision's event in the routing service.
    pub decision: EventId,
    /// The version of the rule set that decided.
    pub rule_set_version: i32,
    /// Who contributes.
    pub contributing: Vec<String>,
    /// The version of the request that was judged.
    pub request_version: i32,
}

impl Route {
    /// A decision that comes too late is dropped in silence: the request is finished, or a person handed it over
    /// after the version that was judged, and a person's word outranks a rule's. So does the priority that a person gave
    /// it, and a reclassification after that version: the decision then only says who holds it.
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        let imported = state.facts.as_ref().is_some_and(|facts| facts.imported);
        let overtaken = state.handed_over_at > self.request_version;
        let repeated = state.decision == Some(self.decision);
        if state.phase == Phase::New {
            return Err(Refusal::NotOpened);
        }
        if state.phase != Phase::Open || imported || overtaken || repeated {
            return Ok(vec![]);
        }
        let reclassified = state.reclassified_at > self.request_version;
        let ruled = self.priority.filter(|_| !state.prioritized);
        Ok(vec![Event::Routed(Routed {
            holder: self.holder,
            priority: ruled.or(state.priority),
            decision: self.decision,
            rule_set_version: self.rule_set_version,
            contributing: if reclassified { state.contributing.clone() } else { self.contributing },
            request_version: self.request_version,
        })])
    }
}

impl Routed {
    pub(super) fn evolve(&self, state: State) -> State {
        State {
            holder: Some(self.holder.clone()),
            priority: self.priority,
            decision: Some(self.decision),
            contributing: self.contributing.clone(),
            ..state
        }
    }

    pub(super) fn encode(&self) -> Encoded {
        proto::public(&pb::RequestRouted {
            team_id: self.holder.team.to_string(),
            role: proto::text(self.holder.role.as_ref()),
            member_id: proto::text(self.holder.member.as_ref()),
            priority: proto::text(self.priority.as_ref()),
            decision_event_id: self.decision.to_string(),
            rule_set_version: self.rule_set_version,
            contributing: self.contributing.clone(),
            request_version: self.request_version,
        })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = "request.routed";
        let it: pb::RequestRouted = proto::message(NAME, payload)?;
        Ok(Self {
            holder: Holder {
                team: proto::parsed(NAME, "team_id", &it.team_id)?,
                role: proto::optional(NAME, "role", &it.role)?,
                member: proto::optional(NAME, "member_id", &it.member_id)?,
            },
            priority: proto::optional(NAME, "priority", &it.priority)?,
            decision: proto::parsed(NAME, "decision_event_id", &it.decision_event_id)?,
            rule_set_version: it.rule_set_version,
            contributing: it.contributing,
            request_version: it.request_version,
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventCodec, Role, scenario::given};
    use uuid::Uuid;

    use super::*;
    use crate::request::{
        Command, Reassigned, Request,
        samples::{DAY_1, DAY_2, held_by_a_team, opened, person, resolved_on, routed, team},
    };

    fn route(decision: u128) -> Route {
        Route {
            holder: Holder {
                team: team("T1"),
                role: Some(Role::Budget),
                member: Some(person("T1-budget-1")),
            },
            priority: Some(Priority::P2),
            decision: EventId(Uuid::from_u128(decision)),
            rule_set_version: 1,
            contributing: vec!["desk:PROC".into()],
            request_version: 1,
        }
    }

    #[test]
    fn a_decision_gives_the_request_a_holder_and_a_priority() {
        let state =
            given::<Request>([opened()]).when(DAY_1, Command::Route(route(70))).then([routed()]);
        assert_eq!(state.holder.unwrap().team, team("T1"));
        assert_eq!(state.priority, Some(Priority::P2));
    }

    #[test]
    fn the_same_decision_again_or_one_for_a_finished_request_changes_nothing() {
        given::<Request>(held_by_a_team()).when(DAY_1, Command::Route(route(70))).then([]);
        given::<Request>(resolved_on(DAY_2)).when(DAY_2, Command::Route(route(71))).then([]);
    }

    #[test]
    fn a_person_who_handed_it_over_meanwhile_outranks_the_decision() {
        let reassigned = Event::Reassigned(Reassigned {
            holder: Holder { team: team("T2"), role: None, member: None },
            reason: crate::words::ReassignReason::WrongTeam,
            previous: None,
            note: None,
        });
        given::<Request>([opened(), reassigned]).when(DAY_1, Command::Route(route(71))).then([]);
    }

    #[test]
    fn a_decision_survives_the_wire() {
        let bytes = routed().encode();
        assert_eq!(Event::decode("routed", 1, &bytes.payload, None), Ok(routed()));
    }
}
