//! `DefineNetwork`: a network gets a name.

use chassis::{call::call_of, fault::Fault};
use directory_domain::{
    Network,
    network::{Command, Define},
};
use kernel::NetworkId;
use tonic::Request;
use wire::schoolside::directory::v1::{DefineNetworkRequest, DefineNetworkResponse};

use super::parse;
use crate::app::App;

pub(super) async fn define_network(
    app: &App,
    request: Request<DefineNetworkRequest>,
) -> Result<DefineNetworkResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let network: NetworkId = parse::id("name", "networks", &ask.name)?;
    let command = Define {
        network: network.clone(),
        display_name: ask.display_name.clone(),
        external_keys: parse::external_keys(&ask.external_keys)?,
    };
    let done =
        app.execute::<Network>(call, Network::stream(&network), Command::Define(command)).await?;
    Ok(DefineNetworkResponse { etag: done.etag, consistency: done.consistency })
}
