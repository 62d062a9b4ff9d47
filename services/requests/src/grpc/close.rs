//! `Close`: a person says that the resolution stands.

use chassis::fault::Fault;
use requests_domain::{
    access::Action,
    request::{Close, Command},
};
use tonic::Request;
use wire::schoolside::requests::v1::{CloseRequest, CloseResponse};

use super::act::Act;
use crate::app::App;

pub(super) async fn close(
    app: &App,
    request: Request<CloseRequest>,
) -> Result<CloseResponse, Fault> {
    let act = Act::begin(app, &request, Action::Judge).await?;
    Ok(act.execute(app, Command::Close(Close { automatic: false })).await?.into())
}
