//! `GetPolicy`: the latest version of a policy.

use chassis::{call::caller_of, fault::Fault, parse};
use kernel::{Decider, PolicyId, StreamId};
use sla_domain::policy::Policy;
use tonic::Request;
use wire::schoolside::sla::v1::{GetPolicyRequest, GetPolicyResponse};

use super::resource;
use crate::app::App;

pub(super) async fn get_policy(
    app: &App,
    request: Request<GetPolicyRequest>,
) -> Result<GetPolicyResponse, Fault> {
    caller_of(&request)?;
    let ask = request.into_inner();
    let id: PolicyId = resource::id("name", "policies", &ask.name)?;
    app.wait(&ask.after).await?;
    let stream = StreamId::of(Policy::KIND, id.as_str());
    let found = resource::published(app, stream, None).await?;
    let (payload, version) = found.ok_or_else(|| Fault::not_found("policy", &ask.name))?;
    Ok(GetPolicyResponse {
        policy: Some(resource::policy(&payload)?),
        etag: parse::etag_of(version),
    })
}
