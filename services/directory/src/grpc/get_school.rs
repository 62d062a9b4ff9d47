//! `GetSchool`: a school as it is on a day, as it was known at an instant.

use chassis::{
    fault::Fault,
    parse::{etag_of, optional_instant},
};
use kernel::{SchoolId, Version};
use tonic::Request;
use wire::schoolside::directory::v1::{self as pb, GetSchoolRequest, GetSchoolResponse};

use super::parse;
use crate::{
    app::App,
    projection::{facts, school},
};

pub(super) async fn get_school(
    app: &App,
    request: Request<GetSchoolRequest>,
) -> Result<GetSchoolResponse, Fault> {
    let ask = request.get_ref();
    let id: SchoolId = parse::id("name", "schools", &ask.name)?;
    let as_of = parse::optional_date("as_of", &ask.as_of)?;
    let known_at = optional_instant("known_at", ask.known_at.as_ref())?;
    app.wait(&ask.after).await?;
    let day = app.day(as_of).await?;
    let row = school::get(&app.pool, id.as_str(), day, known_at).await?;
    let row = row.ok_or_else(|| Fault::not_found("school", &ask.name))?;
    let facts = facts::of_school(&app.pool, id.as_str()).await?;
    let school = pb::School { facts: facts.into_iter().map(fact).collect(), ..shown(row) };
    Ok(GetSchoolResponse { school: Some(school) })
}

/// A school as it is shown in a list.
pub(super) fn shown(row: school::Row) -> pb::School {
    pb::School {
        name: parse::name("schools", Some(&row.id)),
        display_name: row.display_name,
        nces_id: row.nces_id,
        level: row.level.into(),
        enrolment: row.enrolment,
        effective_from: row.effective_from.map(|day| day.0.to_string()).unwrap_or_default(),
        external_keys: row.external_keys.0,
        network: parse::name("networks", row.network.as_ref()),
        tier: row.tier.and_then(|tier| tier.parse().ok()).unwrap_or_default(),
        principal: parse::name("people", row.principal.as_ref()),
        team: parse::name("teams", row.team.as_ref()),
        closed_on: row.closed_on.map(|day| day.0.to_string()).unwrap_or_default(),
        merged_into: parse::name("schools", row.merged_into.as_ref()),
        facts: Vec::new(),
        etag: etag_of(Version(row.version)),
    }
}

/// A dated fact about a school.
fn fact(row: facts::Row) -> pb::Fact {
    let (kind, collection) = match row.kind.as_str() {
        "school_network" => (pb::FactKind::SchoolNetwork, Some("networks")),
        "school_principal" => (pb::FactKind::SchoolPrincipal, Some("people")),
        "school_closed" => (pb::FactKind::SchoolClosed, Some("schools")),
        _ => (pb::FactKind::SchoolTier, None),
    };
    let value = match collection {
        Some(collection) => parse::name(collection, Some(&row.value)),
        None => row.value,
    };
    pb::Fact {
        kind: kind.into(),
        value,
        effective_on: row.effective_from.0.to_string(),
        recorded_at: Some(wire::time::to_proto(row.recorded_at.0)),
        ..pb::Fact::default()
    }
}
