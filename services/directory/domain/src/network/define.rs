//! Defining a network: its name, and the names under which source systems know it.

use kernel::{DecodeError, Encoded, NetworkId};
use wire::schoolside::directory::v1 as pb;

use super::{Event, Refusal, State};
use crate::{
    ExternalKeys, codec,
    text::{checked_name, merged},
};

/// Name a network, or rename it.
#[derive(Debug, Clone)]
pub struct Define {
    /// The network.
    pub network: NetworkId,
    /// Its name.
    pub display_name: String,
    /// Names in source systems, added to those known.
    pub external_keys: ExternalKeys,
}

/// A network was named, or renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defined {
    /// The network.
    pub network: NetworkId,
    /// Its name.
    pub display_name: String,
    /// All names in source systems.
    pub external_keys: ExternalKeys,
}

impl Define {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        let known =
            state.defined.as_ref().map(|defined| defined.external_keys.clone()).unwrap_or_default();
        let defined = Defined {
            network: self.network,
            display_name: checked_name(self.display_name)?,
            external_keys: merged(&known, self.external_keys),
        };
        if state.defined.as_ref() == Some(&defined) {
            return Ok(vec![]);
        }
        Ok(vec![Event::Defined(defined)])
    }
}

impl Defined {
    pub(super) const NAME: &'static str = "defined";

    pub(super) fn evolve(&self, _state: State) -> State {
        State { defined: Some(self.clone()) }
    }

    pub(super) fn encode(&self) -> Encoded {
        codec::published(&pb::NetworkDefined {
            network_id: self.network.to_string(),
            name: self.display_name.clone(),
            external_keys: self.external_keys.clone(),
        })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let message: pb::NetworkDefined = codec::message(Self::NAME, payload)?;
        Ok(Self {
            network: codec::id(Self::NAME, "network_id", &message.network_id)?,
            display_name: message.name,
            external_keys: message.external_keys,
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventCodec, Timestamp, scenario::given};

    use super::*;
    use crate::network::{Command, Network};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn keys(of: &[(&str, &str)]) -> ExternalKeys {
        of.iter().map(|(system, name)| ((*system).into(), (*name).into())).collect()
    }

    fn define(name: &str, external: &[(&str, &str)]) -> Command {
        let network = NetworkId::try_new("N1").unwrap();
        Command::Define(Define {
            network,
            display_name: name.into(),
            external_keys: keys(external),
        })
    }

    fn defined(name: &str, external: &[(&str, &str)]) -> Event {
        let network = NetworkId::try_new("N1").unwrap();
        Event::Defined(Defined {
            network,
            display_name: name.into(),
            external_keys: keys(external),
        })
    }

    #[test]
    fn a_network_can_be_renamed_and_keeps_its_names_elsewhere() {
        given::<Network>([defined("Harbour", &[("old-desk", "No Q")])])
            .when(NOW, define("Harbor", &[("erp", "17")]))
            .then([defined("Harbor", &[("old-desk", "No Q"), ("erp", "17")])]);
    }

    #[test]
    fn the_same_definition_again_says_nothing() {
        given::<Network>([defined("Harbor", &[("erp", "17")])])
            .when(NOW, define("Harbor", &[]))
            .then([]);
    }

    #[test]
    fn it_reads_back_what_it_wrote() {
        let event = defined("Harbor", &[("old-desk", "No Q")]);
        assert_eq!(Event::decode(event.name(), 1, &event.encode().payload, None), Ok(event));
    }
}
