//! Changing the school: the request is for another school than was thought, or its requester moved. It takes the new
//! school's network, tier and level as they are now; who holds it stays, since a person may have decided that.

use kernel::{DecodeError, Encoded, PersonId, SchoolId};
use wire::schoolside::requests::v1 as pb;

use super::{Event, Facts, Refusal, School, State, Verb, open::tier_number};
use crate::{proto, words::SchoolReason};

/// Asks to change the school of a request. The school was looked up before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSchool {
    /// The school as it is today.
    pub school: School,
    /// For whom it is from now on; `None` leaves it.
    pub requester: Option<PersonId>,
    /// Why.
    pub reason: SchoolReason,
}

/// It is for another school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolChanged {
    /// The school as it was then.
    pub school: School,
    /// The school before.
    pub previous: Option<SchoolId>,
    /// For whom it is from now on; `None` if that did not change.
    pub requester: Option<PersonId>,
    /// Why.
    pub reason: SchoolReason,
}

/// The facts with another school and, if given, another requester.
fn moved(facts: Facts, school: &School, requester: Option<&PersonId>) -> Facts {
    Facts {
        school: Some(school.id.clone()),
        network: school.network.clone(),
        tier: school.tier,
        level: school.level,
        requester: requester.cloned().or(facts.requester),
        ..facts
    }
}

impl ChangeSchool {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        state.must_be_open(Verb::ChangeSchool)?;
        let facts = state.facts.as_ref().ok_or(Refusal::NotOpened)?;
        let Self { school, requester, reason } = self;
        let requester = requester.filter(|it| facts.requester.as_ref() != Some(it));
        if moved(facts.clone(), &school, requester.as_ref()) == *facts {
            return Ok(vec![]);
        }
        let event = SchoolChanged { school, previous: facts.school.clone(), requester, reason };
        Ok(vec![Event::SchoolChanged(event)])
    }
}

impl SchoolChanged {
    pub(super) fn evolve(&self, state: State) -> State {
        state.corrected(|facts| moved(facts, &self.school, self.requester.as_ref()))
    }

    pub(super) fn encode(&self) -> Encoded {
        proto::public(&pb::RequestSchoolChanged {
            school_id: self.school.id.to_string(),
            network_id: proto::text(self.school.network.as_ref()),
            tier: self.school.tier.map_or(0, tier_number),
            school_level: proto::text(self.school.level.as_ref()),
            previous_school_id: proto::text(self.previous.as_ref()),
            requester_id: proto::text(self.requester.as_ref()),
            reason: self.reason.to_string(),
        })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = "request.school_changed";
        let it: pb::RequestSchoolChanged = proto::message(NAME, payload)?;
        let tier = if it.tier == 0 { String::new() } else { it.tier.to_string() };
        Ok(Self {
            school: School {
                id: proto::parsed(NAME, "school_id", &it.school_id)?,
                network: proto::optional(NAME, "network_id", &it.network_id)?,
                tier: proto::optional(NAME, "tier", &tier)?,
                level: proto::optional(NAME, "school_level", &it.school_level)?,
            },
            previous: proto::optional(NAME, "previous_school_id", &it.previous_school_id)?,
            requester: proto::optional(NAME, "requester_id", &it.requester_id)?,
            reason: proto::parsed(NAME, "reason", &it.reason)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventCodec, NetworkId, SchoolLevel, Tier, scenario::given};

    use super::*;
    use crate::request::{
        Command, Phase, Request,
        samples::{DAY_2, a_school, held_by_a_team, person, resolved_on, team},
    };

    fn another_school() -> School {
        School {
            id: SchoolId::try_new("0107").unwrap(),
            network: Some(NetworkId::try_new("N2").unwrap()),
            tier: Some(Tier::Intensive),
            level: Some(SchoolLevel::High),
        }
    }

    fn change(school: School, requester: Option<&str>) -> Command {
        let requester = requester.map(person);
        Command::ChangeSchool(ChangeSchool { school, requester, reason: SchoolReason::WrongSchool })
    }

    fn changed(requester: Option<&str>) -> Event {
        Event::SchoolChanged(SchoolChanged {
            school: another_school(),
            previous: Some(a_school().id),
            requester: requester.map(person),
            reason: SchoolReason::WrongSchool,
        })
    }

    #[test]
    fn it_takes_the_new_schools_snapshot_and_keeps_holder_and_requester() {
        let state = given::<Request>(held_by_a_team())
            .when(DAY_2, change(another_school(), None))
            .then([changed(None)]);
        let facts = state.facts.unwrap();
        assert_eq!(facts.school, Some(another_school().id));
        assert_eq!((facts.network, facts.tier), (another_school().network, Some(Tier::Intensive)));
        assert_eq!(facts.requester, Some(person("P-0101")));
        assert_eq!(state.holder.unwrap().team, team("T1"));
    }

    #[test]
    fn it_may_be_for_somebody_else_too() {
        let state = given::<Request>(held_by_a_team())
            .when(DAY_2, change(another_school(), Some("P-0107")))
            .then([changed(Some("P-0107"))]);
        assert_eq!(state.facts.unwrap().requester, Some(person("P-0107")));
    }

    #[test]
    fn the_school_it_has_changes_nothing_unless_the_school_has_changed() {
        given::<Request>(held_by_a_team()).when(DAY_2, change(a_school(), Some("P-0101"))).then([]);
        let retiered = School { tier: Some(Tier::Intensive), ..a_school() };
        let state = given::<Request>(held_by_a_team()).state();
        let change =
            ChangeSchool { school: retiered, requester: None, reason: SchoolReason::Other };
        assert_eq!(change.decide(&state).unwrap().len(), 1);
    }

    #[test]
    fn a_resolved_request_keeps_its_school() {
        let refusal = Refusal::WrongState { verb: Verb::ChangeSchool, phase: Phase::Resolved };
        given::<Request>(resolved_on(DAY_2))
            .when(DAY_2, change(another_school(), None))
            .refused(refusal);
    }

    #[test]
    fn a_change_survives_the_wire() {
        for event in [changed(None), changed(Some("P-0107"))] {
            let bytes = event.encode();
            assert_eq!(Event::decode("school_changed", 1, &bytes.payload, None), Ok(event));
        }
    }
}
