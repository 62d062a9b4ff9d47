//! `PublishCalendar`: a version of a calendar from its file, or only a check of it.

use chassis::{call::call_of, fault::Fault, parse};
use kernel::{CalendarId, Decider, EventCodec, StreamId};
use sla_domain::calendar::{Calendar, Command, Definition, Publish, Refusal};
use tonic::Request;
use wire::schoolside::sla::v1::{PublishCalendarRequest, PublishCalendarResponse};

use super::resource;
use crate::app::App;

pub(super) async fn publish_calendar(
    app: &App,
    request: Request<PublishCalendarRequest>,
) -> Result<PublishCalendarResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let id: CalendarId = resource::id("name", "calendars", &ask.name)?;
    let effective_from = parse::optional_instant("effective_from", ask.effective_from.as_ref())?;
    let definition = Definition::read(resource::file(&ask.file)?)
        .map_err(|faults| resource::flawed(&Refusal::Invalid(faults.clone()), &faults))?;
    let stream = StreamId::of(Calendar::KIND, id.as_str());
    let command = Command::Publish(Publish { id, definition, effective_from });
    if ask.validate_only {
        return check(app, call.expected, stream, command).await;
    }
    let executed = eventlog::execute::<Calendar>(&app.log, call, stream, command).await?;
    let found = resource::published(app, stream, Some(executed.version)).await?;
    Ok(PublishCalendarResponse {
        calendar: found.map(|(payload, _)| resource::calendar(&payload)).transpose()?,
        etag: parse::etag_of(executed.version),
        consistency: app.consistency(stream, &executed),
        published: executed.events > 0,
    })
}

async fn check(
    app: &App,
    expected: Option<kernel::Version>,
    stream: StreamId,
    command: Command,
) -> Result<PublishCalendarResponse, Fault> {
    let (state, version) = eventlog::load::<Calendar>(&app.log, stream).await?;
    if expected.is_some_and(|expected| expected != version) {
        return Err(Fault::stale(version));
    }
    let events =
        Calendar::decide(&state, command, app.now()).map_err(|refusal| Fault::refused(&refusal))?;
    let payload = match events.first() {
        Some(event) => Some(event.encode().payload),
        None => resource::published(app, stream, None).await?.map(|(payload, _)| payload),
    };
    Ok(PublishCalendarResponse {
        calendar: payload.map(|payload| resource::calendar(&payload)).transpose()?,
        etag: parse::etag_of(version),
        consistency: String::new(),
        published: false,
    })
}
