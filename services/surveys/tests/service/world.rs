//! Requests of principals, and a questionnaire that goes out a day after a resolution and can be answered for a week.

use eventlog::Recorded;
use kernel::{Position, StreamId};
use testkit::{Client, TestServer, Who, assembled, command_id};
use tonic::{Response, Status, transport::Channel};
use uuid::Uuid;
use wire::schoolside::{
    requests::v1 as requests,
    surveys::v1::{
        self as pb, AnswerRequest, AnswerResponse, GetInvitationRequest, GetInvitationResponse,
        Instrument, Invitation, ListInvitationsRequest, PublishInstrumentRequest,
        PublishInstrumentResponse, survey_service_client::SurveyServiceClient,
    },
};

use crate::tell::Context;

const HOUR: i64 = 3_600;

pub struct World {
    pub server: TestServer,
    pub requests: Context,
}

/// The request number `n`.
pub fn request(n: u128) -> StreamId {
    StreamId(Uuid::from_u128(n))
}

pub fn instrument() -> Instrument {
    let item = |key: &str| pb::Item { key: key.to_owned(), text: format!("It was {key}.") };
    Instrument {
        name: "instruments/transactional".to_owned(),
        items: ["timely", "solved", "respectful"].map(item).into(),
        satisfaction_item: "solved".to_owned(),
        settle_seconds: 24 * HOUR,
        expiry_seconds: 7 * 24 * HOUR,
        ..Instrument::default()
    }
}

/// A request of the principal of school 0101.
pub fn opened() -> requests::RequestOpened {
    requests::RequestOpened {
        requester_id: "principal-0101".to_owned(),
        school_id: "0101".to_owned(),
        channel: "portal".to_owned(),
        confidentiality: "none".to_owned(),
        tier: 3,
        ..requests::RequestOpened::default()
    }
}

/// Done by Ann of team T1.
pub fn resolved() -> requests::RequestResolved {
    requests::RequestResolved {
        outcome: requests::Outcome::Done.into(),
        team_id: "T1".to_owned(),
        member_id: "ann".to_owned(),
        ..requests::RequestResolved::default()
    }
}

/// The principal of school 0101.
pub fn principal() -> Who {
    Who::principal("people/principal-0101", "0101")
}

impl World {
    /// A server without a questionnaire.
    pub async fn empty() -> Self {
        let requests = Context::named("requests");
        let services = [requests.assemble(), assembled(surveys::assemble)];
        Self { server: TestServer::start(services).await, requests }
    }

    /// With the questionnaire.
    pub async fn new() -> Self {
        let world = Self::empty().await;
        world.publish(instrument()).await.expect("published");
        world
    }

    /// With the invitation about request 1 sent, on Tuesday at eight.
    pub async fn invited() -> Self {
        let world = Self::new().await;
        world.resolves(1).await;
        world.server.settle_at("2026-02-03T08:00:00-05:00").await;
        world
    }

    /// Tells that request number `n` was opened and resolved.
    pub async fn resolves(&self, n: u128) {
        self.told(n, "opened", &opened()).await;
        self.told(n, "resolved", &resolved()).await;
        self.server.settle().await;
    }

    /// Tells an event of request number `n`.
    pub async fn told(&self, n: u128, event: &str, message: &impl prost::Message) {
        self.requests.tell(request(n), "request", event, message).await;
    }

    pub fn client(&self, who: &Who) -> SurveyServiceClient<Client> {
        SurveyServiceClient::new(self.server.client(who))
    }

    /// Someone who has nothing but a token of an invitation.
    pub fn stranger(&self) -> SurveyServiceClient<Channel> {
        SurveyServiceClient::new(self.server.channel())
    }

    pub async fn publish(
        &self,
        instrument: Instrument,
    ) -> Result<PublishInstrumentResponse, Status> {
        let instrument = Some(instrument);
        let ask =
            PublishInstrumentRequest { instrument, command_id: command_id(), ..Default::default() };
        let reply = self.client(&Who::operator()).publish_instrument(ask).await;
        reply.map(Response::into_inner)
    }

    pub async fn list(&self, who: &Who) -> Vec<Invitation> {
        let reply = self.client(who).list_invitations(ListInvitationsRequest::default()).await;
        reply.expect("listed").into_inner().invitations
    }

    /// The one invitation as the principal sees it.
    pub async fn invitation(&self) -> Invitation {
        let mut all = self.list(&principal()).await;
        assert_eq!(all.len(), 1, "one invitation");
        all.remove(0)
    }

    pub async fn form(&self, token: &str) -> Result<GetInvitationResponse, Status> {
        let ask = GetInvitationRequest { token: token.to_owned(), after: String::new() };
        self.stranger().get_invitation(ask).await.map(Response::into_inner)
    }

    pub async fn answer(
        &self,
        token: &str,
        solved: i32,
        comment: &str,
    ) -> Result<AnswerResponse, Status> {
        self.stranger().answer(answer(token, solved, comment)).await.map(Response::into_inner)
    }

    /// What the service has published of invitations.
    pub async fn published(&self) -> Vec<Recorded> {
        let log = self.server.logs.reader("surveys");
        let mut all = log.page(Position(0), 1_000).await.expect("read");
        all.retain(|event| event.kind() == "invitation");
        all
    }

    /// The names of what it has published of invitations.
    pub async fn story(&self) -> Vec<String> {
        self.published().await.iter().map(|event| event.event().to_owned()).collect()
    }
}

/// An answer to one item.
pub fn answer(token: &str, solved: i32, comment: &str) -> AnswerRequest {
    AnswerRequest {
        token: token.to_owned(),
        answers: vec![pb::Answer { item: "solved".to_owned(), value: solved }],
        comment: comment.to_owned(),
        command_id: command_id(),
        ..AnswerRequest::default()
    }
}
