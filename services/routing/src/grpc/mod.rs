//! The rpcs, one per file: parse → command or query → reply.

mod get_decision;
mod get_rule_set;
mod publish_rule_set;
mod resource;

use chassis::{
    fault::Fault,
    identity::{Permission, PermissionTable},
};
use tonic::{Request, Response, Status};
use wire::schoolside::routing::v1::{self as pb, routing_service_server::RoutingService};

use crate::app::App;

/// What each rpc asks of its caller.
pub const PERMISSIONS: PermissionTable = &[
    ("/schoolside.routing.v1.RoutingService/PublishRuleSet", Permission::RulesWrite),
    ("/schoolside.routing.v1.RoutingService/GetRuleSet", Permission::RoutingRead),
    ("/schoolside.routing.v1.RoutingService/GetDecision", Permission::RoutingRead),
];

/// An answer as tonic takes it.
fn answer<T>(outcome: Result<T, Fault>) -> Result<Response<T>, Status> {
    outcome.map(Response::new).map_err(Status::from)
}

/// Who answers for a request, and why.
pub(crate) struct Routing {
    pub(crate) app: App,
}

#[tonic::async_trait]
impl RoutingService for Routing {
    async fn publish_rule_set(
        &self,
        request: Request<pb::PublishRuleSetRequest>,
    ) -> Result<Response<pb::PublishRuleSetResponse>, Status> {
        answer(publish_rule_set::publish_rule_set(&self.app, request).await)
    }

    async fn get_rule_set(
        &self,
        request: Request<pb::GetRuleSetRequest>,
    ) -> Result<Response<pb::GetRuleSetResponse>, Status> {
        answer(get_rule_set::get_rule_set(&self.app, request).await)
    }

    async fn get_decision(
        &self,
        request: Request<pb::GetDecisionRequest>,
    ) -> Result<Response<pb::GetDecisionResponse>, Status> {
        answer(get_decision::get_decision(&self.app, request).await)
    }
}
