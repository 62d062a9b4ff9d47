//! `schoolside request`: open a request and carry it through its life.

mod args;
mod correct;
mod verbs;

use wire::schoolside::requests::v1::{
    ListRequest, Request, request_service_client::RequestServiceClient,
};

pub use self::args::RequestCommand;
use super::{story, words};
use crate::{
    connection::{Authorized, Connection},
    context::Context,
    failure::Failure,
    out,
};

type Client = RequestServiceClient<Authorized>;

/// Runs a request command.
///
/// # Errors
/// When a value is not one, or the system declines.
pub async fn run(command: RequestCommand, context: &Context) -> Result<(), Failure> {
    let connection = context.connection.open("director")?;
    let mut client = RequestServiceClient::new(connection.service("requests")?);
    match command {
        RequestCommand::Show { request } => story::show(&request, &connection, context).await,
        RequestCommand::List(args) => {
            let page = client.list(ListRequest::try_from(args)?).await?.into_inner();
            context.print(&page, |page| {
                let more = if page.next_page_token.is_empty() {
                    String::new()
                } else {
                    format!("\nmore with --page-token {}", page.next_page_token)
                };
                format!("{}{more}", list_text(&page.requests))
            });
            Ok(())
        }
        command => {
            let request = verbs::send(command, &mut client).await?;
            context.print(&request, summary_text);
            Ok(())
        }
    }
}

/// Requests as a table.
#[must_use]
pub fn list_text(requests: &[Request]) -> String {
    let rows: Vec<Vec<String>> = requests
        .iter()
        .map(|request| {
            vec![
                request.reference.clone(),
                state(request),
                request.priority.clone(),
                words::id(&request.request_type).to_owned(),
                words::id(&request.school).to_owned(),
                words::id(&request.team).to_owned(),
                words::id(&request.member).to_owned(),
                words::instant(request.opened_at.as_ref()),
                request.summary.clone(),
            ]
        })
        .collect();
    out::table(
        &[
            "reference",
            "state",
            "priority",
            "type",
            "school",
            "team",
            "member",
            "opened",
            "summary",
        ],
        &rows,
    )
}

/// The word for how a request stands.
#[must_use]
pub fn state(request: &Request) -> String {
    words::word("REQUEST_STATE_", request.state().as_str_name())
}

fn summary_text(request: &Request) -> String {
    let holder = match (words::id(&request.team), words::id(&request.member)) {
        ("", _) => "not yet routed".to_owned(),
        (team, "") => format!("held by {team}"),
        (team, member) => format!("held by {member} of {team}"),
    };
    format!(
        "{} is {}, {holder}. See it with `schoolside request show {}`.",
        request.reference,
        state(request),
        request.reference
    )
}

/// The request's full name, from a reference or a UUID.
///
/// # Errors
/// When there is no such request.
pub async fn canonical(given: &str, connection: &Connection) -> Result<String, Failure> {
    let mut client: Client = RequestServiceClient::new(connection.service("requests")?);
    let get = wire::schoolside::requests::v1::GetRequest {
        name: words::resource("requests", given),
        after: String::new(),
    };
    Ok(client.get(get).await?.into_inner().request.unwrap_or_default().name)
}
