//! `AssignTeamNetwork`: a team serves a network from a day on.

use chassis::{call::call_of, fault::Fault};
use directory_domain::{
    Network, Reference, Team,
    team::{AssignNetwork, Command},
};
use kernel::{NetworkId, TeamId};
use tonic::Request;
use wire::schoolside::directory::v1::{AssignTeamNetworkRequest, AssignTeamNetworkResponse};

use super::parse;
use crate::app::App;

pub(super) async fn assign_team_network(
    app: &App,
    request: Request<AssignTeamNetworkRequest>,
) -> Result<AssignTeamNetworkResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let team: TeamId = parse::id("name", "teams", &ask.name)?;
    let network: NetworkId = parse::id("network", "networks", &ask.network)?;
    let effective_from = parse::date("effective_from", &ask.effective_from)?;
    let known = app.exists::<Network>(Network::stream(&network)).await?;
    let command = AssignNetwork {
        team: team.clone(),
        serving: app.serving(&network, effective_from).await?,
        network: Reference::looked_up(network, known),
        effective_from,
    };
    let done =
        app.execute::<Team>(call, Team::stream(&team), Command::AssignNetwork(command)).await?;
    Ok(AssignTeamNetworkResponse { etag: done.etag, consistency: done.consistency })
}
