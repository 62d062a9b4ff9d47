//! `GetTeam`: a team with its networks, schools and members on a day, as it was known at an instant.

use chassis::{
    call::caller_of,
    fault::Fault,
    parse::{etag_of, optional_instant},
};
use kernel::{TeamId, Version};
use tonic::Request;
use wire::schoolside::directory::v1::{self as pb, GetTeamRequest, GetTeamResponse};

use super::{names_shown_to, parse};
use crate::{
    app::App,
    projection::{facts, person, school, team},
};

pub(super) async fn get_team(
    app: &App,
    request: Request<GetTeamRequest>,
) -> Result<GetTeamResponse, Fault> {
    let ask = request.get_ref();
    let id: TeamId = parse::id("name", "teams", &ask.name)?;
    let as_of = parse::optional_date("as_of", &ask.as_of)?;
    let known_at = optional_instant("known_at", ask.known_at.as_ref())?;
    let named = names_shown_to(&caller_of(&request)?);
    app.wait(&ask.after).await?;
    let day = app.day(as_of).await?;
    let row = team::get(&app.pool, id.as_str(), day, known_at).await?;
    let row = row.ok_or_else(|| Fault::not_found("team", &ask.name))?;
    let schools = school::of_team(&app.pool, id.as_str(), day, known_at).await?;
    let members = person::members(&app.pool, id.as_str(), day, known_at).await?;
    let facts = facts::of_team(&app.pool, id.as_str()).await?;
    let team = pb::Team {
        schools: parse::names("schools", schools),
        members: members.into_iter().map(|held| member(held, named)).collect(),
        facts: facts.iter().map(fact).collect(),
        ..shown(row)
    };
    Ok(GetTeamResponse { team: Some(team) })
}

/// A team as it is shown in a list.
pub(super) fn shown(row: team::Row) -> pb::Team {
    pb::Team {
        name: parse::name("teams", Some(&row.id)),
        display_name: row.display_name,
        kind: row.kind.into(),
        external_keys: row.external_keys.0,
        networks: parse::names("networks", row.networks),
        etag: etag_of(Version(row.version)),
        ..pb::Team::default()
    }
}

fn member(held: person::Held, named: bool) -> pb::Member {
    pb::Member {
        person: parse::name("people", Some(&held.person)),
        display_name: if named { held.display_name } else { String::new() },
        role: held.role,
        capacity_percent: held.capacity_percent,
        effective_from: held.effective_from.0.to_string(),
    }
}

/// A network that the team was given.
fn fact(row: &facts::Row) -> pb::Fact {
    pb::Fact {
        kind: pb::FactKind::TeamNetwork.into(),
        value: parse::name("networks", Some(&row.subject)),
        effective_on: row.effective_from.0.to_string(),
        recorded_at: Some(wire::time::to_proto(row.recorded_at.0)),
        ..pb::Fact::default()
    }
}
