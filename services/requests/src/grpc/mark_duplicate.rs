//! `MarkDuplicate`: another request asks for the same, and is the one that is worked on.

use chassis::fault::Fault;
use kernel::StreamId;
use requests_domain::{
    Reference, Request as Aggregate,
    access::{self, Action, Visibility},
    request::{Command, Original, Phase, Resolve, State},
    words::Outcome,
};
use tonic::Request;
use wire::schoolside::requests::v1::{MarkDuplicateRequest, MarkDuplicateResponse};

use super::{act::Act, parse};
use crate::app::App;

/// How far links are followed to the request that is worked on. New links lead there in one step; longer ways come up when
/// a request that others lead to becomes a duplicate itself.
const MOST_LINKS: usize = 16;

pub(super) async fn mark_duplicate(
    app: &App,
    request: Request<MarkDuplicateRequest>,
) -> Result<MarkDuplicateResponse, Fault> {
    let act = Act::begin(app, &request, Action::Work).await?;
    let ask = request.into_inner();
    let resolve = Resolve {
        request: act.stream,
        outcome: Outcome::Duplicate,
        original: Some(original(app, &act, &ask.duplicate_of).await?),
        summary: parse::text("summary", &ask.summary)?,
    };
    Ok(act.execute(app, Command::Resolve(resolve)).await?.into())
}

/// The request that asks for the same: it must exist, and the caller must be allowed to know of it.
pub(super) async fn original(app: &App, act: &Act, name: &str) -> Result<Original, Fault> {
    let id = parse::request_in(app, "duplicate_of", name).await?;
    let state = known(app, act, id).await?.ok_or_else(|| parse::no_request(name))?;
    let root = root(app, act, &state).await?;
    Ok(Original::new(id, &state, root))
}

/// A request as it is now, if the caller may know of it.
async fn known(app: &App, act: &Act, id: StreamId) -> Result<Option<State>, Fault> {
    let (state, _) = eventlog::load::<Aggregate>(&app.log, id).await?;
    Ok((access::may_read(&act.reader, &state) != Visibility::None).then_some(state))
}

/// The request that a duplicate's links lead to; `None` if the caller may not know of it, or it is no help.
async fn root(app: &App, act: &Act, duplicate: &State) -> Result<Option<Reference>, Fault> {
    let mut next = duplicate.duplicate_of();
    for _ in 0..MOST_LINKS {
        let Some(id) = next.filter(|id| *id != act.stream) else { return Ok(None) };
        let Some(state) = known(app, act, id).await? else { return Ok(None) };
        if !state.is_duplicate() {
            let helps = state.phase != Phase::Cancelled;
            return Ok(state.facts.filter(|_| helps).map(|facts| facts.reference));
        }
        next = state.duplicate_of();
    }
    Ok(None)
}
