//! `schoolside survey`: invitations and answers.

use clap::Subcommand;
use wire::schoolside::surveys::v1::{
    Answer, AnswerRequest, AnswerResponse, GetInvitationRequest, GetInvitationResponse,
    ListInvitationsRequest, ListInvitationsResponse, survey_service_client::SurveyServiceClient,
};

use super::words;
use crate::{context::Context, failure::Failure, out};

/// What can be done with surveys.
#[derive(Debug, Subcommand)]
pub enum SurveyCommand {
    /// List invitations; a principal sees their own, with the token to answer.
    #[command(after_help = "Example:\n  schoolside survey list --as principal")]
    List {
        /// Only the invitation of this request.
        #[arg(long)]
        request: Option<String>,
    },
    /// Show a questionnaire and what was answered so far; records nothing.
    #[command(after_help = "Example:\n  schoolside survey show TOKEN")]
    Show {
        /// The token of the invitation.
        token: String,
    },
    /// Answer, or amend an answer.
    #[command(
        after_help = "Example:\n  schoolside survey answer TOKEN solved=5 timely=4 --comment 'Thank you'"
    )]
    Answer {
        /// The token of the invitation.
        token: String,
        /// ITEM=VALUE, 1 (disagree) to 5 (agree).
        #[arg(required = true, value_name = "ITEM=VALUE")]
        answers: Vec<String>,
        /// A comment in your own words.
        #[arg(long, default_value = "")]
        comment: String,
    },
}

/// Runs a survey command.
///
/// # Errors
/// When an answer is not one, or the system declines.
pub async fn run(command: SurveyCommand, context: &Context) -> Result<(), Failure> {
    let connection = context.connection.open("principal")?;
    let mut client = SurveyServiceClient::new(connection.service("surveys")?);
    match command {
        SurveyCommand::List { request } => {
            let request = words::resource("requests", &request.unwrap_or_default());
            let list = ListInvitationsRequest { request, ..Default::default() };
            let invitations = client.list_invitations(list).await?.into_inner();
            context.print(&invitations, list_text);
        }
        SurveyCommand::Show { token } => {
            let request = GetInvitationRequest { token, after: String::new() };
            let invitation = client.get_invitation(request).await?.into_inner();
            context.print(&invitation, show_text);
        }
        SurveyCommand::Answer { token, answers, comment } => {
            let answers = answers.iter().map(|text| parse(text)).collect::<Result<_, _>>()?;
            let request = AnswerRequest {
                token,
                answers,
                comment,
                command_id: words::command_id(),
                etag: String::new(),
            };
            let answered = client.answer(request).await?.into_inner();
            context.print(&answered, |answered: &AnswerResponse| {
                format!(
                    "Recorded. It can be amended until {}.",
                    words::instant(answered.expires_at.as_ref())
                )
            });
        }
    }
    Ok(())
}

fn parse(text: &str) -> Result<Answer, Failure> {
    let answer = text.split_once('=').and_then(|(item, value)| {
        Some(Answer { item: item.to_owned(), value: value.parse().ok()? })
    });
    answer.ok_or_else(|| Failure::Usage(format!("{text:?} is not ITEM=VALUE, e.g. solved=5")))
}

fn list_text(list: &ListInvitationsResponse) -> String {
    let rows: Vec<Vec<String>> = list
        .invitations
        .iter()
        .map(|invitation| {
            vec![
                words::word("INVITATION_STATE_", invitation.state().as_str_name()),
                words::id(&invitation.request).to_owned(),
                words::id(&invitation.respondent).to_owned(),
                words::instant(invitation.expires_at.as_ref()),
                invitation.token.clone(),
            ]
        })
        .collect();
    out::table(&["state", "request", "respondent", "until", "token"], &rows)
}

fn show_text(invitation: &GetInvitationResponse) -> String {
    let rows: Vec<Vec<String>> = invitation
        .items
        .iter()
        .map(|item| {
            let answer = invitation.answers.iter().find(|answer| answer.item == item.key);
            vec![
                item.key.clone(),
                item.text.clone(),
                answer.map_or_else(|| "–".to_owned(), |answer| answer.value.to_string()),
            ]
        })
        .collect();
    format!(
        "{}\nConfidential, not anonymous. Open until {}.",
        out::table(&["item", "statement", "answer"], &rows),
        words::instant(invitation.expires_at.as_ref())
    )
}
