//! `Get`: one request, by its id or by its short reference, with its duplicates.

use chassis::{call::caller_of, fault::Fault};
use kernel::StreamId;
use requests_domain::access::{self, Reader, Visibility};
use tonic::Request;
use wire::schoolside::requests::v1::{GetRequest, GetResponse};

use super::parse;
use crate::{
    access as scope,
    app::App,
    projection::{self, request::Filter},
    resource,
};

/// How many duplicates are shown at most; `List` has them all.
const MOST_DUPLICATES: i64 = 100;

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
    let mut request = resource::request(id, &found.state, seen);
    request.duplicates = duplicates(app, &reader, id).await?;
    Ok(GetResponse { request: Some(request) })
}

/// The names of the requests that were resolved as duplicates of this one, as far as the reader may know of them.
async fn duplicates(app: &App, reader: &Reader, of: StreamId) -> Result<Vec<String>, Fault> {
    let filter = Filter { duplicate_of: Some(of), oldest_first: true, ..Filter::default() };
    let scope = scope::scope(reader);
    let found =
        projection::request::list(&app.pool, &scope, &filter, None, MOST_DUPLICATES).await?;
    let known = found.iter().filter(|it| access::may_read(reader, &it.state) != Visibility::None);
    Ok(known.map(|it| resource::name(it.id)).collect())
}
