//! `PublishRuleSet`: puts a whole version of the table in force, or only checks it.

use chassis::{call::call_of, consistency, fault::Fault, parse};
use kernel::Decider;
use routing_domain::{
    rule_set::{Command, Event, RuleSet, State},
    table::Warning,
};
use tonic::Request;
use wire::schoolside::routing::v1::{self as pb, PublishRuleSetRequest, PublishRuleSetResponse};

use super::resource;
use crate::{
    app::{App, CONTEXT},
    projection::catalogue,
};

pub(super) async fn publish_rule_set(
    app: &App,
    request: Request<PublishRuleSetRequest>,
) -> Result<PublishRuleSetResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    app.wait_for_references().await?;
    let publish = resource::publish(ask, catalogue::known(&app.pool).await?);
    // A flawed table is refused by the command itself; here only its overlaps are of interest.
    let warnings = publish.warnings().unwrap_or_default().iter().map(warning).collect();
    let command = Command::Publish(publish);
    let stream = RuleSet::stream();
    if ask.validate_only {
        let (state, version) = eventlog::load::<RuleSet>(&app.log, stream).await?;
        if call.expected.is_some_and(|expected| expected != version) {
            return Err(Fault::stale(version));
        }
        let now = app.log.clock().now();
        let events =
            RuleSet::decide(&state, command, now).map_err(|refusal| Fault::refused(&refusal))?;
        let state = events.iter().fold(state, |state, event: &Event| RuleSet::evolve(state, event));
        let (etag, consistency) = (parse::etag_of(version), String::new());
        return Ok(PublishRuleSetResponse { rule_set: shown(&state), warnings, etag, consistency });
    }
    let executed = eventlog::execute::<RuleSet>(&app.log, call, stream, command).await?;
    let mut rule_set = shown(&executed.state);
    if let Some(rule_set) = &mut rule_set {
        rule_set.published_at = published_at(app, executed.version.0).await?;
    }
    Ok(PublishRuleSetResponse {
        rule_set,
        warnings,
        etag: parse::etag_of(executed.version),
        consistency: consistency::encode(CONTEXT, executed.position, stream, executed.version),
    })
}

fn shown(state: &State) -> Option<pb::RuleSet> {
    state.table.as_ref().map(|table| resource::rule_set(state.version, table, None))
}

async fn published_at(app: &App, version: i32) -> Result<Option<prost_types::Timestamp>, Fault> {
    let events = app.log.load(RuleSet::stream()).await?;
    let event = events.iter().find(|event| event.version.0 == version);
    Ok(event.map(|event| wire::time::to_proto(event.recorded_at)))
}

fn warning(warning: &Warning) -> pb::RuleSetWarning {
    let Warning { rule, overlaps } = warning;
    pb::RuleSetWarning {
        rule: rule.clone(),
        overlaps: overlaps.clone(),
        message: format!(
            "some requests match both {rule:?} and the later {overlaps:?}, which acts otherwise; {rule:?} decides them"
        ),
    }
}
