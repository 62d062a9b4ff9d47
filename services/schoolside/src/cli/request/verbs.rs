//! Each verb of `schoolside request` as the rpc it calls.

use std::collections::BTreeMap;

use wire::schoolside::requests::v1::{
    CancelRequest, CloseRequest, EraseRequest, OpenRequest, Outcome, PauseReason, PauseRequest,
    ReassignRequest, ReopenRequest, ReplyRequest, Request, ResolveRequest, ResumeRequest,
};

use super::{Client, RequestCommand, args::OpenArgs, correct};
use crate::{cli::words, failure::Failure};

/// Sends a changing command; gives the request as it then stands.
pub async fn send(command: RequestCommand, client: &mut Client) -> Result<Request, Failure> {
    let command_id = words::command_id();
    let etag = String::new();
    let name = |request: &str| words::resource("requests", request);
    let request = match command {
        RequestCommand::Open(args) => {
            client.open(open(args, command_id)?).await?.into_inner().request
        }
        RequestCommand::Reply { request, body, internal } => {
            let call = ReplyRequest { name: name(&request), command_id, etag, body, internal };
            client.reply(call).await?.into_inner().request
        }
        RequestCommand::Pause { request, reason, note } => {
            let reason = PauseReason::from(reason).into();
            let call = PauseRequest { name: name(&request), command_id, etag, reason, note };
            client.pause(call).await?.into_inner().request
        }
        RequestCommand::Resume { request } => {
            let call = ResumeRequest { name: name(&request), command_id, etag };
            client.resume(call).await?.into_inner().request
        }
        RequestCommand::Reassign { request, team, role, member, reason, note } => {
            let call = ReassignRequest {
                name: name(&request),
                command_id,
                etag,
                team: words::resource("teams", &team),
                role,
                member: words::resource("people", &member),
                reason,
                note,
            };
            client.reassign(call).await?.into_inner().request
        }
        RequestCommand::Correct(command) => {
            return correct::send(command, command_id, client).await;
        }
        RequestCommand::Resolve { request, outcome, duplicate_of, summary } => {
            let call = ResolveRequest {
                name: name(&request),
                command_id,
                etag,
                outcome: Outcome::from(outcome).into(),
                duplicate_of: words::resource("requests", &duplicate_of),
                summary,
            };
            client.resolve(call).await?.into_inner().request
        }
        RequestCommand::Reopen { request, reason, note } => {
            let call = ReopenRequest { name: name(&request), command_id, etag, reason, note };
            client.reopen(call).await?.into_inner().request
        }
        RequestCommand::Close { request } => {
            let call = CloseRequest { name: name(&request), command_id, etag };
            client.close(call).await?.into_inner().request
        }
        RequestCommand::Cancel { request, reason, note } => {
            let call = CancelRequest { name: name(&request), command_id, etag, reason, note };
            client.cancel(call).await?.into_inner().request
        }
        RequestCommand::Erase { request, ground } => {
            let call = EraseRequest { name: name(&request), command_id, etag, ground };
            client.erase(call).await?.into_inner().request
        }
        RequestCommand::Show { .. } | RequestCommand::List(_) => None,
    };
    Ok(request.unwrap_or_default())
}

fn open(args: OpenArgs, command_id: String) -> Result<OpenRequest, Failure> {
    Ok(OpenRequest {
        command_id,
        request_type: words::resource("requestTypes", &args.request_type),
        school: words::resource("schools", &args.school),
        requester: words::resource("people", &args.requester),
        summary: args.summary,
        description: args.description,
        attributes: attributes(&args.attribute)?,
        priority: args.priority,
        channel: args.channel,
    })
}

/// Attributes as they are given on the command line: `NAME=VALUE`.
pub(super) fn attributes(given: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    let pair = |text: &String| {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            Failure::Usage(format!("--attribute {text:?} is not NAME=VALUE, e.g. room=12"))
        })?;
        Ok((name.to_owned(), value.to_owned()))
    };
    given.iter().map(pair).collect()
}
