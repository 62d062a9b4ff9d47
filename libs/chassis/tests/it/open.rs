//! What is open to everyone: health, and reflection in both versions.

use testkit::TestServer;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_reflection::pb::{v1, v1alpha};

use crate::demo::serve;

const EXPECTED: [&str; 4] = [
    "grpc.health.v1.Health",
    "schoolside.common.v1.EventFeedService",
    "schoolside.common.v1.ParkedRecordService",
    "schoolside.routing.v1.RoutingService",
];

#[tokio::test]
async fn health_is_told_of_the_whole_and_of_each_service() {
    let (server, _) = serve().await;
    let mut health = HealthClient::new(server.channel());
    for service in ["", EXPECTED[1], EXPECTED[2], EXPECTED[3]] {
        let ask = HealthCheckRequest { service: service.to_owned() };
        let answer = health.check(ask).await.unwrap().into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{service:?}");
    }
    let unknown = HealthCheckRequest { service: "no.such.Service".to_owned() };
    assert_eq!(health.check(unknown).await.unwrap_err().code(), tonic::Code::NotFound);
}

async fn listed_v1(server: &TestServer) -> Vec<String> {
    use v1::{
        server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
    };
    let ask = v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut client = v1::server_reflection_client::ServerReflectionClient::new(server.channel());
    let answers = client.server_reflection_info(futures::stream::iter([ask])).await.unwrap();
    let answer = answers.into_inner().message().await.unwrap().unwrap();
    let Some(MessageResponse::ListServicesResponse(list)) = answer.message_response else {
        return Vec::new();
    };
    list.service.into_iter().map(|service| service.name).collect()
}

async fn listed_v1alpha(server: &TestServer) -> Vec<String> {
    use v1alpha::{
        server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
    };
    let ask = v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut client =
        v1alpha::server_reflection_client::ServerReflectionClient::new(server.channel());
    let answers = client.server_reflection_info(futures::stream::iter([ask])).await.unwrap();
    let answer = answers.into_inner().message().await.unwrap().unwrap();
    let Some(MessageResponse::ListServicesResponse(list)) = answer.message_response else {
        return Vec::new();
    };
    list.service.into_iter().map(|service| service.name).collect()
}

#[test]
fn every_rpc_that_all_processes_serve_has_a_permission() {
    testkit::assert_every_rpc_has_a_permission(
        wire::DESCRIPTORS,
        &["schoolside.common.v1"],
        &chassis::server::PERMISSIONS,
    );
}

#[tokio::test]
async fn both_versions_of_reflection_list_the_services_without_a_token() {
    let (server, _) = serve().await;
    for listed in [listed_v1(&server).await, listed_v1alpha(&server).await] {
        for service in EXPECTED {
            assert!(listed.iter().any(|name| name == service), "{service} is not in {listed:?}");
        }
    }
}
