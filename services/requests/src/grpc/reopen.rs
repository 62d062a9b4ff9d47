//! `Reopen`: a resolution did not stand.

use chassis::fault::Fault;
use requests_domain::{
    access::Action,
    request::{Command, Reopen},
};
use tonic::Request;
use wire::schoolside::requests::v1::{ReopenRequest, ReopenResponse};

use super::{act::Act, parse};
use crate::app::App;

pub(super) async fn reopen(
    app: &App,
    request: Request<ReopenRequest>,
) -> Result<ReopenResponse, Fault> {
    let act = Act::begin(app, &request, Action::Judge).await?;
    let ask = request.into_inner();
    let reopen = Reopen {
        reason: parse::word("reason", &ask.reason)?,
        note: parse::text("note", &ask.note)?,
    };
    Ok(act.execute(app, Command::Reopen(reopen)).await?.into())
}
