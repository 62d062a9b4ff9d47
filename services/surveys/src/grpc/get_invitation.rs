//! `GetInvitation`: the form that a token opens. Mail scanners follow links, so reading records nothing.

use chassis::{call::patience_of, fault::Fault, parse};
use tonic::Request;
use wire::schoolside::surveys::v1::{GetInvitationRequest, GetInvitationResponse};

use super::resource;
use crate::app::App;

pub(super) async fn get_invitation(
    app: &App,
    request: Request<GetInvitationRequest>,
) -> Result<GetInvitationResponse, Fault> {
    let patience = patience_of(&request);
    let GetInvitationRequest { token, after } = request.into_inner();
    app.wait(&after, patience).await?;
    let opened = app.open(&token).await?;
    let now = app.log.clock().now();
    let until = opened.state.answerable(now).map_err(|refusal| Fault::refused(&refusal))?;
    let about = opened.state.scheduled.map(|scheduled| format!("requests/{}", scheduled.request));
    let response = opened.state.response;
    let answers = response.as_ref().map(|response| resource::answers(&response.answers));
    Ok(GetInvitationResponse {
        request: about.unwrap_or_default(),
        items: resource::items(&opened.questionnaire),
        expires_at: Some(wire::time::to_proto(until)),
        answers: answers.unwrap_or_default(),
        comment: response.and_then(|response| response.comment).unwrap_or_default(),
        etag: parse::etag_of(opened.version),
    })
}
