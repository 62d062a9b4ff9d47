//! `EndMembership`: a person leaves a role in a team.

use chassis::{call::call_of, fault::Fault};
use directory_domain::{
    Person,
    person::{Command, EndMembership},
};
use kernel::PersonId;
use tonic::Request;
use wire::schoolside::directory::v1::{EndMembershipRequest, EndMembershipResponse};

use super::parse;
use crate::app::App;

pub(super) async fn end_membership(
    app: &App,
    request: Request<EndMembershipRequest>,
) -> Result<EndMembershipResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let person: PersonId = parse::id("name", "people", &ask.name)?;
    let command = EndMembership {
        person: person.clone(),
        team: parse::id("team", "teams", &ask.team)?,
        role: parse::word("role", &ask.role)?,
        effective_until: parse::date("effective_until", &ask.effective_until)?,
    };
    let done = app
        .execute::<Person>(call, Person::stream(&person), Command::EndMembership(command))
        .await?;
    Ok(EndMembershipResponse { etag: done.etag, consistency: done.consistency })
}
