//! Letting a team serve a network from a day on, in the place of the team that did.

use jiff::civil::Date;
use kernel::{DecodeError, Encoded, NetworkId, TeamId};
use wire::schoolside::directory::v1 as pb;

use super::{Event, Kind, Refusal, State};
use crate::{Reference, codec};

/// Let a team serve a network.
#[derive(Debug, Clone)]
pub struct AssignNetwork {
    /// The team.
    pub team: TeamId,
    /// The network.
    pub network: Reference<NetworkId>,
    /// The first day.
    pub effective_from: Date,
    /// The team that serves the network on that day, as far as is known; looked up beforehand, because another
    /// team may have taken the network over since this one was given it.
    pub serving: Option<TeamId>,
}

/// From a day on the team serves a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkAssigned {
    /// The team.
    pub team: TeamId,
    /// The network.
    pub network: NetworkId,
    /// The first day.
    pub effective_from: Date,
}

impl AssignNetwork {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        let Some(defined) = &state.defined else { return Err(Refusal::UnknownTeam(self.team)) };
        if defined.kind != Kind::NetworkTeam {
            return Err(Refusal::ServesNoNetwork);
        }
        let network = self.network.or_refuse(Refusal::UnknownNetwork)?;
        let stated = state.networks.get(&network) == Some(&self.effective_from);
        if stated && self.serving.as_ref() == Some(&self.team) {
            return Ok(vec![]);
        }
        let effective_from = self.effective_from;
        Ok(vec![Event::NetworkAssigned(NetworkAssigned {
            team: self.team,
            network,
            effective_from,
        })])
    }
}

impl NetworkAssigned {
    pub(super) const NAME: &'static str = "network_assigned";

    pub(super) fn evolve(&self, mut state: State) -> State {
        state.networks.insert(self.network.clone(), self.effective_from);
        state
    }

    pub(super) fn encode(&self) -> Encoded {
        codec::published(&pb::TeamNetworkAssigned {
            team_id: self.team.to_string(),
            network_id: self.network.to_string(),
            effective_from: self.effective_from.to_string(),
        })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let message: pb::TeamNetworkAssigned = codec::message(Self::NAME, payload)?;
        Ok(Self {
            team: codec::id(Self::NAME, "team_id", &message.team_id)?,
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
    use crate::team::{Command, Team, define::tests::defined};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const JULY: Date = date(2025, 7, 1);

    fn team(id: &str) -> TeamId {
        TeamId::try_new(id).unwrap()
    }

    fn n1() -> NetworkId {
        NetworkId::try_new("N1").unwrap()
    }

    fn assign(serving: Option<&str>) -> Command {
        let serving = serving.map(team);
        let network = Reference::known(n1());
        Command::AssignNetwork(AssignNetwork {
            team: team("T1"),
            network,
            effective_from: JULY,
            serving,
        })
    }

    fn assigned() -> Event {
        Event::NetworkAssigned(NetworkAssigned {
            team: team("T1"),
            network: n1(),
            effective_from: JULY,
        })
    }

    #[test]
    fn a_network_team_serves_a_network_from_a_day_on() {
        given::<Team>([defined(Kind::NetworkTeam)]).when(NOW, assign(None)).then([assigned()]);
    }

    #[test]
    fn the_same_again_says_nothing_unless_another_team_took_over() {
        let events = || [defined(Kind::NetworkTeam), assigned()];
        given::<Team>(events()).when(NOW, assign(Some("T1"))).then([]);
        given::<Team>(events()).when(NOW, assign(Some("T2"))).then([assigned()]);
    }

    #[test]
    fn desks_and_intake_serve_no_network() {
        for kind in [Kind::Desk, Kind::Intake] {
            given::<Team>([defined(kind)])
                .when(NOW, assign(None))
                .refused(Refusal::ServesNoNetwork);
        }
    }

    #[test]
    fn team_and_network_must_exist() {
        given::<Team>([]).when(NOW, assign(None)).refused(Refusal::UnknownTeam(team("T1")));
        let network = Reference::unknown(n1());
        let command =
            AssignNetwork { team: team("T1"), network, effective_from: JULY, serving: None };
        given::<Team>([defined(Kind::NetworkTeam)])
            .when(NOW, Command::AssignNetwork(command))
            .refused(Refusal::UnknownNetwork(n1()));
    }

    #[test]
    fn it_reads_back_what_it_wrote() {
        let event = assigned();
        assert_eq!(Event::decode(event.name(), 1, &event.encode().payload, None), Ok(event));
    }
}
