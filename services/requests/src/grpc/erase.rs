//! `Erase`: all free text of the request is destroyed, in the log and in the read model.

use chassis::fault::Fault;
use requests_domain::{
    access::Action,
    request::{Command, Erase},
};
use tonic::Request;
use wire::schoolside::requests::v1::{EraseRequest, EraseResponse};

use super::{act::Act, parse};
use crate::app::App;

pub(super) async fn erase(
    app: &App,
    request: Request<EraseRequest>,
) -> Result<EraseResponse, Fault> {
    let act = Act::begin(app, &request, Action::Erase).await?;
    let ground = parse::word("ground", &request.get_ref().ground)?;
    Ok(act.execute(app, Command::Erase(Erase { ground })).await?.into())
}
