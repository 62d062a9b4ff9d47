//! `ListInvitations`: one's own with their tokens; operators see all, without.

use chassis::{
    call::{caller_of, patience_of},
    fault::Fault,
    identity::{Caller, CallerRole},
    paging, parse,
};
use kernel::{PersonId, Timestamp};
use surveys_domain::invitation::Stage;
use tonic::Request;
use wire::schoolside::surveys::v1::{
    InvitationState, ListInvitationsRequest, ListInvitationsResponse,
};

use super::resource;
use crate::{
    app::App,
    projection::invitation::{self, Filter, Listed, Place},
};

pub(super) async fn list_invitations(
    app: &App,
    request: Request<ListInvitationsRequest>,
) -> Result<ListInvitationsResponse, Fault> {
    let caller = caller_of(&request)?;
    let patience = patience_of(&request);
    let ask = request.into_inner();
    let size = paging::page_size(ask.page_size)?;
    let bound = paging::filter_hash(&ListInvitationsRequest {
        page_size: 0,
        page_token: String::new(),
        after: String::new(),
        ..ask.clone()
    });
    let behind = place(paging::decode(&ask.page_token, bound)?)?;
    let wanted = filter(&ask)?;
    let own = caller.person();
    app.wait(&ask.after, patience).await?;
    let Some(filter) = within_scope(wanted, &caller, own.as_ref()) else {
        return Ok(ListInvitationsResponse::default());
    };
    let mut found = invitation::list(&app.pool, &filter, behind, size + 1).await?;
    let more = i64::try_from(found.len()).is_ok_and(|count| count > size);
    if more {
        found.pop();
    }
    let last = found.last().filter(|_| more);
    let next = last.map(|last| paging::encode(&cursor(last.place()), bound));
    let now = app.log.clock().now();
    let shown =
        |listed: &Listed| resource::invitation(listed, token(app, listed, own.as_ref(), now));
    Ok(ListInvitationsResponse {
        invitations: found.iter().map(shown).collect(),
        next_page_token: next.unwrap_or_default(),
    })
}

/// The token, for the respondent and while the invitation can be answered; else empty.
fn token(app: &App, listed: &Listed, own: Option<&PersonId>, now: Timestamp) -> String {
    let is_own = own.is_some_and(|own| own.as_str() == listed.respondent);
    let answerable = matches!(listed.stage.as_str(), "sent" | "answered")
        && listed.expires_at.is_some_and(|until| now < until);
    if is_own && answerable { app.key.token(listed.id) } else { String::new() }
}

/// The filter within what the caller may see; `None` if that is nothing.
fn within_scope(wanted: Filter, caller: &Caller, own: Option<&PersonId>) -> Option<Filter> {
    if caller.is(CallerRole::Operator) {
        return Some(wanted);
    }
    let own = own?.as_str();
    let asks_for_others = wanted.respondent.as_deref().is_some_and(|wanted| wanted != own);
    (!asks_for_others).then(|| Filter { respondent: Some(own.to_owned()), ..wanted })
}

fn filter(ask: &ListInvitationsRequest) -> Result<Filter, Fault> {
    let given = |text: &str| !text.is_empty();
    let respondent = Some(ask.respondent.as_str()).filter(|name| given(name));
    let respondent =
        respondent.map(|name| parse::resource("respondent", "people", name)).transpose()?;
    let request = Some(ask.request.as_str()).filter(|name| given(name));
    let request = request.map(|name| {
        let id = parse::resource("request", "requests", name)?;
        id.parse().map_err(|_| Fault::invalid("request", "must be requests/UUID"))
    });
    let stage = match ask.state() {
        InvitationState::Unspecified if ask.state == 0 => None,
        InvitationState::Unspecified => {
            return Err(Fault::invalid("state", "must be one of the enum's values"));
        }
        InvitationState::Scheduled => Some(Stage::Scheduled),
        InvitationState::Sent => Some(Stage::Sent),
        InvitationState::Answered => Some(Stage::Answered),
        InvitationState::Withdrawn => Some(Stage::Withdrawn),
        InvitationState::Expired => Some(Stage::Expired),
    };
    Ok(Filter { respondent: respondent.map(str::to_owned), request: request.transpose()?, stage })
}

fn cursor(place: Place) -> String {
    format!("{}/{}", place.send_at.as_microsecond(), place.id)
}

fn place(cursor: Option<String>) -> Result<Option<Place>, Fault> {
    let Some(cursor) = cursor else { return Ok(None) };
    let place = cursor.split_once('/').and_then(|(at, id)| {
        let send_at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
        Some(Place { send_at, id: id.parse().ok()? })
    });
    place.map(Some).ok_or_else(|| Fault::invalid("page_token", "is not a token of this list"))
}
