//! `Get`: one request, by its id or by its short reference.

use chassis::{call::caller_of, fault::Fault};
use requests_domain::access::{self, Visibility};
use tonic::Request;
use wire::schoolside::requests::v1::{GetRequest, GetResponse};

use super::parse;
use crate::{access as scope, app::App, projection, resource};

pub(super) async fn get(app: &App, request: Request<GetRequest>) -> Result<GetResponse, Fault> {
    let caller = caller_of(&request)?;
    let GetRequest { name, after } = request.get_ref();
    app.wait(after).await?;
    let id = parse::request(app, name).await?;
    let found = projection::request::by_id(&app.pool, id).await?;
    let found = found.ok_or_else(|| parse::no_request(name))?;
    let reader = scope::reader(app, &caller).await?;
    let seen = access::may_read(&reader, &found.state);
    if seen == Visibility::None {
        return Err(parse::no_request(name));
    }
    scope::keep_looks(app, &reader, "Get", &[(id, &found.state, seen)]).await?;
    Ok(GetResponse { request: Some(resource::request(id, &found.state, seen)) })
}
