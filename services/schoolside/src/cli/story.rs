//! The story of a request: what happened, who holds it, when it is due and by which policy, with the events behind it.

use tonic::Code;
use wire::schoolside::{
    requests::v1::{
        GetRequest, ListEventsRequest, ListRequest, Request, RequestEvent, RequestReclassified,
        RequestSchoolChanged, TextState,
        request_event::{Detail, Text},
        request_service_client::RequestServiceClient,
    },
    routing::v1::{Decision, GetDecisionRequest, routing_service_client::RoutingServiceClient},
    sla::v1::{Clock, ListClocksRequest, sla_service_client::SlaServiceClient},
};

use super::{request, sla, words};
use crate::{connection::Connection, context::Context, failure::Failure, out};

/// Prints the story.
pub async fn show(given: &str, connection: &Connection, context: &Context) -> Result<(), Failure> {
    let name = words::resource("requests", given);
    let mut requests = RequestServiceClient::new(connection.service("requests")?);
    let get = GetRequest { name, after: String::new() };
    let request = requests.get(get).await?.into_inner().request.unwrap_or_default();
    let events = events_of(&request, connection).await?;
    let list = ListClocksRequest { request: request.name.clone(), ..Default::default() };
    let mut clocks = SlaServiceClient::new(connection.service("sla")?);
    let clocks = clocks.list_clocks(list).await?.into_inner();
    let decision = decision_of(&request, connection).await?;
    if context.json {
        let mut value = out::to_json(&request);
        value["clocks"] = clocks.clocks.iter().map(out::to_json).collect();
        value["decision"] = decision.as_ref().map_or(serde_json::Value::Null, out::to_json);
        value["events"] = events.iter().map(out::to_json).collect();
        out::json(&value);
        return Ok(());
    }
    let now = clocks.now.as_ref();
    out::line(head(&request));
    out::line(holder(&request, decision.as_ref()));
    for link in links(&request, connection).await? {
        out::line(link);
    }
    for clock in &clocks.clocks {
        out::line(due(clock, now));
    }
    out::line("");
    for event in &events {
        out::line(line(event));
    }
    Ok(())
}

async fn events_of(
    request: &Request,
    connection: &Connection,
) -> Result<Vec<RequestEvent>, Failure> {
    let mut client = RequestServiceClient::new(connection.service("requests")?);
    let mut events = Vec::new();
    let mut page_token = String::new();
    loop {
        let list =
            ListEventsRequest { name: request.name.clone(), page_token, ..Default::default() };
        let page = client.list_events(list).await?.into_inner();
        events.extend(page.events);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(events);
        }
    }
}

/// The latest routing decision; none for imports, and not for those who may not see it.
async fn decision_of(
    request: &Request,
    connection: &Connection,
) -> Result<Option<Decision>, Failure> {
    let mut client = RoutingServiceClient::new(connection.service("routing")?);
    let get = GetDecisionRequest { name: request.name.clone(), after: String::new() };
    match client.get_decision(get).await {
        Ok(reply) => Ok(reply.into_inner().decision),
        Err(status) if matches!(status.code(), Code::NotFound | Code::PermissionDenied) => Ok(None),
        Err(status) => Err(status.into()),
    }
}

/// What leads to another request that asks for the same, and what leads here.
async fn links(request: &Request, connection: &Connection) -> Result<Vec<String>, Failure> {
    let mut client = RequestServiceClient::new(connection.service("requests")?);
    let mut links = Vec::new();
    if !request.duplicate_of.is_empty() {
        let get = GetRequest { name: request.duplicate_of.clone(), after: String::new() };
        let original = client.get(get).await.ok().and_then(|reply| reply.into_inner().request);
        let original = original.map_or(request.duplicate_of.clone(), |original| original.reference);
        links.push(format!("duplicate of {original}"));
    }
    if !request.duplicates.is_empty() {
        let list = ListRequest {
            duplicate_of: request.name.clone(),
            order_by: "opened_at".to_owned(),
            ..ListRequest::default()
        };
        let page = client.list(list).await?.into_inner();
        let references: Vec<_> =
            page.requests.iter().map(|duplicate| duplicate.reference.as_str()).collect();
        let more = if page.next_page_token.is_empty() { "" } else { " and more" };
        links.push(format!("its duplicates: {}{more}", references.join(", ")));
    }
    Ok(links)
}

fn head(request: &Request) -> String {
    let text = match request.text_state() {
        TextState::Withheld => "(text withheld: confidential)".to_owned(),
        TextState::Destroyed => "(text destroyed on request)".to_owned(),
        TextState::Shown | TextState::Unspecified => request.summary.clone(),
    };
    format!(
        "{} {} {} · {} · school {} · {}\n{text}",
        request.reference,
        words::id(&request.request_type),
        request.priority,
        request::state(request),
        or_dash(words::id(&request.school)),
        request.name
    )
}

fn holder(request: &Request, decision: Option<&Decision>) -> String {
    let team = or_dash(words::id(&request.team));
    let member = words::id(&request.member);
    let who = if member.is_empty() { "the team".to_owned() } else { member.to_owned() };
    let why = decision.and_then(|decision| decision.decided.as_ref()).map(|decided| {
        let matched: Vec<_> = decided
            .rules
            .iter()
            .filter(|rule| rule.matched)
            .map(|rule| rule.rule.as_str())
            .collect();
        let rule = match matched.as_slice() {
            [] => format!("kept by its holder when {}", decided.occasion),
            rules => format!("rule {}", rules.join(" then ")),
        };
        format!(
            " ({rule} of rule set {}, {} candidates looked at)",
            decided.rule_set_version,
            decided.candidates.len()
        )
    });
    format!("held by {team}: {who}{}", why.unwrap_or_default())
}

fn due(clock: &Clock, now: Option<&prost_types::Timestamp>) -> String {
    let metric = clock.clock.as_ref().map_or("", |clock| clock.metric.as_str());
    format!("{metric}: {}", sla::standing(clock, now))
}

fn line(event: &RequestEvent) -> String {
    let at = words::instant(event.occurred_at.as_ref());
    let kind = event.r#type.rsplit_once('.').map_or(event.r#type.as_str(), |(_, name)| name);
    let said = [detail(event), text(event)].concat();
    format!("{:>3}  {at}  {kind:<16} {:<24} {said}", event.version, event.actor)
}

fn detail(event: &RequestEvent) -> String {
    match &event.detail {
        Some(Detail::Routed(routed)) => {
            format!("to {} {} {}", routed.team_id, routed.role, routed.member_id)
        }
        Some(Detail::Reassigned(reassigned)) => format!(
            "from {} to {} {} {} ({})",
            or_dash(&reassigned.previous_team_id),
            reassigned.team_id,
            reassigned.role,
            reassigned.member_id,
            reassigned.reason
        ),
        Some(Detail::Reclassified(it)) => reclassified(it),
        Some(Detail::PriorityChanged(it)) => {
            format!("from {} to {} ({})", or_dash(&it.previous_priority), it.priority, it.reason)
        }
        Some(Detail::SchoolChanged(it)) => school_changed(it),
        Some(Detail::Held(held)) => format!("by {} {}", held.team_id, held.queue),
        Some(Detail::Imported(imported)) => {
            format!("{} of {}", imported.external_id, imported.source_system)
        }
        Some(Detail::DueDateStated(stated)) => words::instant(stated.due_at.as_ref()),
        Some(Detail::Replied(replied)) => {
            let author = words::word("AUTHOR_", replied.author().as_str_name());
            format!("{author}{}", if replied.public { "" } else { ", internal" })
        }
        Some(Detail::Paused(paused)) => words::word("PAUSE_REASON_", paused.reason().as_str_name()),
        Some(Detail::Resumed(resumed)) => resumed.cause.clone(),
        Some(Detail::Resolved(resolved)) => {
            words::word("OUTCOME_", resolved.outcome().as_str_name())
        }
        Some(Detail::Reopened(reopened)) => reopened.reason.clone(),
        Some(Detail::Cancelled(cancelled)) => cancelled.reason.clone(),
        Some(Detail::Closed(closed)) if closed.automatic => "by itself".to_owned(),
        Some(Detail::Erased(erased)) => erased.ground.clone(),
        Some(Detail::Opened(opened)) => format!("through {}", or_dash(&opened.channel)),
        Some(Detail::Closed(_)) | None => String::new(),
    }
}

fn reclassified(it: &RequestReclassified) -> String {
    let (from, to) = (&it.previous_request_type_id, &it.request_type_id);
    let priority = if it.priority == it.previous_priority {
        String::new()
    } else {
        format!(", {} instead of {}", or_dash(&it.priority), or_dash(&it.previous_priority))
    };
    format!("from {from} to {to}{priority} ({})", it.reason)
}

fn school_changed(it: &RequestSchoolChanged) -> String {
    let requester = if it.requester_id.is_empty() {
        String::new()
    } else {
        format!(", for {}", it.requester_id)
    };
    format!(
        "from {} to {}{requester} ({})",
        or_dash(&it.previous_school_id),
        it.school_id,
        it.reason
    )
}

fn text(event: &RequestEvent) -> String {
    let text = match &event.text {
        Some(Text::OpenedText(opened)) => opened.description.as_str(),
        Some(Text::ReassignedText(reassigned)) => reassigned.note.as_str(),
        Some(Text::ReclassifiedText(reclassified)) => reclassified.note.as_str(),
        Some(Text::RepliedText(replied)) => replied.body.as_str(),
        Some(Text::PausedText(paused)) => paused.note.as_str(),
        Some(Text::ResolvedText(resolved)) => resolved.summary.as_str(),
        Some(Text::ReopenedText(reopened)) => reopened.note.as_str(),
        Some(Text::CancelledText(cancelled)) => cancelled.note.as_str(),
        None => "",
    };
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "–" } else { text }
}
