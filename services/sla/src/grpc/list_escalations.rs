//! `ListEscalations`: the inbox of what people were told of late clocks, oldest first.

use chassis::{call::caller_of, fault::Fault, paging};
use kernel::{PersonId, StreamId, TeamId, Timestamp};
use sla_domain::words::UnknownWord;
use tonic::Request;
use wire::schoolside::sla::v1::{ListEscalationsRequest, ListEscalationsResponse};

use super::resource;
use crate::{
    access,
    app::App,
    projection::escalation::{self, Cursor, Filter},
};

pub(super) async fn list_escalations(
    app: &App,
    request: Request<ListEscalationsRequest>,
) -> Result<ListEscalationsResponse, Fault> {
    let caller = caller_of(&request)?;
    let ask = request.into_inner();
    let size = paging::page_size(ask.page_size)?;
    let filter = filter(&ask)?;
    let bound = paging::filter_hash(&question(&ask));
    let cursor = cursor(paging::decode(&ask.page_token, bound)?.as_deref())?;
    app.wait(&ask.after).await?;
    let scope = access::scope(&caller);
    let mut found = escalation::list(&app.pool, &scope, &filter, cursor.as_ref(), size + 1).await?;
    let more = paging::cut(&mut found, size);
    let last = found.last().filter(|_| more);
    let next_page_token =
        last.map(|last| paging::encode(&token(&last.cursor), bound)).unwrap_or_default();
    let escalations = found.into_iter().map(|told| told.message).collect();
    Ok(ListEscalationsResponse { escalations, next_page_token })
}

/// What a page token is bound to: the question without its page.
fn question(ask: &ListEscalationsRequest) -> ListEscalationsRequest {
    ListEscalationsRequest {
        page_size: 0,
        page_token: String::new(),
        after: String::new(),
        ..ask.clone()
    }
}

fn filter(ask: &ListEscalationsRequest) -> Result<Filter, Fault> {
    let team: Option<TeamId> = resource::optional_id("team", "teams", &ask.team)?;
    let member: Option<PersonId> = resource::optional_id("member", "people", &ask.member)?;
    let request: Option<StreamId> = resource::optional_id("request", "requests", &ask.request)?;
    let audience = match ask.audience.as_str() {
        "" => None,
        word => Some(
            word.parse()
                .map_err(|error: UnknownWord| Fault::invalid("audience", error.to_string()))?,
        ),
    };
    Ok(Filter {
        team: team.map(|team| team.to_string()),
        audience,
        member: member.map(|member| member.to_string()),
        request: request.map(|request| request.0),
        settled: ask.settled,
    })
}

fn token(last: &Cursor) -> String {
    let Cursor { told_at, request, metric, cycle, step } = last;
    format!("{}/{request}/{metric}/{cycle}/{step}", told_at.as_microsecond())
}

fn cursor(token: Option<&str>) -> Result<Option<Cursor>, Fault> {
    let Some(token) = token else { return Ok(None) };
    let read = || {
        let mut parts = token.split('/');
        let told_at = Timestamp::from_microsecond(parts.next()?.parse().ok()?).ok()?;
        let request = parts.next()?.parse().ok()?;
        let metric = parts.next()?.parse().ok()?;
        let cycle = parts.next()?.parse().ok()?;
        Some(Cursor { told_at, request, metric, cycle, step: parts.next()?.parse().ok()? })
    };
    let unknown = || Fault::invalid("page_token", "is not a token of this list");
    read().ok_or_else(unknown).map(Some)
}
