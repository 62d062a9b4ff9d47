//! `GetPerson`: a person with the memberships on a day.

use chassis::{call::caller_of, fault::Fault, parse::etag_of};
use jiff::civil::Date;
use kernel::{PersonId, Version};
use tonic::Request;
use wire::schoolside::directory::v1::{self as pb, GetPersonRequest, GetPersonResponse};

use super::{names_shown_to, parse};
use crate::{
    app::App,
    projection::{person, school},
};

pub(super) async fn get_person(
    app: &App,
    request: Request<GetPersonRequest>,
) -> Result<GetPersonResponse, Fault> {
    let ask = request.get_ref();
    let id: PersonId = parse::id("name", "people", &ask.name)?;
    let as_of = parse::optional_date("as_of", &ask.as_of)?;
    let named = names_shown_to(&caller_of(&request)?);
    app.wait(&ask.after).await?;
    let day = app.day(as_of).await?;
    let row = person::get(&app.pool, id.as_str())
        .await?
        .ok_or_else(|| Fault::not_found("person", &ask.name))?;
    let facts = person::facts(&app.pool, id.as_str()).await?;
    let people = described(app, vec![row], day, named).await?;
    let person = people.into_iter().next().unwrap_or_default();
    let person = pb::Person { facts: facts.into_iter().map(fact).collect(), ..person };
    Ok(GetPersonResponse { person: Some(person) })
}

/// People with what they are on a day.
pub(super) async fn described(
    app: &App,
    rows: Vec<person::Row>,
    day: Date,
    named: bool,
) -> Result<Vec<pb::Person>, Fault> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let held = person::held(&app.pool, &ids, day).await?;
    let led = school::led_by(&app.pool, &ids, day).await?;
    let shown = rows.into_iter().map(|row| {
        let memberships =
            held.iter().filter(|held| held.person == row.id).map(membership).collect();
        let principal_of =
            led.iter().filter(|(person, _)| *person == row.id).map(|(_, school)| school.clone());
        pb::Person {
            name: parse::name("people", Some(&row.id)),
            display_name: if named { row.display_name } else { String::new() },
            email: if named { row.email } else { String::new() },
            memberships,
            principal_of: parse::names("schools", principal_of.collect()),
            erased: row.erased,
            facts: Vec::new(),
            etag: etag_of(Version(row.version)),
        }
    });
    Ok(shown.collect())
}

fn membership(held: &person::Held) -> pb::Membership {
    pb::Membership {
        team: parse::name("teams", Some(&held.team)),
        role: held.role.clone(),
        capacity_percent: held.capacity_percent,
        effective_from: held.effective_from.0.to_string(),
    }
}

/// A recorded beginning or end; of an end the last day is shown, where the table has the day after it.
fn fact(row: person::Fact) -> pb::Fact {
    let first = row.effective_from.0;
    let (kind, day) = match row.capacity_percent {
        Some(_) => (pb::FactKind::MembershipStarted, first),
        None => (pb::FactKind::MembershipEnded, first.yesterday().unwrap_or(first)),
    };
    pb::Fact {
        kind: kind.into(),
        value: parse::name("teams", Some(&row.team)),
        effective_on: day.to_string(),
        recorded_at: Some(wire::time::to_proto(row.recorded_at.0)),
        role: row.role,
        capacity_percent: row.capacity_percent.unwrap_or_default(),
    }
}
