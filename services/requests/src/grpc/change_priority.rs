//! `ChangePriority`: a person says how urgent the request is.

use chassis::fault::Fault;
use requests_domain::{
    access::Action,
    request::{ChangePriority, Command},
};
use tonic::Request;
use wire::schoolside::requests::v1::{ChangePriorityRequest, ChangePriorityResponse};

use super::{act::Act, parse};
use crate::app::App;

pub(super) async fn change_priority(
    app: &App,
    request: Request<ChangePriorityRequest>,
) -> Result<ChangePriorityResponse, Fault> {
    let act = Act::begin(app, &request, Action::Work).await?;
    let ask = request.into_inner();
    let change = ChangePriority {
        priority: parse::word("priority", &ask.priority)?,
        reason: parse::word("reason", &ask.reason)?,
    };
    Ok(act.execute(app, Command::ChangePriority(change)).await?.into())
}
