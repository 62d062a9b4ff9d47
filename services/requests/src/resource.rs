//! Requests and request types as the API shows them.

use kernel::{StreamId, Timestamp};
use requests_domain::{
    access::Visibility,
    request::{Phase, State},
    request_type::{self, Attribute, Definition},
    words::{PauseReason, confidentiality_to_wire},
};
use wire::{
    schoolside::requests::v1::{self as pb, RequestState, TextState},
    time::to_proto,
};

fn named(collection: &str, id: Option<impl std::fmt::Display>) -> String {
    id.map(|id| format!("{collection}/{id}")).unwrap_or_default()
}

fn text(value: Option<impl std::fmt::Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The resource name of a request.
pub(crate) fn name(id: StreamId) -> String {
    format!("requests/{id}")
}

fn request_state(state: &State) -> RequestState {
    match (state.phase, state.paused) {
        (Phase::New, _) => RequestState::Unspecified,
        (Phase::Open, None) => RequestState::Open,
        (Phase::Open, Some(_)) => RequestState::Paused,
        (Phase::Resolved, _) => RequestState::Resolved,
        (Phase::Closed, _) => RequestState::Closed,
        (Phase::Cancelled, _) => RequestState::Cancelled,
    }
}

/// A request as far as it may be seen.
pub(crate) fn request(id: StreamId, state: &State, seen: Visibility) -> pb::Request {
    let mut request = without_text(id, state);
    if seen == Visibility::Full {
        add_text(&mut request, state);
    }
    let text_state = match (seen, state.erased) {
        (Visibility::Full, true) => TextState::Destroyed,
        (Visibility::Full, false) => TextState::Shown,
        (Visibility::WithoutText | Visibility::None, _) => TextState::Withheld,
    };
    request.text_state = text_state.into();
    request
}

fn without_text(id: StreamId, state: &State) -> pb::Request {
    let Some(facts) = &state.facts else {
        return pb::Request { name: name(id), ..Default::default() };
    };
    let holder = state.holder.as_ref();
    let resolution = state.resolution.as_ref();
    let source = state.source.as_ref();
    let instant = |at: Timestamp| Some(to_proto(at));
    pb::Request {
        name: name(id),
        reference: facts.reference.to_string(),
        state: request_state(state).into(),
        etag: etag(state.version),
        request_type: format!("requestTypes/{}", facts.request_type),
        category: facts.category.clone(),
        priority: text(state.priority),
        channel: facts.channel.clone(),
        requester: named("people", facts.requester.as_ref()),
        submitter: facts.submitter.clone(),
        school: named("schools", facts.school.as_ref()),
        network: named("networks", facts.network.as_ref()),
        tier: facts.tier.map_or(0, |tier| tier.as_str().parse().unwrap_or_default()),
        school_level: text(facts.level),
        team: named("teams", holder.map(|holder| &holder.team)),
        role: text(holder.and_then(|holder| holder.role)),
        member: named("people", holder.and_then(|holder| holder.member.as_ref())),
        contributing: state.contributing.clone(),
        pause_reason: state.paused.map_or(0, PauseReason::to_wire),
        outcome: resolution.map_or(0, |resolution| resolution.outcome.to_wire()),
        duplicate_of: named("requests", resolution.and_then(|resolution| resolution.duplicate_of)),
        confidentiality: facts.confidentiality.to_string(),
        opened_at: instant(facts.opened_at),
        resolved_at: resolution.and_then(|resolution| instant(resolution.at)),
        stated_due_at: state.due.and_then(instant),
        attributes: facts.attributes.clone(),
        imported: facts.imported,
        source_system: text(source.map(|source| &source.system)),
        external_id: text(source.map(|source| &source.external_id)),
        source_queue: text(source.and_then(|source| source.queue.as_ref())),
        accountable_role: text(facts.accountable_role),
        duplicates: Vec::new(),
        summary: String::new(),
        description: String::new(),
        resolution_summary: String::new(),
        text_state: 0,
    }
}

fn add_text(request: &mut pb::Request, state: &State) {
    if let Some(text) = &state.text {
        request.summary.clone_from(&text.summary);
        request.description.clone_from(&text.description);
        request.attributes.extend(text.attributes.clone());
    }
    let summary = state.resolution.as_ref().and_then(|resolution| resolution.summary.clone());
    request.resolution_summary = summary.unwrap_or_default();
}

/// The etag of a version.
pub(crate) fn etag(version: i32) -> String {
    chassis::parse::etag_of(kernel::Version(version))
}

/// A request type.
pub(crate) fn request_type(state: &request_type::State, version: i32) -> Option<pb::RequestType> {
    let Definition {
        id,
        name,
        category,
        accountable_role,
        contributing,
        default_priority,
        attributes,
        confidentiality,
        external_keys,
    } = state.definition.clone()?;
    Some(pb::RequestType {
        name: format!("requestTypes/{id}"),
        display_name: name,
        category,
        accountable_role: text(accountable_role),
        contributing,
        default_priority: text(default_priority),
        attributes: attributes.into_iter().map(attribute).collect(),
        confidentiality: confidentiality_to_wire(confidentiality),
        external_keys,
        retired: state.retired,
        etag: etag(version),
    })
}

fn attribute(attribute: Attribute) -> pb::Attribute {
    pb::Attribute {
        name: attribute.name,
        kind: attribute.kind.to_wire(),
        required: attribute.required,
        published: attribute.published,
        choices: attribute.choices,
    }
}
