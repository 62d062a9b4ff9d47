//! `ListSchools`: the schools by id, as they are on a day.

use chassis::fault::Fault;
use kernel::NetworkId;
use tonic::Request;
use wire::schoolside::directory::v1::{ListSchoolsRequest, ListSchoolsResponse};

use super::{get_school::shown, page::Page, parse};
use crate::{app::App, projection::school};

pub(super) async fn list_schools(
    app: &App,
    request: Request<ListSchoolsRequest>,
) -> Result<ListSchoolsResponse, Fault> {
    let ask = request.get_ref();
    let as_of = parse::optional_date("as_of", &ask.as_of)?;
    let network: Option<NetworkId> = parse::optional_id("network", "networks", &ask.network)?;
    let page = Page::of(
        &ask.page_token,
        ask.page_size,
        &ListSchoolsRequest {
            page_token: String::new(),
            page_size: 0,
            after: String::new(),
            ..ask.clone()
        },
    )?;
    app.wait(&ask.after).await?;
    let day = app.day(as_of).await?;
    let rows = school::list(
        &app.pool,
        day,
        network.as_ref().map(NetworkId::as_str),
        page.behind(),
        page.limit(),
    )
    .await?;
    let (rows, next_page_token) = page.cut(rows, |row| &row.id);
    Ok(ListSchoolsResponse { schools: rows.into_iter().map(shown).collect(), next_page_token })
}
