//! `PublishPolicy`: a version of a policy from its file, or only a check of it.

use std::collections::BTreeSet;

use chassis::{call::call_of, fault::Fault, parse};
use kernel::{CalendarId, Decider, EventCodec, PolicyId, StreamId};
use sla_domain::{
    calendar::Calendar,
    policy::{Command, Policy, Publish, Refusal, Rules},
};
use tonic::Request;
use wire::schoolside::sla::v1::{PublishPolicyRequest, PublishPolicyResponse};

use super::{policy_preview, resource, warnings};
use crate::{app::App, projection::term};

pub(super) async fn publish_policy(
    app: &App,
    request: Request<PublishPolicyRequest>,
) -> Result<PublishPolicyResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let id: PolicyId = resource::id("name", "policies", &ask.name)?;
    let effective_from = parse::optional_instant("effective_from", ask.effective_from.as_ref())?;
    let rules = Rules::read(resource::file(&ask.file)?)
        .map_err(|faults| resource::flawed(&Refusal::Invalid(faults.clone()), &faults))?;
    let known_calendars = known_calendars(app, &rules).await?;
    let warnings = warnings(app, &id, &rules).await?;
    let stream = StreamId::of(Policy::KIND, id.as_str());
    let publish = Publish { id, rules, effective_from, known_calendars };
    if ask.validate_only {
        let checked = check(app, call.expected, stream, publish).await?;
        return Ok(PublishPolicyResponse { warnings, ..checked });
    }
    let command = Command::Publish(publish);
    let executed = eventlog::execute::<Policy>(&app.log, call, stream, command).await?;
    let found = resource::published(app, stream, Some(executed.version)).await?;
    Ok(PublishPolicyResponse {
        policy: found.map(|(payload, _)| resource::policy(&payload)).transpose()?,
        warnings,
        etag: parse::etag_of(executed.version),
        consistency: app.consistency(stream, &executed),
        published: executed.events > 0,
        preview: None,
    })
}

async fn check(
    app: &App,
    expected: Option<kernel::Version>,
    stream: StreamId,
    publish: Publish,
) -> Result<PublishPolicyResponse, Fault> {
    let (state, version) = eventlog::load::<Policy>(&app.log, stream).await?;
    if expected.is_some_and(|expected| expected != version) {
        return Err(Fault::stale(version));
    }
    let id = publish.id.clone();
    let events = Policy::decide(&state, Command::Publish(publish), app.now())
        .map_err(|refusal| Fault::refused(&refusal))?;
    let preview = policy_preview::of(app, &id, &state, events.first()).await?;
    let payload = match events.first() {
        Some(event) => Some(event.encode().payload),
        None => resource::published(app, stream, None).await?.map(|(payload, _)| payload),
    };
    Ok(PublishPolicyResponse {
        policy: payload.map(|payload| resource::policy(&payload)).transpose()?,
        etag: parse::etag_of(version),
        preview: Some(preview),
        ..PublishPolicyResponse::default()
    })
}

/// Which of the calendars that the rules reckon in are published, by the log itself: no view lags behind it.
async fn known_calendars(app: &App, rules: &Rules) -> Result<BTreeSet<CalendarId>, Fault> {
    let named: BTreeSet<CalendarId> = rules.calendars().cloned().collect();
    let mut known = BTreeSet::new();
    for id in named {
        let stream = StreamId::of(Calendar::KIND, id.as_str());
        if resource::published(app, stream, None).await?.is_some() {
            known.insert(id);
        }
    }
    Ok(known)
}

/// What is lawful, but may be a mistake: in the rules, and a policy beside the one that judges.
async fn warnings(app: &App, id: &PolicyId, rules: &Rules) -> Result<Vec<String>, Fault> {
    let mut warnings = Vec::new();
    if let Some(judge) = term::policy_in_use(&app.pool).await?.filter(|judge| *judge != id.as_str())
    {
        warnings.push(format!(
            "name: nothing is judged by this policy, since policies/{judge} was published before: publish its next version instead"
        ));
    }
    warnings.extend(warnings::of_rules(app, rules).await?);
    Ok(warnings)
}
