//! `GetNetwork`: a network with its schools and its team on a day.

use chassis::{
    fault::Fault,
    parse::{etag_of, optional_instant},
};
use kernel::{NetworkId, Version};
use tonic::Request;
use wire::schoolside::directory::v1::{self as pb, GetNetworkRequest, GetNetworkResponse};

use super::parse;
use crate::{
    app::App,
    projection::{network, school},
};

pub(super) async fn get_network(
    app: &App,
    request: Request<GetNetworkRequest>,
) -> Result<GetNetworkResponse, Fault> {
    let ask = request.get_ref();
    let id: NetworkId = parse::id("name", "networks", &ask.name)?;
    let as_of = parse::optional_date("as_of", &ask.as_of)?;
    let known_at = optional_instant("known_at", ask.known_at.as_ref())?;
    app.wait(&ask.after).await?;
    let day = app.day(as_of).await?;
    let row = network::get(&app.pool, id.as_str(), day, known_at).await?;
    let row = row.ok_or_else(|| Fault::not_found("network", &ask.name))?;
    let schools = school::of_network(&app.pool, id.as_str(), day, known_at).await?;
    let network = pb::Network { schools: parse::names("schools", schools), ..shown(row) };
    Ok(GetNetworkResponse { network: Some(network) })
}

/// A network as it is shown in a list.
pub(super) fn shown(row: network::Row) -> pb::Network {
    pb::Network {
        name: parse::name("networks", Some(&row.id)),
        display_name: row.display_name,
        external_keys: row.external_keys.0,
        team: parse::name("teams", row.team.as_ref()),
        schools: Vec::new(),
        etag: etag_of(Version(row.version)),
    }
}
