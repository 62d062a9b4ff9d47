//! Destroying a person's name and address on request; ids, memberships and every figure stay.

use kernel::{DecodeError, Encoded, PersonId};
use wire::schoolside::directory::v1 as pb;

use super::{Event, Refusal, State};
use crate::codec;

/// Destroy the name and address. The private parts are deleted in the statement that stores the event.
#[derive(Debug, Clone)]
pub struct Erase {
    /// The person.
    pub person: PersonId,
}

/// The private part of the person's history was destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// The person.
    pub person: PersonId,
}

impl Erase {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        state.known(&self.person)?;
        if state.erased {
            return Ok(vec![]);
        }
        Ok(vec![Event::Erased(Erased { person: self.person })])
    }
}

impl Erased {
    pub(super) const NAME: &'static str = "erased";

    pub(super) fn evolve(&self, mut state: State) -> State {
        if let Some(person) = &mut state.registered {
            person.display_name.clear();
            person.email.clear();
        }
        State { erased: true, ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        codec::published(&pb::PersonErased { person_id: self.person.to_string() })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let message: pb::PersonErased = codec::message(Self::NAME, payload)?;
        Ok(Self { person: codec::id(Self::NAME, "person_id", &message.person_id)? })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventCodec, Timestamp, scenario::given};

    use super::*;
    use crate::person::{
        Command, Person,
        register::tests::{pat, registered},
    };

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn erase() -> Command {
        Command::Erase(Erase { person: pat() })
    }

    fn erased() -> Event {
        Event::Erased(Erased { person: pat() })
    }

    #[test]
    fn nothing_of_the_name_is_left() {
        let state = given::<Person>([registered("Pat")]).when(NOW, erase()).then([erased()]);
        assert_eq!(
            state.registered.map(|person| person.display_name + &person.email),
            Some(String::new())
        );
    }

    #[test]
    fn erasing_again_says_nothing_and_the_unknown_cannot_be_erased() {
        given::<Person>([registered("Pat"), erased()]).when(NOW, erase()).then([]);
        given::<Person>([]).when(NOW, erase()).refused(Refusal::UnknownPerson(pat()));
    }

    #[test]
    fn it_reads_back_what_it_wrote() {
        let event = erased();
        assert_eq!(Event::decode(event.name(), 1, &event.encode().payload, None), Ok(event));
    }
}
