//! `Reassign`: a person hands the request over.

use chassis::fault::Fault;
use requests_domain::{
    access::Action,
    request::{Command, Reassign},
};
use tonic::Request;
use wire::schoolside::requests::v1::{ReassignRequest, ReassignResponse};

use super::{act::Act, parse};
use crate::app::App;

pub(super) async fn reassign(
    app: &App,
    request: Request<ReassignRequest>,
) -> Result<ReassignResponse, Fault> {
    let act = Act::begin(app, &request, Action::Work).await?;
    let ask = request.into_inner();
    let reassign = Reassign {
        team: parse::optional("team", "teams", &ask.team)?,
        role: parse::optional_word("role", &ask.role)?,
        member: parse::optional("member", "people", &ask.member)?,
        reason: parse::word("reason", &ask.reason)?,
        note: parse::text("note", &ask.note)?,
    };
    Ok(act.execute(app, Command::Reassign(reassign)).await?.into())
}
