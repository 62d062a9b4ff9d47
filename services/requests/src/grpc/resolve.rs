//! `Resolve`: the team says it is finished, and how it came out.

use chassis::fault::Fault;
use kernel::StreamId;
use requests_domain::{
    Request as Aggregate,
    access::{self, Action, Visibility},
    request::{Command, Resolve},
    words::Outcome,
};
use tonic::Request;
use wire::schoolside::requests::v1::{ResolveRequest, ResolveResponse};

use super::{act::Act, parse};
use crate::app::App;

pub(super) async fn resolve(
    app: &App,
    request: Request<ResolveRequest>,
) -> Result<ResolveResponse, Fault> {
    let act = Act::begin(app, &request, Action::Work).await?;
    let ask = request.into_inner();
    let resolve = Resolve {
        request: act.stream,
        outcome: parse::stated("outcome", Outcome::from_wire(ask.outcome))?,
        duplicate_of: original(app, &act, &ask.duplicate_of).await?,
        summary: parse::text("summary", &ask.summary)?,
    };
    Ok(act.execute(app, Command::Resolve(resolve)).await?.into())
}

/// The request that asks for the same: it must exist, and the caller must be allowed to know of it.
async fn original(app: &App, act: &Act, name: &str) -> Result<Option<StreamId>, Fault> {
    if name.is_empty() {
        return Ok(None);
    }
    let id = parse::request(app, name).await?;
    let (state, _) = eventlog::load::<Aggregate>(&app.log, id).await?;
    if access::may_read(&act.reader, &state) == Visibility::None {
        return Err(parse::no_request(name));
    }
    Ok(Some(id))
}
