//! `ListPeople`: the people by id.

use chassis::{call::caller_of, fault::Fault};
use kernel::TeamId;
use tonic::Request;
use wire::schoolside::directory::v1::{ListPeopleRequest, ListPeopleResponse};

use super::{get_person::described, names_shown_to, page::Page, parse};
use crate::{app::App, projection::person};

pub(super) async fn list_people(
    app: &App,
    request: Request<ListPeopleRequest>,
) -> Result<ListPeopleResponse, Fault> {
    let ask = request.get_ref();
    let as_of = parse::optional_date("as_of", &ask.as_of)?;
    let team: Option<TeamId> = parse::optional_id("team", "teams", &ask.team)?;
    let named = names_shown_to(&caller_of(&request)?);
    let page = Page::of(
        &ask.page_token,
        ask.page_size,
        &ListPeopleRequest {
            page_token: String::new(),
            page_size: 0,
            after: String::new(),
            ..ask.clone()
        },
    )?;
    app.wait(&ask.after).await?;
    let day = app.day(as_of).await?;
    let rows = person::list(
        &app.pool,
        day,
        team.as_ref().map(TeamId::as_str),
        page.behind(),
        page.limit(),
    )
    .await?;
    let (rows, next_page_token) = page.cut(rows, |row| &row.id);
    Ok(ListPeopleResponse { people: described(app, rows, day, named).await?, next_page_token })
}
