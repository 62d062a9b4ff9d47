//! `RetireRequestType`: no new requests of a type are taken.

use chassis::{call::call_of, fault::Fault};
use requests_domain::{
    RequestType as Aggregate,
    request_type::{self, Command, Retire},
};
use tonic::Request;
use wire::schoolside::requests::v1::{RetireRequestTypeRequest, RetireRequestTypeResponse};

use crate::{app::App, grpc::parse, resource};

pub(super) async fn retire(
    app: &App,
    request: Request<RetireRequestTypeRequest>,
) -> Result<RetireRequestTypeResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let id = parse::required("name", "requestTypes", &ask.name)?;
    let stream = request_type::stream(&id);
    let command = Command::Retire(Retire { id });
    let executed = eventlog::execute::<Aggregate>(&app.log, call, stream, command).await?;
    Ok(RetireRequestTypeResponse {
        request_type: resource::request_type(&executed.state, executed.version.0),
        etag: resource::etag(executed.version.0),
        consistency: app.consistency(stream, &executed),
    })
}
