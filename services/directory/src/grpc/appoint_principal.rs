//! `AppointPrincipal`: a school has a principal of record from a day on.

use chassis::{call::call_of, fault::Fault};
use directory_domain::{
    Person, Reference, School,
    school::{AppointPrincipal, Command},
};
use kernel::{PersonId, SchoolId};
use tonic::Request;
use wire::schoolside::directory::v1::{AppointPrincipalRequest, AppointPrincipalResponse};

use super::parse;
use crate::app::App;

pub(super) async fn appoint_principal(
    app: &App,
    request: Request<AppointPrincipalRequest>,
) -> Result<AppointPrincipalResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let school: SchoolId = parse::id("name", "schools", &ask.name)?;
    let principal: PersonId = parse::id("person", "people", &ask.person)?;
    let known = app.exists::<Person>(Person::stream(&principal)).await?;
    let command = AppointPrincipal {
        school: school.clone(),
        principal: Reference::looked_up(principal, known),
        effective_from: parse::date("effective_from", &ask.effective_from)?,
    };
    let done = app
        .execute::<School>(call, School::stream(&school), Command::AppointPrincipal(command))
        .await?;
    Ok(AppointPrincipalResponse { etag: done.etag, consistency: done.consistency })
}
