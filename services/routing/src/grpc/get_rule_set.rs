//! `GetRuleSet`: the rule set in force, or an earlier version.

use chassis::{call::patience_of, fault::Fault, parse};
use kernel::Version;
use routing_domain::rule_set::{Event, RuleSet};
use tonic::Request;
use wire::schoolside::routing::v1::{GetRuleSetRequest, GetRuleSetResponse};

use super::resource;
use crate::app::App;

pub(super) async fn get_rule_set(
    app: &App,
    request: Request<GetRuleSetRequest>,
) -> Result<GetRuleSetResponse, Fault> {
    let patience = patience_of(&request);
    let GetRuleSetRequest { name, after } = request.into_inner();
    let wanted = version(&name)?;
    app.wait(&after, patience).await?;
    let events = app.log.load(RuleSet::stream()).await?;
    let etag = parse::etag_of(events.last().map_or(Version(0), |event| event.version));
    for recorded in events.iter().rev() {
        let Event::Published(published) = recorded.decode()?;
        if wanted.is_none_or(|wanted| wanted == published.version) {
            let (version, at) = (published.version, recorded.recorded_at);
            let rule_set = Some(resource::rule_set(version, &published.table, Some(at)));
            return Ok(GetRuleSetResponse { rule_set, etag });
        }
    }
    let name = if name.is_empty() { "ruleSets/current".to_owned() } else { name };
    Err(Fault::not_found("schoolside/RuleSet", name))
}

/// The version that is asked for; `None` is the one in force.
fn version(name: &str) -> Result<Option<i32>, Fault> {
    if name.is_empty() {
        return Ok(None);
    }
    match parse::resource("name", "ruleSets", name)? {
        "current" => Ok(None),
        number => number
            .parse()
            .map(Some)
            .map_err(|_| Fault::invalid("name", "must be ruleSets/current or ruleSets/VERSION")),
    }
}
