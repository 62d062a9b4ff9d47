//! Appointing a school's principal of record from a day on: it decides who is asked about the service.

use jiff::civil::Date;
use kernel::{DecodeError, Encoded, PersonId, SchoolId};
use wire::schoolside::directory::v1 as pb;

use super::{Event, Refusal, State};
use crate::{Reference, codec};

/// Appoint a school's principal of record.
#[derive(Debug, Clone)]
pub struct AppointPrincipal {
    /// The school.
    pub school: SchoolId,
    /// The person.
    pub principal: Reference<PersonId>,
    /// The first day.
    pub effective_from: Date,
}

/// From a day on a person is the school's principal of record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalAppointed {
    /// The school.
    pub school: SchoolId,
    /// The person.
    pub principal: PersonId,
    /// The first day.
    pub effective_from: Date,
}

impl AppointPrincipal {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        state.takes_facts_from(&self.school, self.effective_from)?;
        let principal = self.principal.or_refuse(Refusal::UnknownPerson)?;
        if state.principal.states(self.effective_from, &principal) {
            return Ok(vec![]);
        }
        Ok(vec![Event::PrincipalAppointed(PrincipalAppointed {
            school: self.school,
            principal,
            effective_from: self.effective_from,
        })])
    }
}

impl PrincipalAppointed {
    pub(super) const NAME: &'static str = "principal_appointed";

    pub(super) fn evolve(&self, mut state: State) -> State {
        state.principal.record(self.effective_from, self.principal.clone());
        state
    }

    pub(super) fn encode(&self) -> Encoded {
        codec::published(&pb::SchoolPrincipalAppointed {
            school_id: self.school.to_string(),
            person_id: self.principal.to_string(),
            effective_from: self.effective_from.to_string(),
        })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let message: pb::SchoolPrincipalAppointed = codec::message(Self::NAME, payload)?;
        Ok(Self {
            school: codec::id(Self::NAME, "school_id", &message.school_id)?,
            principal: codec::id(Self::NAME, "person_id", &message.person_id)?,
            effective_from: codec::date(Self::NAME, "effective_from", &message.effective_from)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use kernel::{EventCodec, Timestamp, scenario::given};

    use super::*;
    use crate::school::{Closed, Command, School, register::tests::tannery_lane};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn ask(from: Date) -> Command {
        let school = tannery_lane().school;
        Command::AppointPrincipal(AppointPrincipal {
            school,
            principal: Reference::known(PersonId::try_new("P-0208").unwrap()),
            effective_from: from,
        })
    }

    fn principal_fact(from: Date) -> Event {
        let school = tannery_lane().school;
        Event::PrincipalAppointed(PrincipalAppointed {
            school,
            principal: PersonId::try_new("P-0208").unwrap(),
            effective_from: from,
        })
    }

    #[test]
    fn a_fact_holds_from_its_day_on_and_is_recorded_once() {
        let state = given::<School>([Event::Registered(tannery_lane())])
            .when(NOW, ask(date(2026, 1, 5)))
            .then([principal_fact(date(2026, 1, 5))]);
        assert_eq!(state.principal.on(date(2026, 1, 4)), None);
        assert_eq!(
            state.principal.on(date(2026, 1, 5)).map(|fact| fact.value.clone()),
            Some(PersonId::try_new("P-0208").unwrap())
        );
        given::<School>([Event::Registered(tannery_lane()), principal_fact(date(2026, 1, 5))])
            .when(NOW, ask(date(2026, 1, 5)))
            .then([]);
    }

    #[test]
    fn an_unregistered_school_takes_no_facts() {
        given::<School>([])
            .when(NOW, ask(date(2026, 1, 5)))
            .refused(Refusal::UnknownSchool(tannery_lane().school));
    }

    #[test]
    fn no_fact_begins_after_the_last_day() {
        let on = date(2026, 6, 30);
        let closed = Closed { school: tannery_lane().school, effective_on: on, merged_into: None };
        let events = [Event::Registered(tannery_lane()), Event::Closed(closed)];
        given::<School>(events.clone()).when(NOW, ask(on)).then([principal_fact(on)]);
        given::<School>(events).when(NOW, ask(date(2026, 7, 1))).refused(Refusal::Closed { on });
    }

    #[test]
    fn what_it_refers_to_must_exist() {
        let school = tannery_lane().school;
        let command = AppointPrincipal {
            school,
            principal: Reference::unknown(PersonId::try_new("P-0208").unwrap()),
            effective_from: date(2026, 1, 5),
        };
        given::<School>([Event::Registered(tannery_lane())])
            .when(NOW, Command::AppointPrincipal(command))
            .refused(Refusal::UnknownPerson(PersonId::try_new("P-0208").unwrap()));
    }

    #[test]
    fn it_reads_back_what_it_wrote() {
        let event = principal_fact(date(2025, 7, 1));
        assert_eq!(Event::decode(event.name(), 1, &event.encode().payload, None), Ok(event));
    }
}
