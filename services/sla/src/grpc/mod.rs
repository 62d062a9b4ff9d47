//! The rpcs, one per file: parse → command or query → reply.
//!
//! To add one: the rpc in `service.proto`, its permission in [`PERMISSIONS`], a file, and a line below.

mod acknowledge_escalation;
mod explain_due_date;
mod get_calendar;
mod get_policy;
mod list_calendars;
mod list_clocks;
mod list_escalations;
mod policy_preview;
mod publish_calendar;
mod publish_policy;
mod resource;
mod warnings;
mod watch_clocks;
mod what_if;

use chassis::{
    fault::Fault,
    identity::{Permission, PermissionTable},
};
use tonic::{Request, Response, Status};
use wire::schoolside::sla::v1::{self as pb, sla_service_server::SlaService};

use crate::app::App;

/// What each rpc asks of its caller.
pub const PERMISSIONS: PermissionTable = &[
    ("/schoolside.sla.v1.SlaService/PublishCalendar", Permission::PoliciesWrite),
    ("/schoolside.sla.v1.SlaService/GetCalendar", Permission::SlaRead),
    ("/schoolside.sla.v1.SlaService/ListCalendars", Permission::SlaRead),
    ("/schoolside.sla.v1.SlaService/PublishPolicy", Permission::PoliciesWrite),
    ("/schoolside.sla.v1.SlaService/GetPolicy", Permission::SlaRead),
    ("/schoolside.sla.v1.SlaService/ListClocks", Permission::SlaRead),
    ("/schoolside.sla.v1.SlaService/WatchClocks", Permission::SlaRead),
    ("/schoolside.sla.v1.SlaService/ExplainDueDate", Permission::SlaRead),
    ("/schoolside.sla.v1.SlaService/ListEscalations", Permission::SlaRead),
    // Within the caller's scope; requesters have none of it.
    ("/schoolside.sla.v1.SlaService/AcknowledgeEscalation", Permission::SlaRead),
    // Within the caller's scope, as the clocks themselves.
    ("/schoolside.sla.v1.SlaService/WhatIf", Permission::SlaRead),
];

/// An answer as tonic takes it.
fn answer<T>(outcome: Result<T, Fault>) -> Result<Response<T>, Status> {
    outcome.map(Response::new).map_err(Status::from)
}

/// What is due when, and why.
pub(crate) struct Sla {
    pub(crate) app: App,
}

#[tonic::async_trait]
impl SlaService for Sla {
    async fn publish_calendar(
        &self,
        request: Request<pb::PublishCalendarRequest>,
    ) -> Result<Response<pb::PublishCalendarResponse>, Status> {
        answer(publish_calendar::publish_calendar(&self.app, request).await)
    }

    async fn get_calendar(
        &self,
        request: Request<pb::GetCalendarRequest>,
    ) -> Result<Response<pb::GetCalendarResponse>, Status> {
        answer(get_calendar::get_calendar(&self.app, request).await)
    }

    async fn list_calendars(
        &self,
        request: Request<pb::ListCalendarsRequest>,
    ) -> Result<Response<pb::ListCalendarsResponse>, Status> {
        answer(list_calendars::list_calendars(&self.app, request).await)
    }

    async fn publish_policy(
        &self,
        request: Request<pb::PublishPolicyRequest>,
    ) -> Result<Response<pb::PublishPolicyResponse>, Status> {
        answer(publish_policy::publish_policy(&self.app, request).await)
    }

    async fn get_policy(
        &self,
        request: Request<pb::GetPolicyRequest>,
    ) -> Result<Response<pb::GetPolicyResponse>, Status> {
        answer(get_policy::get_policy(&self.app, request).await)
    }

    async fn list_clocks(
        &self,
        request: Request<pb::ListClocksRequest>,
    ) -> Result<Response<pb::ListClocksResponse>, Status> {
        answer(list_clocks::list_clocks(&self.app, request).await)
    }

    type WatchClocksStream = watch_clocks::Board;

    async fn watch_clocks(
        &self,
        request: Request<pb::WatchClocksRequest>,
    ) -> Result<Response<Self::WatchClocksStream>, Status> {
        answer(watch_clocks::watch_clocks(&self.app, request).await)
    }

    async fn list_escalations(
        &self,
        request: Request<pb::ListEscalationsRequest>,
    ) -> Result<Response<pb::ListEscalationsResponse>, Status> {
        answer(list_escalations::list_escalations(&self.app, request).await)
    }

    async fn acknowledge_escalation(
        &self,
        request: Request<pb::AcknowledgeEscalationRequest>,
    ) -> Result<Response<pb::AcknowledgeEscalationResponse>, Status> {
        answer(acknowledge_escalation::acknowledge_escalation(&self.app, request).await)
    }

    async fn explain_due_date(
        &self,
        request: Request<pb::ExplainDueDateRequest>,
    ) -> Result<Response<pb::ExplainDueDateResponse>, Status> {
        answer(explain_due_date::explain_due_date(&self.app, request).await)
    }

    type WhatIfStream = what_if::Parts;

    async fn what_if(
        &self,
        request: Request<pb::WhatIfRequest>,
    ) -> Result<Response<what_if::Parts>, Status> {
        answer(what_if::what_if(&self.app, request).await)
    }
}
