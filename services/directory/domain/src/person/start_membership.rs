//! Giving a person a role in a team from a day on; stated again with another capacity, it changes that.

use jiff::civil::Date;
use kernel::{DecodeError, Encoded, PersonId, Role, TeamId};
use wire::schoolside::directory::v1 as pb;

use super::{Event, Refusal, State};
use crate::{Reference, codec};

/// The largest capacity of one membership, in hundredths of a full share.
const CAPACITY_LIMIT: u16 = 200;

/// Give a person a role in a team.
#[derive(Debug, Clone)]
pub struct StartMembership {
    /// The person.
    pub person: PersonId,
    /// The team.
    pub team: Reference<TeamId>,
    /// The role.
    pub role: Role,
    /// The first day.
    pub effective_from: Date,
    /// How much work the person takes, in hundredths of a full share.
    pub capacity_percent: i32,
}

/// From a day on the person has a role in a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipStarted {
    /// The person.
    pub person: PersonId,
    /// The team.
    pub team: TeamId,
    /// The role.
    pub role: Role,
    /// The first day.
    pub effective_from: Date,
    /// How much work the person takes, in hundredths of a full share.
    pub capacity_percent: u16,
}

impl StartMembership {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        state.known(&self.person)?;
        if state.erased {
            return Err(Refusal::Erased);
        }
        let team = self.team.or_refuse(Refusal::UnknownTeam)?;
        let capacity_percent = u16::try_from(self.capacity_percent)
            .ok()
            .filter(|percent| (1..=CAPACITY_LIMIT).contains(percent))
            .ok_or(Refusal::InvalidCapacity(self.capacity_percent))?;
        let (role, effective_from) = (self.role, self.effective_from);
        let key = (team, role);
        let held = state.memberships.get(&key);
        if held.is_some_and(|facts| facts.states(effective_from, &Some(capacity_percent))) {
            return Ok(vec![]);
        }
        let (person, (team, _)) = (self.person, key);
        Ok(vec![Event::MembershipStarted(MembershipStarted {
            person,
            team,
            role,
            effective_from,
            capacity_percent,
        })])
    }
}

impl MembershipStarted {
    pub(super) const NAME: &'static str = "membership_started";

    pub(super) fn evolve(&self, mut state: State) -> State {
        let facts = state.memberships.entry((self.team.clone(), self.role)).or_default();
        facts.record(self.effective_from, Some(self.capacity_percent));
        state
    }

    pub(super) fn encode(&self) -> Encoded {
        codec::published(&pb::PersonMembershipStarted {
            person_id: self.person.to_string(),
            team_id: self.team.to_string(),
            role: self.role.to_string(),
            effective_from: self.effective_from.to_string(),
            capacity_percent: self.capacity_percent.into(),
        })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let message: pb::PersonMembershipStarted = codec::message(Self::NAME, payload)?;
        let capacity_percent = u16::try_from(message.capacity_percent)
            .map_err(|_| DecodeError::Invalid { name: Self::NAME, field: "capacity_percent" })?;
        Ok(Self {
            person: codec::id(Self::NAME, "person_id", &message.person_id)?,
            team: codec::id(Self::NAME, "team_id", &message.team_id)?,
            role: codec::id(Self::NAME, "role", &message.role)?,
            effective_from: codec::date(Self::NAME, "effective_from", &message.effective_from)?,
            capacity_percent,
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;
    use kernel::{EventCodec, Timestamp, scenario::given};

    use super::*;
    use crate::person::{
        Command, Erased, Person,
        register::tests::{pat, registered},
    };

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const JULY: Date = date(2025, 7, 1);

    pub(in crate::person) fn t1() -> TeamId {
        TeamId::try_new("T1").unwrap()
    }

    pub(in crate::person) fn started(capacity_percent: u16) -> Event {
        let (person, team, role) = (pat(), t1(), Role::Budget);
        Event::MembershipStarted(MembershipStarted {
            person,
            team,
            role,
            effective_from: JULY,
            capacity_percent,
        })
    }

    fn start(team: Reference<TeamId>, capacity_percent: i32) -> Command {
        let (person, role) = (pat(), Role::Budget);
        Command::StartMembership(StartMembership {
            person,
            team,
            role,
            effective_from: JULY,
            capacity_percent,
        })
    }

    #[test]
    fn a_membership_begins_once_and_its_capacity_can_change() {
        let known = Reference::known(t1());
        given::<Person>([registered("Pat")])
            .when(NOW, start(known.clone(), 100))
            .then([started(100)]);
        given::<Person>([registered("Pat"), started(100)])
            .when(NOW, start(known.clone(), 100))
            .then([]);
        given::<Person>([registered("Pat"), started(100)])
            .when(NOW, start(known, 50))
            .then([started(50)]);
    }

    #[test]
    fn person_and_team_must_exist() {
        given::<Person>([])
            .when(NOW, start(Reference::known(t1()), 100))
            .refused(Refusal::UnknownPerson(pat()));
        given::<Person>([registered("Pat")])
            .when(NOW, start(Reference::unknown(t1()), 100))
            .refused(Refusal::UnknownTeam(t1()));
    }

    #[test]
    fn capacity_lies_between_one_and_two_hundred() {
        for percent in [-1, 0, 201, 70_000] {
            given::<Person>([registered("Pat")])
                .when(NOW, start(Reference::known(t1()), percent))
                .refused(Refusal::InvalidCapacity(percent));
        }
    }

    #[test]
    fn an_erased_person_takes_no_new_role() {
        given::<Person>([registered("Pat"), Event::Erased(Erased { person: pat() })])
            .when(NOW, start(Reference::known(t1()), 100))
            .refused(Refusal::Erased);
    }

    #[test]
    fn it_reads_back_what_it_wrote() {
        let event = started(60);
        assert_eq!(Event::decode(event.name(), 1, &event.encode().payload, None), Ok(event));
    }
}
