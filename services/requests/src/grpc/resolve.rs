//! `Resolve`: the team says it is finished, and how it came out.

use chassis::fault::Fault;
use requests_domain::{
    access::Action,
    request::{Command, Resolve},
    words::Outcome,
};
use tonic::Request;
use wire::schoolside::requests::v1::{ResolveRequest, ResolveResponse};

use super::{act::Act, mark_duplicate, parse};
use crate::app::App;

pub(super) async fn resolve(
    app: &App,
    request: Request<ResolveRequest>,
) -> Result<ResolveResponse, Fault> {
    let act = Act::begin(app, &request, Action::Work).await?;
    let ask = request.into_inner();
    let original = match ask.duplicate_of.as_str() {
        "" => None,
        name => Some(mark_duplicate::original(app, &act, name).await?),
    };
    let resolve = Resolve {
        request: act.stream,
        outcome: parse::stated("outcome", Outcome::from_wire(ask.outcome))?,
        original,
        summary: parse::text("summary", &ask.summary)?,
    };
    Ok(act.execute(app, Command::Resolve(resolve)).await?.into())
}
