//! `GetCalendar`: the latest version of a calendar.

use chassis::{call::caller_of, fault::Fault, parse};
use kernel::{CalendarId, Decider, StreamId};
use sla_domain::calendar::Calendar;
use tonic::Request;
use wire::schoolside::sla::v1::{GetCalendarRequest, GetCalendarResponse};

use super::resource;
use crate::app::App;

pub(super) async fn get_calendar(
    app: &App,
    request: Request<GetCalendarRequest>,
) -> Result<GetCalendarResponse, Fault> {
    caller_of(&request)?;
    let ask = request.into_inner();
    let id: CalendarId = resource::id("name", "calendars", &ask.name)?;
    app.wait(&ask.after).await?;
    let stream = StreamId::of(Calendar::KIND, id.as_str());
    let found = resource::published(app, stream, None).await?;
    let (payload, version) = found.ok_or_else(|| Fault::not_found("calendar", &ask.name))?;
    Ok(GetCalendarResponse {
        calendar: Some(resource::calendar(&payload)?),
        etag: parse::etag_of(version),
    })
}
