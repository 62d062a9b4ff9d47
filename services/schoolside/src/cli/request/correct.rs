//! The verbs that correct what is known of an open request: what it asks for, how urgently, for which school, and whether
//! another one asks for the same.

use clap::{Args, Subcommand, builder::PossibleValuesParser};
use wire::schoolside::requests::v1::{
    ChangePriorityRequest, ChangeSchoolRequest, MarkDuplicateRequest, ReclassifyRequest, Request,
};

use super::{Client, verbs};
use crate::{cli::words, failure::Failure};

const PRIORITIES: [&str; 4] = ["P1", "P2", "P3", "P4"];

/// Corrections of an open request.
#[derive(Debug, Subcommand)]
pub enum CorrectCommand {
    /// Say that it asks for something else: another type of the catalogue. Its team keeps it.
    #[command(after_help = "Examples:
  schoolside request reclassify 1048-26 --type FAC2 --reason wrong_type
  schoolside request reclassify 1048-26 --type FAC1 --reason unclear_request --attribute scope=room --priority P2")]
    Reclassify(ReclassifyArgs),
    /// Give it another priority.
    #[command(after_help = "Examples:
  schoolside request priority 1048-26 --to P1
  schoolside request priority 1048-26 --to P1 --reason safety")]
    Priority(PriorityArgs),
    /// Say that it is for another school, or that who asked moved. Its team keeps it.
    #[command(after_help = "Examples:
  schoolside request school 1048-26 --to 0107
  schoolside request school 1048-26 --to 0107 --requester P-0107 --reason wrong_school")]
    School(SchoolArgs),
    /// Resolve it as a duplicate: another request asks for the same. `reopen` takes that back.
    #[command(after_help = "Examples:
  schoolside request duplicate 1048-26 --of 1050-26
  schoolside request list --duplicate-of 1050-26")]
    Duplicate(DuplicateArgs),
}

/// Arguments of `request reclassify`.
#[derive(Debug, Args)]
pub struct ReclassifyArgs {
    /// The request.
    request: String,
    /// What it asks for: a code of the catalogue, e.g. `FAC2`.
    #[arg(long = "type")]
    request_type: String,
    /// Why.
    #[arg(long, value_parser = PossibleValuesParser::new(["wrong_type", "unclear_request", "other"]))]
    reason: String,
    /// NAME=VALUE, as the new type asks; may be repeated. What fits of the old ones is taken over.
    #[arg(long, value_name = "NAME=VALUE")]
    attribute: Vec<String>,
    /// The priority from now on; the present one if not given.
    #[arg(long, value_parser = PossibleValuesParser::new(PRIORITIES))]
    priority: Option<String>,
    /// Let more people read it if the new type is less confidential; for directors and leads who can read its text.
    #[arg(long)]
    lower_confidentiality: bool,
    /// A note for colleagues.
    #[arg(long, default_value = "")]
    note: String,
}

/// Arguments of `request priority`.
#[derive(Debug, Args)]
pub struct PriorityArgs {
    /// The request.
    request: String,
    /// The priority from now on.
    #[arg(long, value_parser = PossibleValuesParser::new(PRIORITIES))]
    to: String,
    /// Why.
    #[arg(
        long,
        default_value = "other",
        value_parser = PossibleValuesParser::new(["safety", "impact", "deadline", "set_wrongly", "other"])
    )]
    reason: String,
}

/// Arguments of `request school`.
#[derive(Debug, Args)]
pub struct SchoolArgs {
    /// The request.
    request: String,
    /// The school that it is for.
    #[arg(long)]
    to: String,
    /// For whom; the present requester if not given.
    #[arg(long, default_value = "")]
    requester: String,
    /// Why.
    #[arg(
        long,
        default_value = "other",
        value_parser = PossibleValuesParser::new(["wrong_school", "moved", "other"])
    )]
    reason: String,
}

/// Arguments of `request duplicate`.
#[derive(Debug, Args)]
pub struct DuplicateArgs {
    /// The request.
    request: String,
    /// The request that asks for the same and is worked on.
    #[arg(long, value_name = "REQUEST")]
    of: String,
    /// What the requester should know.
    #[arg(long, default_value = "")]
    summary: String,
}

/// Sends a correction; gives the request as it then stands.
pub(super) async fn send(
    command: CorrectCommand,
    command_id: String,
    client: &mut Client,
) -> Result<Request, Failure> {
    let request = match command {
        CorrectCommand::Reclassify(args) => {
            client.reclassify(args.ask(command_id)?).await?.into_inner().request
        }
        CorrectCommand::Priority(args) => {
            client.change_priority(args.ask(command_id)).await?.into_inner().request
        }
        CorrectCommand::School(args) => {
            client.change_school(args.ask(command_id)).await?.into_inner().request
        }
        CorrectCommand::Duplicate(args) => {
            client.mark_duplicate(args.ask(command_id)).await?.into_inner().request
        }
    };
    Ok(request.unwrap_or_default())
}

impl ReclassifyArgs {
    fn ask(self, command_id: String) -> Result<ReclassifyRequest, Failure> {
        Ok(ReclassifyRequest {
            name: words::resource("requests", &self.request),
            command_id,
            etag: String::new(),
            request_type: words::resource("requestTypes", &self.request_type),
            attributes: verbs::attributes(&self.attribute)?,
            priority: self.priority.unwrap_or_default(),
            lower_confidentiality: self.lower_confidentiality,
            reason: self.reason,
            note: self.note,
        })
    }
}

impl PriorityArgs {
    fn ask(self, command_id: String) -> ChangePriorityRequest {
        ChangePriorityRequest {
            name: words::resource("requests", &self.request),
            command_id,
            etag: String::new(),
            priority: self.to,
            reason: self.reason,
        }
    }
}

impl SchoolArgs {
    fn ask(self, command_id: String) -> ChangeSchoolRequest {
        ChangeSchoolRequest {
            name: words::resource("requests", &self.request),
            command_id,
            etag: String::new(),
            school: words::resource("schools", &self.to),
            requester: words::resource("people", &self.requester),
            reason: self.reason,
        }
    }
}

impl DuplicateArgs {
    fn ask(self, command_id: String) -> MarkDuplicateRequest {
        MarkDuplicateRequest {
            name: words::resource("requests", &self.request),
            command_id,
            etag: String::new(),
            duplicate_of: words::resource("requests", &self.of),
            summary: self.summary,
        }
    }
}
