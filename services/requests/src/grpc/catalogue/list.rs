//! `ListRequestTypes`: the catalogue, by id.

use chassis::{fault::Fault, paging};
use tonic::Request;
use wire::schoolside::requests::v1::{ListRequestTypesRequest, ListRequestTypesResponse};

use crate::{app::App, projection, resource};

pub(super) async fn list(
    app: &App,
    request: Request<ListRequestTypesRequest>,
) -> Result<ListRequestTypesResponse, Fault> {
    let ask = request.into_inner();
    let size = paging::page_size(ask.page_size)?;
    let show_retired = ask.show_retired;
    let bound =
        paging::filter_hash(&ListRequestTypesRequest { show_retired, ..Default::default() });
    let after = paging::decode(&ask.page_token, bound)?.unwrap_or_default();
    app.wait(&ask.after).await?;
    let mut found =
        projection::request_type::list(&app.pool, &after, show_retired, size + 1).await?;
    let more = i64::try_from(found.len()).is_ok_and(|len| len > size);
    if more {
        found.pop();
    }
    let last = found.last().filter(|_| more).and_then(|found| found.state.definition.as_ref());
    let next_page_token = last.map(|last| paging::encode(last.id.as_str(), bound));
    Ok(ListRequestTypesResponse {
        request_types: found
            .iter()
            .filter_map(|found| resource::request_type(&found.state, found.version))
            .collect(),
        next_page_token: next_page_token.unwrap_or_default(),
    })
}
