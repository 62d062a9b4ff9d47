//! Retiring a request type: no new requests of it are taken; those under way go on.

use kernel::{DecodeError, Encoded, RequestTypeId};
use wire::schoolside::requests::v1 as pb;

use super::{Event, Refusal, State};
use crate::proto;

/// Asks to retire a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retire {
    /// The type.
    pub id: RequestTypeId,
}

/// A type was retired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retired {
    /// The type.
    pub id: RequestTypeId,
}

impl Retire {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        match (&state.definition, state.retired) {
            (None, _) => Err(Refusal::Unknown(self.id)),
            (Some(_), true) => Ok(vec![]),
            (Some(_), false) => Ok(vec![Event::Retired(Retired { id: self.id })]),
        }
    }
}

impl Retired {
    pub(super) fn evolve(&self, state: State) -> State {
        State { retired: true, ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        proto::public(&pb::RequestTypeRetired { request_type_id: self.id.to_string() })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = "request_type.retired";
        let it: pb::RequestTypeRetired = proto::message(NAME, payload)?;
        Ok(Self { id: proto::parsed(NAME, "request_type_id", &it.request_type_id)? })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Timestamp, scenario::given};

    use super::*;
    use crate::request_type::{Command, Define, Defined, RequestType, define::tests::a_definition};

    fn defined() -> Event {
        Event::Defined(Box::new(Defined { definition: a_definition() }))
    }

    fn retire() -> Retire {
        Retire { id: a_definition().id }
    }

    #[test]
    fn a_type_is_retired_once_and_taken_up_again_by_defining_it() {
        let retired = Event::Retired(Retired { id: a_definition().id });
        let now = Timestamp::UNIX_EPOCH;
        given::<RequestType>([defined()])
            .when(now, Command::Retire(retire()))
            .then([retired.clone()]);
        given::<RequestType>([defined(), retired.clone()])
            .when(now, Command::Retire(retire()))
            .then([]);
        let again = Command::Define(Box::new(Define { definition: a_definition() }));
        let state = given::<RequestType>([defined(), retired]).when(now, again).then([defined()]);
        assert!(!state.retired);
    }

    #[test]
    fn an_unknown_type_cannot_be_retired() {
        given::<RequestType>([])
            .when(Timestamp::UNIX_EPOCH, Command::Retire(retire()))
            .refused(Refusal::Unknown(a_definition().id));
    }
}
