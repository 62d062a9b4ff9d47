//! `ListClocks`: the board, most urgent first.

use chassis::{call::caller_of, fault::Fault, paging, parse};
use kernel::{NetworkId, PolicyId, SchoolId, StreamId, TeamId, Timestamp};
use sla_domain::words::Metric;
use tonic::Request;
use wire::schoolside::sla::v1::{ClockState, ListClocksRequest, ListClocksResponse};

use super::resource;
use crate::{
    access,
    app::App,
    projection::clock::{self, Clock, Cursor, Filter},
};

pub(super) async fn list_clocks(
    app: &App,
    request: Request<ListClocksRequest>,
) -> Result<ListClocksResponse, Fault> {
    let caller = caller_of(&request)?;
    let ask = request.into_inner();
    let size = paging::page_size(ask.page_size)?;
    let filter = filter(&ask)?;
    let bound = paging::filter_hash(&question(&ask));
    let cursor = cursor(paging::decode(&ask.page_token, bound)?.as_deref())?;
    app.wait(&ask.after).await?;
    let scope = access::scope(&caller);
    let mut found = clock::list(&app.pool, &scope, &filter, cursor.as_ref(), size + 1).await?;
    let more = paging::cut(&mut found, size);
    let last = found.last().filter(|_| more);
    let next_page_token = last.map(|last| paging::encode(&token(last), bound)).unwrap_or_default();
    Ok(ListClocksResponse {
        clocks: found.into_iter().map(resource::clock).collect(),
        next_page_token,
        now: Some(wire::time::to_proto(app.now())),
    })
}

/// What a page token is bound to: the question without its page.
fn question(ask: &ListClocksRequest) -> ListClocksRequest {
    ListClocksRequest {
        page_size: 0,
        page_token: String::new(),
        after: String::new(),
        ..ask.clone()
    }
}

fn filter(ask: &ListClocksRequest) -> Result<Filter, Fault> {
    let team: Option<TeamId> = resource::optional_id("team", "teams", &ask.team)?;
    let school: Option<SchoolId> = resource::optional_id("school", "schools", &ask.school)?;
    let request: Option<StreamId> = resource::optional_id("request", "requests", &ask.request)?;
    let network: Option<NetworkId> = resource::optional_id("network", "networks", &ask.network)?;
    let policy: Option<PolicyId> = resource::optional_id("policy", "policies", &ask.policy)?;
    let metric = match ask.metric.as_str() {
        "" => None,
        word => Some(metric("metric", word)?),
    };
    let state = match ClockState::try_from(ask.state) {
        Ok(ClockState::Unspecified) => None,
        Ok(state) => Some(state),
        Err(_) => return Err(Fault::invalid("state", "must be one of the enum's values")),
    };
    Ok(Filter {
        team: team.map(|team| team.to_string()),
        school: school.map(|school| school.to_string()),
        network: network.map(|network| network.to_string()),
        policy: policy.map(|policy| policy.to_string()),
        due_before: parse::optional_instant("due_before", ask.due_before.as_ref())?,
        breached_since: parse::optional_instant("breached_since", ask.breached_since.as_ref())?,
        request: request.map(|request| request.0),
        metric,
        state,
    })
}

/// A metric's word.
pub(super) fn metric(field: &str, word: &str) -> Result<Metric, Fault> {
    word.parse()
        .map_err(|error: sla_domain::words::UnknownWord| Fault::invalid(field, error.to_string()))
}

fn token(last: &Clock) -> String {
    let due = last.due_at.map_or_else(String::new, |due| due.as_microsecond().to_string());
    format!("{due}/{}/{}/{}", last.request, last.metric, last.cycle)
}

fn cursor(token: Option<&str>) -> Result<Option<Cursor>, Fault> {
    let Some(token) = token else { return Ok(None) };
    let read = || {
        let mut parts = token.split('/');
        let due = parts.next()?;
        let due_at = match due {
            "" => None,
            micros => Some(Timestamp::from_microsecond(micros.parse().ok()?).ok()?),
        };
        let request = parts.next()?.parse().ok()?;
        let metric = parts.next()?.parse().ok()?;
        Some(Cursor { due_at, request, metric, cycle: parts.next()?.parse().ok()? })
    };
    let unknown = || Fault::invalid("page_token", "is not a token of this list");
    read().ok_or_else(unknown).map(Some)
}
