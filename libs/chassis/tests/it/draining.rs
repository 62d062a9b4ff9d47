//! Stopping: said beforehand, with nothing under way cut off.

use testkit::{Who, command_id};
use tokio::net::TcpStream;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::demo::{Pad, demo, read, serve, write};

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_is_announced_lets_calls_finish_and_ends_watches() {
    let (mut server, gate) = serve().await;
    let address = server.address();
    let mut health = HealthClient::new(server.channel());
    let mut watch = health.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    let mut pad = Pad::new(server.client(&Who::operator()));
    let call = chassis::task::spawn("call", async move {
        pad.get_rule_set(read("gate")).await.unwrap();
    });
    gate.reached.notified().await;
    tokio::join!(server.stop(), async {
        assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
        assert!(watch.message().await.unwrap().is_none());
        assert!(!call.is_finished());
        gate.open.notify_one();
    });
    call.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let (server, gate) = serve().await;
    let id = command_id();
    let mut pad = Pad::new(server.client(&Who::operator()));
    let first = pad.publish_rule_set(write(&id, "")).await.unwrap().into_inner();
    let server = server.restart([demo(gate)]).await;
    server.settle().await;
    let mut pad = Pad::new(server.client(&Who::operator()));
    assert_eq!(pad.publish_rule_set(write(&id, "")).await.unwrap().into_inner(), first);
}
