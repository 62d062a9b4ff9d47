//! `schoolside team`: who is in it, what it serves, what it holds.

use clap::Subcommand;
use wire::schoolside::{
    directory::v1::{GetTeamRequest, Team, directory_service_client::DirectoryServiceClient},
    requests::v1::{ListRequest, Request, request_service_client::RequestServiceClient},
};

use super::{request, words};
use crate::{context::Context, failure::Failure, out};

/// What can be done with a team.
#[derive(Debug, Subcommand)]
pub enum TeamCommand {
    /// Show a team: its networks, schools, members, and what it holds.
    #[command(after_help = "Example:\n  schoolside team show T1")]
    Show {
        /// The team, e.g. `T1`.
        team: String,
        /// As of this day, YYYY-MM-DD; today if not given.
        #[arg(long)]
        as_of: Option<String>,
    },
}

/// Runs a team command.
///
/// # Errors
/// When the system declines.
pub async fn run(command: TeamCommand, context: &Context) -> Result<(), Failure> {
    let TeamCommand::Show { team, as_of } = command;
    let connection = context.connection.open("director")?;
    let name = words::resource("teams", &team);
    let request = GetTeamRequest {
        name: name.clone(),
        as_of: as_of.unwrap_or_default(),
        ..Default::default()
    };
    let mut directory = DirectoryServiceClient::new(connection.service("directory")?);
    let team = directory.get_team(request).await?.into_inner().team.unwrap_or_default();
    let mut requests = RequestServiceClient::new(connection.service("requests")?);
    let list = ListRequest { team: name, open_only: true, page_size: 20, ..Default::default() };
    let held = requests.list(list).await?.into_inner().requests;
    if context.json {
        let mut value = out::to_json(&team);
        value["open_requests"] = held.iter().map(out::to_json).collect();
        out::json(&value);
    } else {
        out::line(to_text(&team, &held));
    }
    Ok(())
}

fn to_text(team: &Team, held: &[Request]) -> String {
    let members: Vec<Vec<String>> = team
        .members
        .iter()
        .map(|member| {
            vec![
                member.role.clone(),
                words::id(&member.person).to_owned(),
                member.display_name.clone(),
                format!("{} %", member.capacity_percent),
                member.effective_from.clone(),
            ]
        })
        .collect();
    let ids =
        |names: &[String]| names.iter().map(|name| words::id(name)).collect::<Vec<_>>().join(", ");
    format!(
        "{} {}\nnetworks: {}\nschools:  {}\n\n{}\n\nholds (the latest 20 open):\n{}",
        words::id(&team.name),
        team.display_name,
        ids(&team.networks),
        ids(&team.schools),
        out::table(&["role", "person", "name", "capacity", "since"], &members),
        request::list_text(held)
    )
}
