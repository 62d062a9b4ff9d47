//! `GetDecision`: why a request came to whom it came.

use chassis::{
    call::{caller_of, patience_of},
    fault::Fault,
    identity::{Caller, CallerRole},
    parse,
};
use eventlog::Recorded;
use kernel::{StreamId, TeamId};
use prost::Message;
use tonic::Request;
use wire::schoolside::routing::v1::{
    CaseDecided, Decision, GetDecisionRequest, GetDecisionResponse,
};

use crate::{app::App, projection::request};

pub(super) async fn get_decision(
    app: &App,
    request: Request<GetDecisionRequest>,
) -> Result<GetDecisionResponse, Fault> {
    let caller = caller_of(&request)?;
    let patience = patience_of(&request);
    let GetDecisionRequest { name, after } = request.into_inner();
    let id: StreamId = parse::resource("name", "requests", &name)?
        .parse()
        .map_err(|_| Fault::invalid("name", "must be requests/UUID"))?;
    app.wait(&after, patience).await?;
    let events = app.log.load(id).await?;
    let mut earlier = events.iter().map(decision).collect::<Result<Vec<_>, Fault>>()?;
    let missing = || Fault::not_found("schoolside/Decision", name.clone());
    let latest = earlier.pop().ok_or_else(missing)?;
    let mut teams: Vec<String> = request::team(&app.pool, id).await?.into_iter().collect();
    let decided = earlier.iter().chain([&latest]).filter_map(|decision| decision.decided.as_ref());
    teams.extend(decided.map(|decided| decided.team_id.clone()));
    if !may_see(&caller, &teams) {
        return Err(missing());
    }
    Ok(GetDecisionResponse { decision: Some(latest), earlier })
}

/// Members and leads see what came to their teams; directors and systems see all.
fn may_see(caller: &Caller, teams: &[String]) -> bool {
    let has = |role| caller.is(role);
    let all = [CallerRole::Director, CallerRole::Operator, CallerRole::Integrator];
    if all.into_iter().any(has) {
        return true;
    }
    let own = |team: &String| TeamId::try_new(team).is_ok_and(|team| caller.teams.contains(&team));
    [CallerRole::TeamMember, CallerRole::Lead].into_iter().any(has) && teams.iter().any(own)
}

fn decision(event: &Recorded) -> Result<Decision, Fault> {
    Ok(Decision {
        event_id: event.event_id.to_string(),
        decided_at: Some(wire::time::to_proto(event.recorded_at)),
        decided: Some(CaseDecided::decode(event.payload.as_slice()).map_err(Fault::bug)?),
    })
}
