//! `ListCalendars`: the latest version of each calendar, by id.

use chassis::{call::caller_of, fault::Fault, paging};
use tonic::Request;
use wire::schoolside::sla::v1::{Calendar, ListCalendarsRequest, ListCalendarsResponse};

use super::resource;
use crate::{app::App, projection::term};

/// The largest page: calendars are big.
const MAXIMUM: i64 = 200;

pub(super) async fn list_calendars(
    app: &App,
    request: Request<ListCalendarsRequest>,
) -> Result<ListCalendarsResponse, Fault> {
    caller_of(&request)?;
    let ask = request.into_inner();
    let size = paging::page_size(ask.page_size)?.min(MAXIMUM);
    let bound = paging::filter_hash(&ListCalendarsRequest::default());
    let behind = paging::decode(&ask.page_token, bound)?.unwrap_or_default();
    app.wait(&ask.after).await?;
    let found = term::calendars(&app.pool, &behind, size + 1).await?;
    let more = i64::try_from(found.len()).is_ok_and(|len| len > size);
    let shown = found.len() - usize::from(more);
    let calendars: Vec<Calendar> = found[..shown]
        .iter()
        .map(|payload| resource::calendar(payload))
        .collect::<Result<_, _>>()?;
    let last = calendars.last().filter(|_| more);
    let id = last.and_then(|calendar| calendar.name.strip_prefix("calendars/"));
    let next_page_token = id.map(|id| paging::encode(id, bound)).unwrap_or_default();
    Ok(ListCalendarsResponse { calendars, next_page_token })
}
