//! `StartMembership`: a person has a role in a team from a day on.

use chassis::{call::call_of, fault::Fault};
use directory_domain::{
    Person, Reference, Team,
    person::{Command, StartMembership},
};
use kernel::{PersonId, TeamId};
use tonic::Request;
use wire::schoolside::directory::v1::{StartMembershipRequest, StartMembershipResponse};

use super::parse;
use crate::app::App;

/// The capacity of whom none is stated for.
const FULL: i32 = 100;

pub(super) async fn start_membership(
    app: &App,
    request: Request<StartMembershipRequest>,
) -> Result<StartMembershipResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let person: PersonId = parse::id("name", "people", &ask.name)?;
    let team: TeamId = parse::id("team", "teams", &ask.team)?;
    let known = app.exists::<Team>(Team::stream(&team)).await?;
    let command = StartMembership {
        person: person.clone(),
        team: Reference::looked_up(team, known),
        role: parse::word("role", &ask.role)?,
        effective_from: parse::date("effective_from", &ask.effective_from)?,
        capacity_percent: if ask.capacity_percent == 0 { FULL } else { ask.capacity_percent },
    };
    let done = app
        .execute::<Person>(call, Person::stream(&person), Command::StartMembership(command))
        .await?;
    Ok(StartMembershipResponse { etag: done.etag, consistency: done.consistency })
}
