//! `GetRequestType`: one type of the catalogue.

use chassis::fault::Fault;
use kernel::RequestTypeId;
use tonic::Request;
use wire::schoolside::requests::v1::{GetRequestTypeRequest, GetRequestTypeResponse};

use crate::{app::App, grpc::parse, projection, resource};

pub(super) async fn get(
    app: &App,
    request: Request<GetRequestTypeRequest>,
) -> Result<GetRequestTypeResponse, Fault> {
    let GetRequestTypeRequest { name, after } = request.into_inner();
    app.wait(&after).await?;
    let id: RequestTypeId = parse::required("name", "requestTypes", &name)?;
    let found = projection::request_type::by_id(&app.pool, id.as_str()).await?;
    let found = found.ok_or_else(|| Fault::not_found("schoolside/RequestType", &name))?;
    Ok(GetRequestTypeResponse { request_type: resource::request_type(&found.state, found.version) })
}
