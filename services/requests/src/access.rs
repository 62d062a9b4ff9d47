//! Who is asking, in the domain's words, and what of a request they may see and do.

use std::collections::BTreeSet;

use chassis::{
    fault::Fault,
    identity::{Caller, CallerRole},
};
use eventlog::PgTimestamp;
use kernel::StreamId;
use requests_domain::{
    access::{Reader, Visibility},
    request::State,
};

use crate::{
    app::App,
    projection::{directory, request::Scope},
};

/// The caller as the domain's rules see them.
pub(crate) async fn reader(app: &App, caller: &Caller) -> Result<Reader, Fault> {
    let has = |role: CallerRole| caller.is(role);
    let person = caller.person();
    let member = has(CallerRole::TeamMember);
    let roles = match &person {
        // Only members' rights hang on the role in the team.
        Some(person) if member => directory::roles(&app.pool, person, app.clock.now()).await?,
        _ => Vec::new(),
    };
    Ok(Reader {
        subject: caller.subject.clone(),
        person,
        principal: has(CallerRole::Principal),
        member,
        lead: has(CallerRole::Lead),
        director: has(CallerRole::Director),
        machine: has(CallerRole::Operator)
            || has(CallerRole::Integrator)
            || has(CallerRole::Importer),
        schools: caller.schools.clone(),
        teams: caller.teams.clone(),
        roles: BTreeSet::from_iter(roles),
    })
}

/// The rows a reader may know of: the union of what `requests_domain::access::may_read` grants something of.
pub(crate) fn scope(reader: &Reader) -> Scope {
    let human = reader.principal || reader.member || reader.lead || reader.director;
    let strings = |fits: bool, ids: Vec<String>| if fits { ids } else { Vec::new() };
    let teams = reader.teams.iter().map(ToString::to_string).collect();
    let schools = reader.schools.iter().map(ToString::to_string).collect();
    Scope {
        all: reader.director || reader.machine,
        teams: strings(reader.member || reader.lead, teams),
        schools: strings(reader.principal, schools),
        person: reader.person.as_ref().filter(|_| human).map(ToString::to_string),
        subject: human.then(|| reader.subject.clone()),
    }
}

/// Keeps who looked at special education requests; a read that cannot be kept does not happen.
pub(crate) async fn keep_looks(
    app: &App,
    reader: &Reader,
    rpc: &'static str,
    seen: &[(StreamId, &State, Visibility)],
) -> Result<(), Fault> {
    let (mut ids, mut shown) = (Vec::new(), Vec::new());
    for (id, state, visibility) in seen {
        if state.looks_are_kept() {
            ids.push(id.0);
            shown.push(*visibility == Visibility::Full);
        }
    }
    if ids.is_empty() {
        return Ok(());
    }
    let sql = "insert into requests.access_log (at, subject, request, rpc, text_shown)
               select $1, $2, request, $3, text_shown from unnest($4::uuid[], $5::boolean[]) as a(request, text_shown)";
    sqlx::query(sql)
        .bind(PgTimestamp(app.clock.now()))
        .bind(&reader.subject)
        .bind(rpc)
        .bind(ids)
        .bind(shown)
        .execute(&app.pool)
        .await?;
    Ok(())
}
