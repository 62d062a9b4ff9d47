//! `Pause`: work waits for something outside the team.

use chassis::fault::Fault;
use requests_domain::{
    access::Action,
    request::{Command, Pause},
    words::PauseReason,
};
use tonic::Request;
use wire::schoolside::requests::v1::{PauseRequest, PauseResponse};

use super::{act::Act, parse};
use crate::app::App;

pub(super) async fn pause(
    app: &App,
    request: Request<PauseRequest>,
) -> Result<PauseResponse, Fault> {
    let act = Act::begin(app, &request, Action::Work).await?;
    let ask = request.into_inner();
    let pause = Pause {
        reason: parse::stated("reason", PauseReason::from_wire(ask.reason))?,
        note: parse::text("note", &ask.note)?,
    };
    Ok(act.execute(app, Command::Pause(pause)).await?.into())
}
