//! Placing a school in a network from a day on.

use jiff::civil::Date;
use kernel::{DecodeError, Encoded, NetworkId, SchoolId};
use wire::schoolside::directory::v1 as pb;

use super::{Event, Refusal, State};
use crate::{Reference, codec};

/// Place a school in a network.
#[derive(Debug, Clone)]
pub struct AssignNetwork {
    /// The school.
    pub school: SchoolId,
    /// The network.
    pub network: Reference<NetworkId>,
    /// The first day.
    pub effective_from: Date,
}

/// From a day on the school belongs to a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkAssigned {
    /// The school.
    pub school: SchoolId,
    /// The network.
    pub network: NetworkId,
    /// The first day.
    pub effective_from: Date,
}

impl AssignNetwork {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        state.takes_facts_from(&self.school, self.effective_from)?;
        let network = self.network.or_refuse(Refusal::UnknownNetwork)?;
        if state.network.states(self.effective_from, &network) {
            return Ok(vec![]);
        }
        Ok(vec![Event::NetworkAssigned(NetworkAssigned {
            school: self.school,
            network,
            effective_from: self.effective_from,
        })])
    }
}

impl NetworkAssigned {
    pub(super) const NAME: &'static str = "network_assigned";

    pub(super) fn evolve(&self, mut state: State) -> State {
        state.network.record(self.effective_from, self.network.clone());
        state
    }

    pub(super) fn encode(&self) -> Encoded {
        codec::published(&pb::SchoolNetworkAssigned {
            school_id: self.school.to_string(),
            network_id: self.network.to_string(),
            effective_from: self.effective_from.to_string(),
        })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let message: pb::SchoolNetworkAssigned = codec::message(Self::NAME, payload)?;
        Ok(Self {
            school: codec::id(Self::NAME, "school_id", &message.school_id)?,
            network: codec::id(Self::NAME, "network_id", &message.network_id)?,
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
        Command::AssignNetwork(AssignNetwork {
            school,
            network: Reference::known(NetworkId::try_new("N3").unwrap()),
            effective_from: from,
        })
    }

    fn network_fact(from: Date) -> Event {
        let school = tannery_lane().school;
        Event::NetworkAssigned(NetworkAssigned {
            school,
            network: NetworkId::try_new("N3").unwrap(),
            effective_from: from,
        })
    }

    #[test]
    fn a_fact_holds_from_its_day_on_and_is_recorded_once() {
        let state = given::<School>([Event::Registered(tannery_lane())])
            .when(NOW, ask(date(2026, 1, 5)))
            .then([network_fact(date(2026, 1, 5))]);
        assert_eq!(state.network.on(date(2026, 1, 4)), None);
        assert_eq!(
            state.network.on(date(2026, 1, 5)).map(|fact| fact.value.clone()),
            Some(NetworkId::try_new("N3").unwrap())
        );
        given::<School>([Event::Registered(tannery_lane()), network_fact(date(2026, 1, 5))])
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
        given::<School>(events.clone()).when(NOW, ask(on)).then([network_fact(on)]);
        given::<School>(events).when(NOW, ask(date(2026, 7, 1))).refused(Refusal::Closed { on });
    }

    #[test]
    fn what_it_refers_to_must_exist() {
        let school = tannery_lane().school;
        let command = AssignNetwork {
            school,
            network: Reference::unknown(NetworkId::try_new("N3").unwrap()),
            effective_from: date(2026, 1, 5),
        };
        given::<School>([Event::Registered(tannery_lane())])
            .when(NOW, Command::AssignNetwork(command))
            .refused(Refusal::UnknownNetwork(NetworkId::try_new("N3").unwrap()));
    }

    #[test]
    fn it_reads_back_what_it_wrote() {
        let event = network_fact(date(2025, 7, 1));
        assert_eq!(Event::decode(event.name(), 1, &event.encode().payload, None), Ok(event));
    }
}
