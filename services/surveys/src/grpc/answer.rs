//! `Answer`: records the one response of an invitation, or amends it.

use std::collections::BTreeSet;

use chassis::{call::call_of, fault::Fault, identity::Caller, parse};
use surveys_domain::invitation::{Answer, Command, Invitation};
use tonic::Request;
use wire::schoolside::surveys::v1::{AnswerRequest, AnswerResponse};

use super::resource;
use crate::app::App;

pub(super) async fn answer(
    app: &App,
    mut request: Request<AnswerRequest>,
) -> Result<AnswerResponse, Fault> {
    let opened = app.open(&request.get_ref().token).await?;
    if let Some(respondent) = opened.state.respondent() {
        // The token says for whom: whoever holds it answers for the respondent, signed in or not.
        request.extensions_mut().insert(Caller {
            subject: format!("people/{respondent}"),
            roles: BTreeSet::new(),
            teams: BTreeSet::new(),
            schools: BTreeSet::new(),
        });
    }
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let ask = request.into_inner();
    let comment = parse::text("comment", &ask.comment)?;
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
