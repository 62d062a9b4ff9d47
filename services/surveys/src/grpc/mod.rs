//! The rpcs, one per file: parse → command or query → reply.

mod answer;
mod get_instrument;
mod get_invitation;
mod list_invitations;
mod publish_instrument;
mod resource;

use chassis::{
    fault::Fault,
    identity::{Permission, PermissionTable},
};
use tonic::{Request, Response, Status};
use wire::schoolside::surveys::v1::{self as pb, survey_service_server::SurveyService};

use crate::app::App;

/// What each rpc asks of its caller. Whoever holds a token needs nothing else to see and answer its form.
pub const PERMISSIONS: PermissionTable = &[
    ("/schoolside.surveys.v1.SurveyService/PublishInstrument", Permission::SurveysWrite),
    ("/schoolside.surveys.v1.SurveyService/GetInstrument", Permission::SurveysRead),
    ("/schoolside.surveys.v1.SurveyService/GetInvitation", Permission::Public),
    ("/schoolside.surveys.v1.SurveyService/Answer", Permission::Public),
    ("/schoolside.surveys.v1.SurveyService/ListInvitations", Permission::SurveysRead),
];

/// An outcome as tonic takes it.
fn reply<T>(outcome: Result<T, Fault>) -> Result<Response<T>, Status> {
    outcome.map(Response::new).map_err(Status::from)
}

/// Questionnaires, invitations and responses.
pub(crate) struct Surveys {
    pub(crate) app: App,
}

#[tonic::async_trait]
impl SurveyService for Surveys {
    async fn publish_instrument(
        &self,
        request: Request<pb::PublishInstrumentRequest>,
    ) -> Result<Response<pb::PublishInstrumentResponse>, Status> {
        reply(publish_instrument::publish_instrument(&self.app, request).await)
    }

    async fn get_instrument(
        &self,
        request: Request<pb::GetInstrumentRequest>,
    ) -> Result<Response<pb::GetInstrumentResponse>, Status> {
        reply(get_instrument::get_instrument(&self.app, request).await)
    }

    async fn get_invitation(
        &self,
        request: Request<pb::GetInvitationRequest>,
    ) -> Result<Response<pb::GetInvitationResponse>, Status> {
        reply(get_invitation::get_invitation(&self.app, request).await)
    }

    async fn answer(
        &self,
        request: Request<pb::AnswerRequest>,
    ) -> Result<Response<pb::AnswerResponse>, Status> {
        reply(answer::answer(&self.app, request).await)
    }

    async fn list_invitations(
        &self,
        request: Request<pb::ListInvitationsRequest>,
    ) -> Result<Response<pb::ListInvitationsResponse>, Status> {
        reply(list_invitations::list_invitations(&self.app, request).await)
    }
}
