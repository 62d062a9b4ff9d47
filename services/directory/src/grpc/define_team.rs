//! `DefineTeam`: a team gets a name and a kind.

use chassis::{call::call_of, fault::Fault};
use directory_domain::{
    Team,
    team::{Command, Define, Kind},
};
use kernel::TeamId;
use tonic::Request;
use wire::schoolside::directory::v1::{self as pb, DefineTeamRequest, DefineTeamResponse};

use super::parse;
use crate::app::App;

pub(super) async fn define_team(
    app: &App,
    request: Request<DefineTeamRequest>,
) -> Result<DefineTeamResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let team: TeamId = parse::id("name", "teams", &ask.name)?;
    let command = Define {
        team: team.clone(),
        display_name: ask.display_name.clone(),
        kind: kind(ask.kind)?,
        external_keys: parse::external_keys(&ask.external_keys)?,
    };
    let done = app.execute::<Team>(call, Team::stream(&team), Command::Define(command)).await?;
    Ok(DefineTeamResponse { etag: done.etag, consistency: done.consistency })
}

fn kind(number: i32) -> Result<Kind, Fault> {
    match pb::TeamKind::try_from(number) {
        Ok(pb::TeamKind::NetworkTeam) => Ok(Kind::NetworkTeam),
        Ok(pb::TeamKind::Desk) => Ok(Kind::Desk),
        Ok(pb::TeamKind::Intake) => Ok(Kind::Intake),
        Ok(pb::TeamKind::Unspecified) | Err(_) => Err(Fault::invalid(
            "kind",
            "must be one of its values: a network team, a desk or intake",
        )),
    }
}
