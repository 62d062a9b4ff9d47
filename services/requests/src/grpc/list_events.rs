//! `ListEvents`: the story of one request, from the log itself and so never behind.

use chassis::{call::caller_of, fault::Fault, paging};
use eventlog::Recorded;
use kernel::Decider;
use requests_domain::{
    Request as Aggregate,
    access::{self, Visibility},
    request::{Event, State},
};
use tonic::Request;
use wire::schoolside::requests::v1::{ListEventsRequest, ListEventsResponse};

use super::parse;
use crate::{
    access as scope,
    app::App,
    story::{self, Telling},
};

pub(super) async fn list_events(
    app: &App,
    request: Request<ListEventsRequest>,
) -> Result<ListEventsResponse, Fault> {
    let caller = caller_of(&request)?;
    let ask = request.get_ref();
    let size = usize::try_from(paging::page_size(ask.page_size)?).unwrap_or_default();
    let bound =
        paging::filter_hash(&ListEventsRequest { name: ask.name.clone(), ..Default::default() });
    let after = paging::decode(&ask.page_token, bound)?.map_or(Ok(0), |token| {
        token.parse().map_err(|_| Fault::invalid("page_token", "is not a token of this list"))
    })?;
    app.wait(&ask.after).await?;
    let id = parse::request(app, &ask.name).await?;
    let events = app.log.load(id).await?;
    let (state, erased_at) = fold(&events)?;
    let reader = scope::reader(app, &caller).await?;
    let seen = access::may_read(&reader, &state);
    if seen == Visibility::None {
        return Err(parse::no_request(&ask.name));
    }
    scope::keep_looks(app, &reader, "ListEvents", &[(id, &state, seen)]).await?;
    let telling = Telling { seen, side: access::side(&reader, &state), erased_at };
    let page: Vec<&Recorded> =
        events.iter().filter(|event| event.version.0 > after).take(size).collect();
    let last = page.last().map_or(0, |event| event.version.0);
    let more = events.last().is_some_and(|event| event.version.0 > last) && last > 0;
    let mut told = Vec::new();
    for event in page {
        told.extend(story::tell(event, telling)?);
    }
    let next_page_token =
        if more { paging::encode(&last.to_string(), bound) } else { String::new() };
    Ok(ListEventsResponse { events: told, next_page_token })
}

/// The state, and the version of the last erasure.
fn fold(events: &[Recorded]) -> Result<(State, i32), Fault> {
    let (mut state, mut erased_at) = (State::default(), 0);
    for recorded in events {
        let event = recorded.decode::<Event>().map_err(Fault::bug)?;
        if matches!(event, Event::Erased(_)) {
            erased_at = recorded.version.0;
        }
        state = Aggregate::evolve(state, &event);
    }
    Ok((state, erased_at))
}
