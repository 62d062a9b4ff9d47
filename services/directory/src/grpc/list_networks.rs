//! `ListNetworks`: the networks by id.

use chassis::fault::Fault;
use tonic::Request;
use wire::schoolside::directory::v1::{ListNetworksRequest, ListNetworksResponse};

use super::{get_network::shown, page::Page, parse};
use crate::{app::App, projection::network};

pub(super) async fn list_networks(
    app: &App,
    request: Request<ListNetworksRequest>,
) -> Result<ListNetworksResponse, Fault> {
    let ask = request.get_ref();
    let as_of = parse::optional_date("as_of", &ask.as_of)?;
    let page = Page::of(
        &ask.page_token,
        ask.page_size,
        &ListNetworksRequest {
            page_token: String::new(),
            page_size: 0,
            after: String::new(),
            ..ask.clone()
        },
    )?;
    app.wait(&ask.after).await?;
    let day = app.day(as_of).await?;
    let rows = network::list(&app.pool, day, page.behind(), page.limit()).await?;
    let (rows, next_page_token) = page.cut(rows, |row| &row.id);
    Ok(ListNetworksResponse { networks: rows.into_iter().map(shown).collect(), next_page_token })
}
