//! Defining a team: its name and what kind of team it is.

use kernel::{DecodeError, Encoded, TeamId};
use wire::schoolside::directory::v1 as pb;

use super::{Event, Kind, Refusal, State};
use crate::{
    ExternalKeys, codec,
    text::{checked_name, merged},
};

/// Name a team, or rename it.
#[derive(Debug, Clone)]
pub struct Define {
    /// The team.
    pub team: TeamId,
    /// Its name.
    pub display_name: String,
    /// What kind of team it is.
    pub kind: Kind,
    /// Names in source systems, added to those known.
    pub external_keys: ExternalKeys,
}

/// A team was named, or renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defined {
    /// The team.
    pub team: TeamId,
    /// Its name.
    pub display_name: String,
    /// What kind of team it is.
    pub kind: Kind,
    /// All names in source systems.
    pub external_keys: ExternalKeys,
}

impl Define {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        if !state.networks.is_empty() && self.kind != Kind::NetworkTeam {
            return Err(Refusal::KindFixed);
        }
        let known =
            state.defined.as_ref().map(|defined| defined.external_keys.clone()).unwrap_or_default();
        let defined = Defined {
            team: self.team,
            display_name: checked_name(self.display_name)?,
            kind: self.kind,
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

    pub(super) fn evolve(&self, state: State) -> State {
        State { defined: Some(self.clone()), ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        let kind = match self.kind {
            Kind::NetworkTeam => pb::TeamKind::NetworkTeam,
            Kind::Desk => pb::TeamKind::Desk,
            Kind::Intake => pb::TeamKind::Intake,
        };
        codec::published(&pb::TeamDefined {
            team_id: self.team.to_string(),
            name: self.display_name.clone(),
            kind: kind.into(),
            external_keys: self.external_keys.clone(),
        })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let message: pb::TeamDefined = codec::message(Self::NAME, payload)?;
        let kind = match message.kind() {
            pb::TeamKind::NetworkTeam => Kind::NetworkTeam,
            pb::TeamKind::Desk => Kind::Desk,
            pb::TeamKind::Intake => Kind::Intake,
            pb::TeamKind::Unspecified => {
                return Err(DecodeError::Invalid { name: Self::NAME, field: "kind" });
            }
        };
        Ok(Self {
            team: codec::id(Self::NAME, "team_id", &message.team_id)?,
            kind,
            display_name: message.name,
            external_keys: message.external_keys,
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;
    use kernel::{EventCodec, NetworkId, Timestamp, scenario::given};

    use super::*;
    use crate::team::{Command, NetworkAssigned, Team};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    pub(in crate::team) fn defined(kind: Kind) -> Event {
        let team = TeamId::try_new("T1").unwrap();
        let external_keys = ExternalKeys::from([("boston-311".into(), "ISD".into())]);
        Event::Defined(Defined { team, display_name: "Harbor team".into(), kind, external_keys })
    }

    fn define(kind: Kind) -> Command {
        let team = TeamId::try_new("T1").unwrap();
        let external_keys = ExternalKeys::new();
        Command::Define(Define { team, display_name: "Harbor team".into(), kind, external_keys })
    }

    #[test]
    fn a_team_keeps_its_names_elsewhere_and_is_not_defined_twice() {
        given::<Team>([defined(Kind::Desk)]).when(NOW, define(Kind::Desk)).then([]);
        given::<Team>([defined(Kind::Desk)])
            .when(NOW, define(Kind::Intake))
            .then([defined(Kind::Intake)]);
    }

    #[test]
    fn a_team_with_a_network_stays_a_network_team() {
        let served = Event::NetworkAssigned(NetworkAssigned {
            team: TeamId::try_new("T1").unwrap(),
            network: NetworkId::try_new("N1").unwrap(),
            effective_from: date(2025, 7, 1),
        });
        given::<Team>([defined(Kind::NetworkTeam), served])
            .when(NOW, define(Kind::Desk))
            .refused(Refusal::KindFixed);
    }

    #[test]
    fn it_reads_back_what_it_wrote() {
        for event in [Kind::NetworkTeam, Kind::Desk, Kind::Intake].map(defined) {
            assert_eq!(Event::decode(event.name(), 1, &event.encode().payload, None), Ok(event));
        }
    }
}
