//! Who gets in: asked before anything else, by the rpc's path alone.

use std::time::Duration;

use chassis::identity::{CallerRole, Claims};
use testkit::{TestServer, Who, reason_of};
use tonic::{Code, Request, Status, metadata::AsciiMetadataValue};
use wire::schoolside::routing::v1::{
    GetDecisionRequest, routing_service_client::RoutingServiceClient,
};

use crate::demo::{Pad, read, serve};

const HOUR: Duration = Duration::from_secs(3_600);

async fn with_authorization(server: &TestServer, value: Option<String>) -> Result<(), Status> {
    let mut request = Request::new(read(""));
    if let Some(value) = value {
        let value = AsciiMetadataValue::try_from(value).unwrap();
        request.metadata_mut().insert("authorization", value);
    }
    let mut pad = RoutingServiceClient::new(server.channel());
    pad.get_rule_set(request).await.map(|_| ())
}

#[tokio::test]
async fn a_call_without_a_good_token_is_turned_away_with_the_reason() {
    let (server, _) = serve().await;
    let good = Claims::new("people/x", &[CallerRole::Lead], HOUR);
    let token = |claims: &Claims| Some(format!("Bearer {}", server.token_with(claims)));
    // What an operator's token says, under the signature of a lead's.
    let operator = server.token_with(&Claims::new("people/x", &[CallerRole::Operator], HOUR));
    let lead = server.token_with(&good);
    let (said, signature) =
        (operator.rsplit_once('.').unwrap().0, lead.rsplit_once('.').unwrap().1);
    let forged = Some(format!("Bearer {said}.{signature}"));
    let unsigned =
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJwZW9wbGUveCIsInJvbGVzIjpbImxlYWQiXX0.".to_owned();
    for (value, reason) in [
        (None, "TOKEN_MISSING"),
        (Some("Basic dTpw".to_owned()), "TOKEN_INVALID"),
        (Some("Bearer nonsense".to_owned()), "TOKEN_INVALID"),
        (Some(unsigned), "TOKEN_INVALID"),
        (forged, "TOKEN_INVALID"),
        (token(&Claims { iss: "elsewhere".into(), ..good.clone() }), "TOKEN_INVALID"),
        (token(&Claims { aud: "elsewhere".into(), ..good.clone() }), "TOKEN_INVALID"),
        (token(&Claims { roles: vec!["system".into()], ..good.clone() }), "TOKEN_INVALID"),
        (token(&Claims { exp: 1_000_000_000, ..good.clone() }), "TOKEN_EXPIRED"),
    ] {
        let refused = with_authorization(&server, value).await.unwrap_err();
        assert_eq!((refused.code(), reason_of(&refused).as_str()), (Code::Unauthenticated, reason));
    }
    with_authorization(&server, token(&good)).await.unwrap();
}

#[tokio::test]
async fn a_role_without_the_permission_is_refused_before_the_command_is_looked_at() {
    let (server, _) = serve().await;
    let mut pad = Pad::new(server.client(&Who::principal("people/P-0101", "0101")));
    let refused = pad.publish_rule_set(crate::demo::write("not even an id", "")).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason_of(&refused).as_str()),
        (Code::PermissionDenied, "PERMISSION_MISSING")
    );
}

#[tokio::test]
async fn an_rpc_that_nobody_gave_a_permission_is_closed_to_everyone() {
    let (server, _) = serve().await;
    let mut pad = Pad::new(server.client(&Who::operator()));
    let refused = pad.get_decision(GetDecisionRequest::default()).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason_of(&refused).as_str()),
        (Code::Unimplemented, "RPC_UNKNOWN")
    );
    let mut anonymous = RoutingServiceClient::new(server.channel());
    let refused = anonymous.get_decision(GetDecisionRequest::default()).await.unwrap_err();
    assert_eq!(reason_of(&refused), "TOKEN_MISSING");
}
