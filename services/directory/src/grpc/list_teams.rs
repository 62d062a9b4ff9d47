//! `ListTeams`: the teams by id.

use chassis::fault::Fault;
use tonic::Request;
use wire::schoolside::directory::v1::{self as pb, ListTeamsRequest, ListTeamsResponse};

use super::{get_team::shown, page::Page, parse};
use crate::{app::App, projection::team};

pub(super) async fn list_teams(
    app: &App,
    request: Request<ListTeamsRequest>,
) -> Result<ListTeamsResponse, Fault> {
    let ask = request.get_ref();
    let as_of = parse::optional_date("as_of", &ask.as_of)?;
    let kind = kind(ask.kind)?;
    let page = Page::of(
        &ask.page_token,
        ask.page_size,
        &ListTeamsRequest {
            page_token: String::new(),
            page_size: 0,
            after: String::new(),
            ..ask.clone()
        },
    )?;
    app.wait(&ask.after).await?;
    let day = app.day(as_of).await?;
    let rows = team::list(&app.pool, day, kind, page.behind(), page.limit()).await?;
    let (rows, next_page_token) = page.cut(rows, |row| &row.id);
    Ok(ListTeamsResponse { teams: rows.into_iter().map(shown).collect(), next_page_token })
}

/// The kind to keep to, by its number on the wire.
fn kind(number: i32) -> Result<Option<i16>, Fault> {
    match pb::TeamKind::try_from(number) {
        Ok(pb::TeamKind::Unspecified) => Ok(None),
        Ok(kind) => Ok(Some(kind as i16)),
        Err(_) => Err(Fault::invalid("kind", "must be one of its values")),
    }
}
