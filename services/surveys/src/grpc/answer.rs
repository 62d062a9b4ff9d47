//! `Answer`: records the one response of an invitation, or amends it.

use chassis::{call::call_of, fault::Fault, parse};
use surveys_domain::invitation::{Answer, Command, Invitation};
use tonic::Request;
use wire::schoolside::surveys::v1::{AnswerRequest, AnswerResponse};

use super::resource;
use crate::app::App;

pub(super) async fn answer(
    app: &App,
    request: Request<AnswerRequest>,
) -> Result<AnswerResponse, Fault> {
    let ask = request.get_ref();
    let (_, mut call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let ask = request.into_inner();
    let comment = parse::text("comment", &ask.comment)?;
    let opened = app.open(&ask.token).await?;
    // Whoever holds the token answers for the respondent; another identity in the call says nothing.
    if let Some(respondent) = opened.state.respondent() {
        call.meta.actor = format!("people/{respondent}");
        call.meta.roles = vec!["respondent".to_owned()];
    }
    let command = Command::Answer(Answer {
        answers: ask.answers.into_iter().map(|answer| (answer.item, answer.value)).collect(),
        comment,
        questionnaire: opened.questionnaire,
    });
    let executed = eventlog::execute::<Invitation>(&app.log, call, opened.stream, command).await?;
    let state = &executed.state;
    let answers = state.response.as_ref().map(|response| resource::answers(&response.answers));
    Ok(AnswerResponse {
        answers: answers.unwrap_or_default(),
        expires_at: state.expires_at.map(wire::time::to_proto),
        etag: parse::etag_of(executed.version),
        consistency: app.consistency(opened.stream, &executed),
    })
}
