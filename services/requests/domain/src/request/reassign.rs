//! Handing over: to another team, role or member, with a reason. To whom it is already changes nothing.

use kernel::{DecodeError, Encoded, PersonId, Role, TeamId};
use wire::schoolside::requests::v1 as pb;

use super::{Event, Holder, Refusal, State, Verb};
use crate::{proto, words::ReassignReason};

/// Asks to hand a request over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reassign {
    /// The team; `None` keeps it.
    pub team: Option<TeamId>,
    /// The role; `None` keeps it, or takes the type's in another team.
    pub role: Option<Role>,
    /// The member; `None` gives it to the team.
    pub member: Option<PersonId>,
    /// Why.
    pub reason: ReassignReason,
    /// A note for the next holder.
    pub note: Option<String>,
}

/// A person handed it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reassigned {
    /// Who holds it from now on.
    pub holder: Holder,
    /// Why.
    pub reason: ReassignReason,
    /// The team that held it before.
    pub previous: Option<TeamId>,
    /// A note for the next holder.
    pub note: Option<String>,
}

impl Reassign {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        state.must_be_open(Verb::Reassign)?;
        let before = state.holder.as_ref();
        let previous = before.map(|holder| holder.team.clone());
        let team = self.team.or_else(|| previous.clone()).ok_or(Refusal::TextMissing("team"))?;
        let accountable = state.facts.as_ref().and_then(|facts| facts.accountable_role);
        let role = self.role.or_else(|| before.and_then(|holder| holder.role)).or(accountable);
        let holder = Holder { team, role, member: self.member };
        if before == Some(&holder) {
            return Ok(vec![]);
        }
        let event = Reassigned { holder, reason: self.reason, previous, note: self.note };
        Ok(vec![Event::Reassigned(event)])
    }
}

impl Reassigned {
    pub(super) fn evolve(&self, state: State) -> State {
        State { holder: Some(self.holder.clone()), handed_over_at: state.version, ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        let message = pb::RequestReassigned {
            team_id: self.holder.team.to_string(),
            role: proto::text(self.holder.role.as_ref()),
            member_id: proto::text(self.holder.member.as_ref()),
            reason: self.reason.to_string(),
            previous_team_id: proto::text(self.previous.as_ref()),
        };
        let private = self.note.clone().map(|note| pb::RequestReassignedPrivate { note });
        proto::with_private(&message, private)
    }

    pub(super) fn decode(payload: &[u8], private: Option<&[u8]>) -> Result<Self, DecodeError> {
        const NAME: &str = "request.reassigned";
        let it: pb::RequestReassigned = proto::message(NAME, payload)?;
        let private: Option<pb::RequestReassignedPrivate> = proto::private(NAME, private)?;
        Ok(Self {
            holder: Holder {
                team: proto::parsed(NAME, "team_id", &it.team_id)?,
                role: proto::optional(NAME, "role", &it.role)?,
                member: proto::optional(NAME, "member_id", &it.member_id)?,
            },
            reason: proto::parsed(NAME, "reason", &it.reason)?,
            previous: proto::optional(NAME, "previous_team_id", &it.previous_team_id)?,
            note: private.and_then(|private| proto::filled(private.note)),
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::scenario::given;

    use super::*;
    use crate::request::{
        Command, Phase, Request,
        samples::{DAY_2, held_by_a_team, person, resolved_on, team},
    };

    fn reassign(team_id: &str, member: Option<&str>) -> Reassign {
        Reassign {
            team: Some(team(team_id)),
            role: None,
            member: member.map(person),
            reason: ReassignReason::WrongTeam,
            note: Some("yours".into()),
        }
    }

    #[test]
    fn a_hand_over_names_the_team_before_and_keeps_the_role() {
        let state = given::<Request>(held_by_a_team())
            .when(DAY_2, Command::Reassign(reassign("T2", None)))
            .then([Event::Reassigned(Reassigned {
                holder: Holder { team: team("T2"), role: Some(Role::Budget), member: None },
                reason: ReassignReason::WrongTeam,
                previous: Some(team("T1")),
                note: Some("yours".into()),
            })]);
        assert_eq!(state.handed_over_at, 3);
    }

    #[test]
    fn handing_over_to_the_holder_changes_nothing() {
        let command = Command::Reassign(reassign("T1", Some("T1-budget-1")));
        given::<Request>(held_by_a_team()).when(DAY_2, command).then([]);
    }

    #[test]
    fn a_resolved_request_is_not_handed_over() {
        let refusal = Refusal::WrongState { verb: Verb::Reassign, phase: Phase::Resolved };
        given::<Request>(resolved_on(DAY_2))
            .when(DAY_2, Command::Reassign(reassign("T2", None)))
            .refused(refusal);
    }
}
