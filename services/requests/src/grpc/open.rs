//! `Open`: someone asks for something.

use chassis::{call::call_of, fault::Fault};
use kernel::{Decider, PersonId, RequestTypeId, SchoolId, StreamId};
use requests_domain::{
    Reference, Request as Aggregate, RequestType,
    access::{Reader, Visibility},
    request::{Command, Open, Refusal, School},
    request_type,
};
use tonic::Request;
use wire::schoolside::requests::v1::{OpenRequest, OpenResponse};

use super::{act, parse};
use crate::{access as scope, app::App, projection::directory};

/// How a request came in, if it is not said.
const DEFAULT_CHANNEL: &str = "api";

pub(super) async fn open(app: &App, request: Request<OpenRequest>) -> Result<OpenResponse, Fault> {
    let (caller, call) = call_of(&request, &request.get_ref().command_id, "")?;
    let reader = scope::reader(app, &caller).await?;
    let stream = StreamId::created_by(Aggregate::KIND, call.command_id);
    let open = command(app, &reader, request.into_inner()).await?;
    let seen = if reader.machine { Visibility::WithoutText } else { Visibility::Full };
    let command = Command::Open(Box::new(open));
    // The stream is named by the command: it has no history, unless the command is repeated.
    let none = Vec::new();
    let executed =
        eventlog::execute_from::<Aggregate>(&app.log, call, stream, none, command).await?;
    Ok(act::Changed::by(app, stream, &executed, seen).into())
}

async fn command(app: &App, reader: &Reader, ask: OpenRequest) -> Result<Open, Fault> {
    let id: RequestTypeId = parse::required("request_type", "requestTypes", &ask.request_type)?;
    let stream = request_type::stream(&id);
    let (catalogue, _) = eventlog::load::<RequestType>(&app.log, stream).await?;
    let definition =
        catalogue.definition.ok_or_else(|| Fault::refused(&Refusal::UnknownType(id)))?;
    let stated = parse::optional("requester", "people", &ask.requester)?;
    let (school, requester) = school_and_requester(app, reader, &ask.school, stated).await?;
    let summary = parse::text("summary", &ask.summary)?.unwrap_or_default();
    for (name, value) in &ask.attributes {
        parse::text("attributes", name)?;
        parse::text("attributes", value)?;
    }
    let channel = parse::text("channel", &ask.channel)?;
    Ok(Open {
        reference: draw(app).await?,
        definition,
        retired: catalogue.retired,
        school,
        requester,
        submitter: reader.subject.clone(),
        summary,
        description: parse::text("description", &ask.description)?.unwrap_or_default(),
        attributes: ask.attributes,
        priority: parse::optional_word("priority", &ask.priority)?,
        channel: channel.unwrap_or_else(|| DEFAULT_CHANNEL.to_owned()),
    })
}

/// For which school and whom. A principal asks for schools in scope only; others are answered as if unknown.
async fn school_and_requester(
    app: &App,
    reader: &Reader,
    school: &str,
    stated: Option<PersonId>,
) -> Result<(Option<School>, Option<PersonId>), Fault> {
    let office = reader.member || reader.lead || reader.director || reader.machine;
    let requester = stated.or_else(|| reader.person.clone().filter(|_| !office));
    let Some(id) = parse::optional::<SchoolId>("school", "schools", school)? else {
        if office {
            return Ok((None, requester));
        }
        return Err(Fault::invalid("school", "must be schools/ID, one of yours"));
    };
    let found = if office || reader.schools.contains(&id) {
        directory::school(&app.pool, &id, app.clock.now()).await?
    } else {
        None
    };
    let found = found.ok_or_else(|| Fault::refused(&Refusal::UnknownSchool(id)))?;
    Ok((Some(found.school), requester.or(found.principal)))
}

/// Draws the next reference; it is not part of the request's digest, so a repetition may draw another in vain.
async fn draw(app: &App) -> Result<Reference, Fault> {
    let sql = "select nextval('requests.reference')";
    let number: i64 = sqlx::query_scalar(sql).fetch_one(&app.pool).await?;
    Ok(Reference::of(number.unsigned_abs()))
}
