//! `AssignSchoolNetwork`: a school belongs to a network from a day on.

use chassis::{call::call_of, fault::Fault};
use directory_domain::{
    Network, Reference, School,
    school::{AssignNetwork, Command},
};
use kernel::{NetworkId, SchoolId};
use tonic::Request;
use wire::schoolside::directory::v1::{AssignSchoolNetworkRequest, AssignSchoolNetworkResponse};

use super::parse;
use crate::app::App;

pub(super) async fn assign_school_network(
    app: &App,
    request: Request<AssignSchoolNetworkRequest>,
) -> Result<AssignSchoolNetworkResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let school: SchoolId = parse::id("name", "schools", &ask.name)?;
    let network: NetworkId = parse::id("network", "networks", &ask.network)?;
    let known = app.exists::<Network>(Network::stream(&network)).await?;
    let command = AssignNetwork {
        school: school.clone(),
        network: Reference::looked_up(network, known),
        effective_from: parse::date("effective_from", &ask.effective_from)?,
    };
    let done = app
        .execute::<School>(call, School::stream(&school), Command::AssignNetwork(command))
        .await?;
    Ok(AssignSchoolNetworkResponse { etag: done.etag, consistency: done.consistency })
}
