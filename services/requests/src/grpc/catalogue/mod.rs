//! The catalogue's rpcs, one per file.

mod define;
mod get;
mod list;
mod retire;

use tonic::{Request, Response, Status};
use wire::schoolside::requests::v1::{self as pb, catalogue_service_server::CatalogueService};

use super::answer;
use crate::app::App;

/// The catalogue: what can be asked for.
pub(crate) struct Catalogue {
    pub(crate) app: App,
}

#[tonic::async_trait]
impl CatalogueService for Catalogue {
    async fn define_request_type(
        &self,
        request: Request<pb::DefineRequestTypeRequest>,
    ) -> Result<Response<pb::DefineRequestTypeResponse>, Status> {
        answer(define::define(&self.app, request).await)
    }

    async fn retire_request_type(
        &self,
        request: Request<pb::RetireRequestTypeRequest>,
    ) -> Result<Response<pb::RetireRequestTypeResponse>, Status> {
        answer(retire::retire(&self.app, request).await)
    }

    async fn get_request_type(
        &self,
        request: Request<pb::GetRequestTypeRequest>,
    ) -> Result<Response<pb::GetRequestTypeResponse>, Status> {
        answer(get::get(&self.app, request).await)
    }

    async fn list_request_types(
        &self,
        request: Request<pb::ListRequestTypesRequest>,
    ) -> Result<Response<pb::ListRequestTypesResponse>, Status> {
        answer(list::list(&self.app, request).await)
    }
}
