//! Doing what stands on the agenda, each line by its rpc.

use tonic::{Code, Status};
use wire::schoolside::{
    requests::v1::{
        CancelRequest, OpenRequest, Outcome, PauseReason, PauseRequest, ReassignRequest,
        ReopenRequest, ReplyRequest, ResolveRequest, ResumeRequest,
        request_service_client::RequestServiceClient,
    },
    surveys::v1::{
        Answer, AnswerRequest, ListInvitationsRequest, survey_service_client::SurveyServiceClient,
    },
};

use super::agenda::{Act, Action, Answers, Opening};
use crate::{connection::Connection, failure::Failure};

/// What became of an act.
#[derive(Debug)]
pub enum Outcomes {
    /// Done, now or earlier.
    Done,
    /// There was nothing to do: nobody was asked for an answer.
    Nothing,
    /// Declined.
    Refused(Hitch),
    /// The system could not be asked; the same act may be tried again.
    Away(Hitch),
}

/// Why an act was not done.
#[derive(Debug, thiserror::Error)]
pub enum Hitch {
    /// What the system answered.
    #[error("{0}")]
    Answered(#[from] Status),
    /// The call could not be made.
    #[error(transparent)]
    Unable(#[from] Failure),
}

impl Hitch {
    fn is_passing(&self) -> bool {
        match self {
            Self::Answered(status) => matches!(
                status.code(),
                Code::Unavailable
                    | Code::DeadlineExceeded
                    | Code::Unknown
                    | Code::Cancelled
                    | Code::ResourceExhausted
                    | Code::Aborted
            ),
            Self::Unable(_) => false,
        }
    }
}

/// Does an act.
pub async fn perform(connection: &Connection, act: &Act) -> Outcomes {
    let outcome = match &act.action {
        Action::Answer(answers) => answer(connection, act, answers).await,
        _ => work(connection, act).await.map(|()| true),
    };
    match outcome {
        Ok(true) => Outcomes::Done,
        Ok(false) => Outcomes::Nothing,
        Err(hitch) if hitch.is_passing() => Outcomes::Away(hitch),
        Err(hitch) => Outcomes::Refused(hitch),
    }
}

async fn work(connection: &Connection, act: &Act) -> Result<(), Hitch> {
    let mut client = RequestServiceClient::new(connection.service("requests")?);
    let (name, command_id) =
        (format!("requests/{}", act.case.request()), act.command().to_string());
    let etag = String::new();
    match &act.action {
        Action::Open(opening) => {
            client.open(opening_of(opening, command_id)).await?;
        }
        Action::Reply(body) => {
            let body = body.clone();
            client.reply(ReplyRequest { name, command_id, etag, body, internal: false }).await?;
        }
        Action::PauseForRequester | Action::PauseForVendor => {
            let reason = match act.action {
                Action::PauseForRequester => PauseReason::WaitingForRequester,
                _ => PauseReason::WaitingForVendor,
            };
            client
                .pause(PauseRequest {
                    name,
                    command_id,
                    etag,
                    reason: reason.into(),
                    note: String::new(),
                })
                .await?;
        }
        Action::Resume => {
            client.resume(ResumeRequest { name, command_id, etag }).await?;
        }
        Action::Reassign { team, role, reason } => {
            let request = ReassignRequest {
                name,
                command_id,
                team: format!("teams/{team}"),
                role: role.map(|role| role.to_string()).unwrap_or_default(),
                reason: (*reason).to_owned(),
                ..ReassignRequest::default()
            };
            client.reassign(request).await?;
        }
        Action::Resolve(_) | Action::Defer | Action::LinkTo(_) => {
            client.resolve(resolution_of(&act.action, name, command_id)).await?;
        }
        Action::Reopen(note) => {
            let (reason, note) = ("not_fixed".to_owned(), note.clone());
            client.reopen(ReopenRequest { name, command_id, etag, reason, note }).await?;
        }
        Action::Cancel => {
            let reason = "withdrawn".to_owned();
            client
                .cancel(CancelRequest { name, command_id, etag, reason, note: String::new() })
                .await?;
        }
        Action::Answer(_) => {}
    }
    Ok(())
}

fn opening_of(opening: &Opening, command_id: String) -> OpenRequest {
    OpenRequest {
        command_id,
        request_type: format!("requestTypes/{}", opening.request_type),
        school: format!("schools/{}", opening.school),
        requester: format!("people/{}", opening.requester),
        summary: opening.summary.clone(),
        description: String::new(),
        attributes: opening.attributes.clone().into_iter().collect(),
        priority: String::new(),
        channel: opening.channel.to_owned(),
    }
}

fn resolution_of(action: &Action, name: String, command_id: String) -> ResolveRequest {
    let (outcome, duplicate_of, summary) = match action {
        Action::LinkTo(original) => {
            (Outcome::Duplicate, format!("requests/{original}"), String::new())
        }
        Action::Defer => {
            (Outcome::Deferred, String::new(), "It waits for the next budget.".to_owned())
        }
        Action::Resolve(summary) => (Outcome::Done, String::new(), summary.clone()),
        _ => (Outcome::Unspecified, String::new(), String::new()),
    };
    ResolveRequest {
        name,
        command_id,
        etag: String::new(),
        outcome: outcome.into(),
        duplicate_of,
        summary,
    }
}

/// Answers the latest invitation about the request; false when there is none to answer.
async fn answer(connection: &Connection, act: &Act, answers: &Answers) -> Result<bool, Hitch> {
    let mut client = SurveyServiceClient::new(connection.service("surveys")?);
    let request = ListInvitationsRequest {
        request: format!("requests/{}", act.case.request()),
        ..ListInvitationsRequest::default()
    };
    let invitations = client.list_invitations(request).await?.into_inner().invitations;
    let Some(token) = invitations.into_iter().map(|it| it.token).find(|token| !token.is_empty())
    else {
        return Ok(false);
    };
    let answers = answers
        .scores
        .iter()
        .map(|(item, score)| Answer { item: item.clone(), value: i32::from(*score) })
        .collect();
    let command_id = act.command().to_string();
    let request =
        AnswerRequest { token, answers, comment: String::new(), command_id, etag: String::new() };
    client.answer(request).await?;
    Ok(true)
}
