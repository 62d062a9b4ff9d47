//! Registering a person. The name and the address are the event's private part.

use kernel::{DecodeError, Encoded, PersonId};
use prost::Message as _;
use wire::schoolside::directory::v1 as pb;

use super::{Event, Refusal, State};
use crate::{codec, text::checked_name};

/// Enter a person, or describe the person anew.
#[derive(Debug, Clone)]
pub struct Register {
    /// The person.
    pub person: PersonId,
    /// The name to show; may be empty.
    pub display_name: String,
    /// The address for mail; may be empty.
    pub email: String,
}

/// A person was entered, or described anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The person.
    pub person: PersonId,
    /// The name to show; empty outside the service and after an erasure.
    pub display_name: String,
    /// The address for mail; empty outside the service and after an erasure.
    pub email: String,
}

impl Register {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        if state.erased {
            return Err(Refusal::Erased);
        }
        let display_name = match self.display_name {
            empty if empty.is_empty() => empty,
            name => checked_name(name)?,
        };
        let registered = Registered { person: self.person, display_name, email: self.email };
        if state.registered.as_ref() == Some(&registered) {
            return Ok(vec![]);
        }
        Ok(vec![Event::Registered(registered)])
    }
}

impl Registered {
    pub(super) const NAME: &'static str = "registered";

    pub(super) fn evolve(&self, state: State) -> State {
        State { registered: Some(self.clone()), ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        let private = pb::PersonRegisteredPrivate {
            display_name: self.display_name.clone(),
            email: self.email.clone(),
        };
        let published =
            codec::published(&pb::PersonRegistered { person_id: self.person.to_string() });
        let named = !self.display_name.is_empty() || !self.email.is_empty();
        Encoded { private: named.then(|| private.encode_to_vec()), ..published }
    }

    pub(super) fn decode(payload: &[u8], private: Option<&[u8]>) -> Result<Self, DecodeError> {
        let message: pb::PersonRegistered = codec::message(Self::NAME, payload)?;
        let private: pb::PersonRegisteredPrivate =
            codec::message(Self::NAME, private.unwrap_or_default())?;
        Ok(Self {
            person: codec::id(Self::NAME, "person_id", &message.person_id)?,
            display_name: private.display_name,
            email: private.email,
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use kernel::{EventCodec, Timestamp, scenario::given};

    use super::*;
    use crate::person::{Command, Erased, Person};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    pub(in crate::person) fn pat() -> PersonId {
        PersonId::try_new("P-0101").unwrap()
    }

    pub(in crate::person) fn registered(display_name: &str) -> Event {
        let display_name = display_name.into();
        Event::Registered(Registered {
            person: pat(),
            display_name,
            email: "pat@alder-bay.test".into(),
        })
    }

    fn register(display_name: &str) -> Command {
        let display_name = display_name.into();
        Command::Register(Register {
            person: pat(),
            display_name,
            email: "pat@alder-bay.test".into(),
        })
    }

    #[test]
    fn a_person_is_entered_once_and_can_be_renamed() {
        given::<Person>([]).when(NOW, register("Pat")).then([registered("Pat")]);
        given::<Person>([registered("Pat")]).when(NOW, register("Pat")).then([]);
        given::<Person>([registered("Pat")])
            .when(NOW, register("Patricia"))
            .then([registered("Patricia")]);
    }

    #[test]
    fn an_erased_person_is_not_entered_again() {
        given::<Person>([registered("Pat"), Event::Erased(Erased { person: pat() })])
            .when(NOW, register("Pat"))
            .refused(Refusal::Erased);
    }

    #[test]
    fn the_name_is_only_in_the_private_part() {
        let event = registered("Pat");
        let bytes = event.encode();
        assert!(!String::from_utf8_lossy(&bytes.payload).contains("Pat"));
        assert_eq!(
            Event::decode("registered", 1, &bytes.payload, bytes.private.as_deref()),
            Ok(event)
        );
        let nameless =
            Registered { person: pat(), display_name: String::new(), email: String::new() };
        assert_eq!(
            Event::decode("registered", 1, &bytes.payload, None),
            Ok(Event::Registered(nameless))
        );
    }
}
