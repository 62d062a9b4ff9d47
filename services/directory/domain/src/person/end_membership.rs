//! Ending a person's role in a team with a day.

use jiff::civil::Date;
use kernel::{DecodeError, Encoded, PersonId, Role, TeamId};
use wire::schoolside::directory::v1 as pb;

use super::{Event, Refusal, State};
use crate::codec;

/// End a role in a team.
#[derive(Debug, Clone)]
pub struct EndMembership {
    /// The person.
    pub person: PersonId,
    /// The team.
    pub team: TeamId,
    /// The role.
    pub role: Role,
    /// The last day.
    pub effective_until: Date,
}

/// The person leaves a role in a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipEnded {
    /// The person.
    pub person: PersonId,
    /// The team.
    pub team: TeamId,
    /// The role.
    pub role: Role,
    /// The last day.
    pub effective_until: Date,
}

impl EndMembership {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        state.known(&self.person)?;
        let (person, team, role, effective_until) =
            (self.person, self.team, self.role, self.effective_until);
        let key = (team, role);
        let facts = state.memberships.get(&key);
        if facts.is_some_and(|facts| facts.states(day_after(effective_until), &None)) {
            return Ok(vec![]);
        }
        let member = facts
            .and_then(|facts| facts.on(effective_until))
            .is_some_and(|fact| fact.value.is_some());
        let (team, _) = key;
        if !member {
            return Err(Refusal::NotAMember { team, role, on: effective_until });
        }
        Ok(vec![Event::MembershipEnded(MembershipEnded { person, team, role, effective_until })])
    }
}

/// The first day without the role. After the last day of the calendar there is none.
fn day_after(last: Date) -> Date {
    last.tomorrow().unwrap_or(Date::MAX)
}

impl MembershipEnded {
    pub(super) const NAME: &'static str = "membership_ended";

    pub(super) fn evolve(&self, mut state: State) -> State {
        let facts = state.memberships.entry((self.team.clone(), self.role)).or_default();
        facts.record(day_after(self.effective_until), None);
        state
    }

    pub(super) fn encode(&self) -> Encoded {
        codec::published(&pb::PersonMembershipEnded {
            person_id: self.person.to_string(),
            team_id: self.team.to_string(),
            role: self.role.to_string(),
            effective_until: self.effective_until.to_string(),
        })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let message: pb::PersonMembershipEnded = codec::message(Self::NAME, payload)?;
        Ok(Self {
            person: codec::id(Self::NAME, "person_id", &message.person_id)?,
            team: codec::id(Self::NAME, "team_id", &message.team_id)?,
            role: codec::id(Self::NAME, "role", &message.role)?,
            effective_until: codec::date(Self::NAME, "effective_until", &message.effective_until)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use kernel::{EventCodec, Timestamp, scenario::given};

    use super::*;
    use crate::person::{
        Command, Person,
        register::tests::{pat, registered},
        start_membership::tests::{started, t1},
    };

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const LAST_DAY: Date = date(2026, 3, 31);

    fn end(effective_until: Date) -> Command {
        let (person, team, role) = (pat(), t1(), Role::Budget);
        Command::EndMembership(EndMembership { person, team, role, effective_until })
    }

    fn ended() -> Event {
        let (person, team, role) = (pat(), t1(), Role::Budget);
        Event::MembershipEnded(MembershipEnded { person, team, role, effective_until: LAST_DAY })
    }

    #[test]
    fn a_role_is_held_to_the_last_day_inclusive() {
        let state = given::<Person>([registered("Pat"), started(100)])
            .when(NOW, end(LAST_DAY))
            .then([ended()]);
        let facts = &state.memberships[&(t1(), Role::Budget)];
        assert_eq!(facts.on(LAST_DAY).map(|fact| fact.value), Some(Some(100)));
        assert_eq!(facts.on(date(2026, 4, 1)).map(|fact| fact.value), Some(None));
    }

    #[test]
    fn ending_it_again_with_the_same_day_says_nothing() {
        given::<Person>([registered("Pat"), started(100), ended()])
            .when(NOW, end(LAST_DAY))
            .then([]);
    }

    #[test]
    fn a_role_not_held_cannot_end() {
        let on = date(2025, 6, 30);
        given::<Person>([registered("Pat"), started(100)])
            .when(NOW, end(on))
            .refused(Refusal::NotAMember { team: t1(), role: Role::Budget, on });
    }

    #[test]
    fn it_reads_back_what_it_wrote() {
        let event = ended();
        assert_eq!(Event::decode(event.name(), 1, &event.encode().payload, None), Ok(event));
    }
}
