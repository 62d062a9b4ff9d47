//! Time and size.

use std::time::{Duration, Instant};

use chassis::server::MAX_MESSAGE_BYTES;
use testkit::{TestServer, Who, command_id, reason_of};
use tonic::{Code, Status, client::Grpc, codegen::http::uri::PathAndQuery};
use wire::schoolside::{common::v1::ReadRequest, routing::v1::PublishRuleSetResponse};

use crate::{
    demo::{CONTEXT, Pad, read, serve, write},
    web::{call, exchange, status},
};

const WRITE: &str = "/schoolside.routing.v1.RoutingService/PublishRuleSet";
const READ: &str = "/schoolside.routing.v1.RoutingService/GetRuleSet";

async fn with_deadline(
    server: &TestServer,
    path: &str,
    message: &impl prost::Message,
    limit: &str,
) -> String {
    let token = format!("Bearer {}", server.token(&Who::operator()));
    let headers = [("authorization", token.as_str()), ("grpc-timeout", limit)];
    exchange(server.address(), &call(path, message, &headers)).await
}

#[tokio::test]
async fn a_call_whose_deadline_has_passed_is_refused_without_an_effect() {
    let (server, _) = serve().await;
    for limit in ["0m", "1n"] {
        let answer = with_deadline(&server, WRITE, &write(&command_id(), ""), limit).await;
        assert_eq!(status(&answer), Some(4), "{answer}");
    }
    assert_eq!(server.logs.reader(CONTEXT).head().await.unwrap().0, 0);
}

#[tokio::test]
async fn the_callers_deadline_ends_a_call_with_the_right_status() {
    let (server, _) = serve().await;
    let answer = with_deadline(&server, READ, &read("for ever"), "100m").await;
    assert_eq!(status(&answer), Some(4), "{answer}");
    let answer = with_deadline(&server, READ, &read(""), "soon").await;
    assert_eq!(status(&answer), Some(3), "{answer}");
}

#[tokio::test]
async fn a_query_ends_after_five_seconds_though_its_caller_would_wait() {
    let (server, _) = serve().await;
    let mut pad = Pad::new(server.client(&Who::operator()));
    let begun = Instant::now();
    let refused = pad.get_rule_set(read("for ever")).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason_of(&refused).as_str()),
        (Code::DeadlineExceeded, "DEADLINE_EXCEEDED")
    );
    assert!((Duration::from_secs(5)..Duration::from_secs(15)).contains(&begun.elapsed()));
}

#[tokio::test]
async fn a_message_over_four_mebibytes_is_refused_either_way() {
    let (server, _) = serve().await;
    let mut pad =
        Pad::new(server.client(&Who::operator())).max_decoding_message_size(2 * MAX_MESSAGE_BYTES);
    let refused = pad
        .publish_rule_set(write(&command_id(), &"v".repeat(MAX_MESSAGE_BYTES)))
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), reason_of(&refused).as_str()),
        (Code::InvalidArgument, "MESSAGE_TOO_LARGE")
    );
    pad.get_rule_set(read("large")).await.unwrap_err();
    pad.get_rule_set(read("")).await.unwrap();
}

#[tokio::test]
async fn a_message_that_is_another_one_is_malformed_and_not_a_fault_of_ours() {
    let (server, _) = serve().await;
    let mut client = Grpc::new(server.client(&Who::operator()));
    client.ready().await.unwrap();
    let codec = tonic_prost::ProstCodec::<ReadRequest, PublishRuleSetResponse>::default();
    // Read as a rule, this text is a field of 122 bytes in a message of four.
    let request =
        tonic::Request::new(ReadRequest { topic: "zzzz".into(), ..ReadRequest::default() });
    let refused: Status =
        client.unary(request, PathAndQuery::from_static(WRITE), codec).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason_of(&refused).as_str()),
        (Code::InvalidArgument, "MESSAGE_MALFORMED")
    );
}

#[tokio::test]
async fn a_handler_that_panics_costs_one_call_and_shows_a_trace_id_only() {
    let (server, _) = serve().await;
    let mut pad = Pad::new(server.client(&Who::operator()));
    let refused = pad.get_rule_set(read("panic")).await.unwrap_err();
    assert_eq!((refused.code(), reason_of(&refused).as_str()), (Code::Internal, "INTERNAL"));
    assert!(!refused.message().contains("planted"), "{}", refused.message());
    pad.get_rule_set(read("")).await.unwrap();
}
