//! The rpcs, one per file; here only what tonic wants to see in one place.
//!
//! To add one: the rpc in `service.proto`, its permission in [`PERMISSIONS`], a file, and a line below.

mod act;
mod cancel;
mod catalogue;
mod change_priority;
mod change_school;
mod close;
mod erase;
mod get;
mod import;
mod list;
mod list_events;
mod mark_duplicate;
mod open;
mod parse;
mod pause;
mod reassign;
mod reclassify;
mod reopen;
mod reply;
mod resolve;
mod resume;

use chassis::{
    fault::Fault,
    identity::{Permission, PermissionTable},
};
use tonic::{Request, Response, Status};
use wire::schoolside::requests::v1::{
    self as pb, import_service_server::ImportService, request_service_server::RequestService,
};

use crate::app::App;

pub(crate) use catalogue::Catalogue;

/// What each rpc asks of its caller.
pub const PERMISSIONS: PermissionTable = &[
    ("/schoolside.requests.v1.CatalogueService/DefineRequestType", Permission::CatalogueWrite),
    ("/schoolside.requests.v1.CatalogueService/RetireRequestType", Permission::CatalogueWrite),
    ("/schoolside.requests.v1.CatalogueService/GetRequestType", Permission::CatalogueRead),
    ("/schoolside.requests.v1.CatalogueService/ListRequestTypes", Permission::CatalogueRead),
    ("/schoolside.requests.v1.RequestService/Open", Permission::RequestsOpen),
    ("/schoolside.requests.v1.RequestService/Reply", Permission::RequestsOpen),
    ("/schoolside.requests.v1.RequestService/Pause", Permission::RequestsWork),
    ("/schoolside.requests.v1.RequestService/Resume", Permission::RequestsWork),
    ("/schoolside.requests.v1.RequestService/Reassign", Permission::RequestsWork),
    ("/schoolside.requests.v1.RequestService/Reclassify", Permission::RequestsWork),
    ("/schoolside.requests.v1.RequestService/ChangePriority", Permission::RequestsWork),
    ("/schoolside.requests.v1.RequestService/ChangeSchool", Permission::RequestsWork),
    ("/schoolside.requests.v1.RequestService/MarkDuplicate", Permission::RequestsWork),
    ("/schoolside.requests.v1.RequestService/Resolve", Permission::RequestsWork),
    ("/schoolside.requests.v1.RequestService/Reopen", Permission::RequestsOpen),
    ("/schoolside.requests.v1.RequestService/Close", Permission::RequestsOpen),
    ("/schoolside.requests.v1.RequestService/Cancel", Permission::RequestsOpen),
    ("/schoolside.requests.v1.RequestService/Erase", Permission::RequestsErase),
    ("/schoolside.requests.v1.RequestService/Get", Permission::RequestsRead),
    ("/schoolside.requests.v1.RequestService/List", Permission::RequestsRead),
    ("/schoolside.requests.v1.RequestService/ListEvents", Permission::RequestsRead),
    ("/schoolside.requests.v1.ImportService/ImportRequests", Permission::HistoryImport),
];

/// An answer as tonic takes it.
fn answer<T>(outcome: Result<T, Fault>) -> Result<Response<T>, Status> {
    outcome.map(Response::new).map_err(Status::from)
}

/// The life of a request.
pub(crate) struct Requests {
    pub(crate) app: App,
}

#[tonic::async_trait]
impl RequestService for Requests {
    async fn open(
        &self,
        request: Request<pb::OpenRequest>,
    ) -> Result<Response<pb::OpenResponse>, Status> {
        answer(open::open(&self.app, request).await)
    }

    async fn reply(
        &self,
        request: Request<pb::ReplyRequest>,
    ) -> Result<Response<pb::ReplyResponse>, Status> {
        answer(reply::reply(&self.app, request).await)
    }

    async fn pause(
        &self,
        request: Request<pb::PauseRequest>,
    ) -> Result<Response<pb::PauseResponse>, Status> {
        answer(pause::pause(&self.app, request).await)
    }

    async fn resume(
        &self,
        request: Request<pb::ResumeRequest>,
    ) -> Result<Response<pb::ResumeResponse>, Status> {
        answer(resume::resume(&self.app, request).await)
    }

    async fn reassign(
        &self,
        request: Request<pb::ReassignRequest>,
    ) -> Result<Response<pb::ReassignResponse>, Status> {
        answer(reassign::reassign(&self.app, request).await)
    }

    async fn reclassify(
        &self,
        request: Request<pb::ReclassifyRequest>,
    ) -> Result<Response<pb::ReclassifyResponse>, Status> {
        answer(reclassify::reclassify(&self.app, request).await)
    }

    async fn change_priority(
        &self,
        request: Request<pb::ChangePriorityRequest>,
    ) -> Result<Response<pb::ChangePriorityResponse>, Status> {
        answer(change_priority::change_priority(&self.app, request).await)
    }

    async fn change_school(
        &self,
        request: Request<pb::ChangeSchoolRequest>,
    ) -> Result<Response<pb::ChangeSchoolResponse>, Status> {
        answer(change_school::change_school(&self.app, request).await)
    }

    async fn mark_duplicate(
        &self,
        request: Request<pb::MarkDuplicateRequest>,
    ) -> Result<Response<pb::MarkDuplicateResponse>, Status> {
        answer(mark_duplicate::mark_duplicate(&self.app, request).await)
    }

    async fn resolve(
        &self,
        request: Request<pb::ResolveRequest>,
    ) -> Result<Response<pb::ResolveResponse>, Status> {
        answer(resolve::resolve(&self.app, request).await)
    }

    async fn reopen(
        &self,
        request: Request<pb::ReopenRequest>,
    ) -> Result<Response<pb::ReopenResponse>, Status> {
        answer(reopen::reopen(&self.app, request).await)
    }

    async fn close(
        &self,
        request: Request<pb::CloseRequest>,
    ) -> Result<Response<pb::CloseResponse>, Status> {
        answer(close::close(&self.app, request).await)
    }

    async fn cancel(
        &self,
        request: Request<pb::CancelRequest>,
    ) -> Result<Response<pb::CancelResponse>, Status> {
        answer(cancel::cancel(&self.app, request).await)
    }

    async fn erase(
        &self,
        request: Request<pb::EraseRequest>,
    ) -> Result<Response<pb::EraseResponse>, Status> {
        answer(erase::erase(&self.app, request).await)
    }

    async fn get(
        &self,
        request: Request<pb::GetRequest>,
    ) -> Result<Response<pb::GetResponse>, Status> {
        answer(get::get(&self.app, request).await)
    }

    async fn list(
        &self,
        request: Request<pb::ListRequest>,
    ) -> Result<Response<pb::ListResponse>, Status> {
        answer(list::list(&self.app, request).await)
    }

    async fn list_events(
        &self,
        request: Request<pb::ListEventsRequest>,
    ) -> Result<Response<pb::ListEventsResponse>, Status> {
        answer(list_events::list_events(&self.app, request).await)
    }
}

/// Taking history over.
pub(crate) struct Imports {
    pub(crate) app: App,
}

#[tonic::async_trait]
impl ImportService for Imports {
    async fn import_requests(
        &self,
        request: Request<pb::ImportRequestsRequest>,
    ) -> Result<Response<pb::ImportRequestsResponse>, Status> {
        answer(import::import_requests(&self.app, request).await)
    }
}
