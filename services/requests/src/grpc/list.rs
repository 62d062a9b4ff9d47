//! `List`: the requests within the caller's scope, newest first.

use chassis::{call::caller_of, fault::Fault, paging};
use kernel::{PersonId, RequestTypeId, SchoolId, StreamId, TeamId, Timestamp};
use requests_domain::access::{self, Reader, Visibility};
use tonic::Request;
use wire::schoolside::requests::v1::{ListRequest, ListResponse, RequestState};

use super::parse;
use crate::{
    access as scope,
    app::App,
    projection::request::{self, Cursor, Filter, Found, OPEN},
    resource,
};

pub(super) async fn list(app: &App, request: Request<ListRequest>) -> Result<ListResponse, Fault> {
    let caller = caller_of(&request)?;
    let ask = request.into_inner();
    let size = paging::page_size(ask.page_size)?;
    let mut filter = filter(&ask)?;
    let bound = paging::filter_hash(&bound(&ask));
    let after = cursor(&paging::decode(&ask.page_token, bound)?)?;
    app.wait(&ask.after).await?;
    let reader = scope::reader(app, &caller).await?;
    filter.duplicate_of = original(app, &reader, &ask.duplicate_of).await?;
    let scope = scope::scope(&reader);
    let mut found = request::list(&app.pool, &scope, &filter, after, size + 1).await?;
    let more = i64::try_from(found.len()).is_ok_and(|len| len > size);
    if more {
        found.pop();
    }
    let next = found.last().filter(|_| more).and_then(token);
    let seen: Vec<_> = found
        .iter()
        .map(|found| (found.id, &found.state, access::may_read(&reader, &found.state)))
        .filter(|(_, _, seen)| *seen != Visibility::None)
        .collect();
    scope::keep_looks(app, &reader, "List", &seen).await?;
    Ok(ListResponse {
        requests: seen
            .iter()
            .map(|(id, state, seen)| resource::request(*id, state, *seen))
            .collect(),
        next_page_token: next.map(|cursor| paging::encode(&cursor, bound)).unwrap_or_default(),
    })
}

/// What a page token is bound to: the question without its page.
fn bound(ask: &ListRequest) -> ListRequest {
    ListRequest { page_size: 0, page_token: String::new(), after: String::new(), ..ask.clone() }
}

fn filter(ask: &ListRequest) -> Result<Filter, Fault> {
    let text = |id: Option<&dyn std::fmt::Display>| id.map(ToString::to_string);
    let team: Option<TeamId> = parse::optional("team", "teams", &ask.team)?;
    let school: Option<SchoolId> = parse::optional("school", "schools", &ask.school)?;
    let member: Option<PersonId> = parse::optional("member", "people", &ask.member)?;
    let requester: Option<PersonId> = parse::optional("requester", "people", &ask.requester)?;
    let request_type: Option<RequestTypeId> =
        parse::optional("request_type", "requestTypes", &ask.request_type)?;
    let oldest_first = match ask.order_by.trim() {
        "" | "opened_at desc" => false,
        "opened_at" | "opened_at asc" => true,
        _ => return Err(Fault::invalid("order_by", "must be \"opened_at desc\" or \"opened_at\"")),
    };
    Ok(Filter {
        team: text(team.as_ref().map(|id| id as _)),
        school: text(school.as_ref().map(|id| id as _)),
        member: text(member.as_ref().map(|id| id as _)),
        requester: text(requester.as_ref().map(|id| id as _)),
        request_type: text(request_type.as_ref().map(|id| id as _)),
        states: states(ask)?,
        duplicate_of: None,
        oldest_first,
    })
}

/// The request whose duplicates are asked for; one that the caller may not know of does not exist.
async fn original(app: &App, reader: &Reader, name: &str) -> Result<Option<StreamId>, Fault> {
    if name.is_empty() {
        return Ok(None);
    }
    let id = parse::request_in(app, "duplicate_of", name).await?;
    let found = request::by_id(&app.pool, id).await?;
    let known = found.filter(|it| access::may_read(reader, &it.state) != Visibility::None);
    known.map(|it| Some(it.id)).ok_or_else(|| parse::no_request(name))
}

fn states(ask: &ListRequest) -> Result<Option<Vec<&'static str>>, Fault> {
    let state = match RequestState::try_from(ask.state) {
        Ok(RequestState::Unspecified) => None,
        Ok(RequestState::Open) => Some("open"),
        Ok(RequestState::Paused) => Some("paused"),
        Ok(RequestState::Resolved) => Some("resolved"),
        Ok(RequestState::Closed) => Some("closed"),
        Ok(RequestState::Cancelled) => Some("cancelled"),
        Err(_) => return Err(Fault::invalid("state", "must be one of the enum's values")),
    };
    Ok(match (state, ask.open_only) {
        (None, false) => None,
        (None, true) => Some(OPEN.to_vec()),
        (Some(state), false) => Some(vec![state]),
        (Some(state), true) => Some(OPEN.into_iter().filter(|open| *open == state).collect()),
    })
}

fn token(found: &Found) -> Option<String> {
    let opened_at = found.state.facts.as_ref()?.opened_at;
    Some(format!("{}/{}", opened_at.as_microsecond(), found.id))
}

fn cursor(token: &Option<String>) -> Result<Option<Cursor>, Fault> {
    let Some(token) = token else { return Ok(None) };
    let parts = token.split_once('/').and_then(|(at, id)| {
        let opened_at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
        Some(Cursor { opened_at, id: id.parse().ok()? })
    });
    let unknown = || Fault::invalid("page_token", "is not a token of this list");
    parts.ok_or_else(unknown).map(Some)
}
