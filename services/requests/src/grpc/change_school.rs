//! `ChangeSchool`: the request is for another school than was thought, or its requester moved.

use chassis::fault::Fault;
use kernel::SchoolId;
use requests_domain::{
    access::Action,
    request::{ChangeSchool, Command, Refusal},
};
use tonic::Request;
use wire::schoolside::requests::v1::{ChangeSchoolRequest, ChangeSchoolResponse};

use super::{act::Act, parse};
use crate::{app::App, projection::directory};

pub(super) async fn change_school(
    app: &App,
    request: Request<ChangeSchoolRequest>,
) -> Result<ChangeSchoolResponse, Fault> {
    let act = Act::begin(app, &request, Action::Work).await?;
    let ask = request.into_inner();
    let id: SchoolId = parse::required("school", "schools", &ask.school)?;
    let found = directory::school(&app.pool, &id, app.clock.now()).await?;
    let found = found.ok_or_else(|| Fault::refused(&Refusal::UnknownSchool(id)))?;
    let change = ChangeSchool {
        school: found.school,
        requester: parse::optional("requester", "people", &ask.requester)?,
        reason: parse::word("reason", &ask.reason)?,
    };
    Ok(act.execute(app, Command::ChangeSchool(change)).await?.into())
}
