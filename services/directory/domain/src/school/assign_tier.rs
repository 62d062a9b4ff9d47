//! Giving a school a level of need from a day on.

use jiff::civil::Date;
use kernel::{DecodeError, Encoded, SchoolId, Tier};
use wire::schoolside::directory::v1 as pb;

use super::{Event, Refusal, State};
use crate::codec;

/// Give a school a level of need.
#[derive(Debug, Clone)]
pub struct AssignTier {
    /// The school.
    pub school: SchoolId,
    /// The level of need.
    pub tier: Tier,
    /// The first day.
    pub effective_from: Date,
}

/// From a day on the school has a level of need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierAssigned {
    /// The school.
    pub school: SchoolId,
    /// The level of need.
    pub tier: Tier,
    /// The first day.
    pub effective_from: Date,
}

impl AssignTier {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        state.takes_facts_from(&self.school, self.effective_from)?;
        let tier = self.tier;
        if state.tier.states(self.effective_from, &tier) {
            return Ok(vec![]);
        }
        Ok(vec![Event::TierAssigned(TierAssigned {
            school: self.school,
            tier,
            effective_from: self.effective_from,
        })])
    }
}

impl TierAssigned {
    pub(super) const NAME: &'static str = "tier_assigned";

    pub(super) fn evolve(&self, mut state: State) -> State {
        state.tier.record(self.effective_from, self.tier);
        state
    }

    pub(super) fn encode(&self) -> Encoded {
        codec::published(&pb::SchoolTierAssigned {
            school_id: self.school.to_string(),
            tier: number(self.tier),
            effective_from: self.effective_from.to_string(),
        })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let message: pb::SchoolTierAssigned = codec::message(Self::NAME, payload)?;
        Ok(Self {
            school: codec::id(Self::NAME, "school_id", &message.school_id)?,
            tier: tier(message.tier)
                .ok_or(DecodeError::Invalid { name: Self::NAME, field: "tier" })?,
            effective_from: codec::date(Self::NAME, "effective_from", &message.effective_from)?,
        })
    }
}

const fn number(tier: Tier) -> i32 {
    match tier {
        Tier::Foundational => 1,
        Tier::Targeted => 2,
        Tier::Intensive => 3,
    }
}

fn tier(number: i32) -> Option<Tier> {
    match number {
        1 => Some(Tier::Foundational),
        2 => Some(Tier::Targeted),
        3 => Some(Tier::Intensive),
        _ => None,
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
        Command::AssignTier(AssignTier { school, tier: Tier::Intensive, effective_from: from })
    }

    fn tier_fact(from: Date) -> Event {
        let school = tannery_lane().school;
        Event::TierAssigned(TierAssigned { school, tier: Tier::Intensive, effective_from: from })
    }

    #[test]
    fn a_fact_holds_from_its_day_on_and_is_recorded_once() {
        let state = given::<School>([Event::Registered(tannery_lane())])
            .when(NOW, ask(date(2026, 1, 5)))
            .then([tier_fact(date(2026, 1, 5))]);
        assert_eq!(state.tier.on(date(2026, 1, 4)), None);
        assert_eq!(state.tier.on(date(2026, 1, 5)).map(|fact| fact.value), Some(Tier::Intensive));
        given::<School>([Event::Registered(tannery_lane()), tier_fact(date(2026, 1, 5))])
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
        given::<School>(events.clone()).when(NOW, ask(on)).then([tier_fact(on)]);
        given::<School>(events).when(NOW, ask(date(2026, 7, 1))).refused(Refusal::Closed { on });
    }

    #[test]
    fn it_reads_back_what_it_wrote() {
        let event = tier_fact(date(2025, 7, 1));
        assert_eq!(Event::decode(event.name(), 1, &event.encode().payload, None), Ok(event));
    }
}
