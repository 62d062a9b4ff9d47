//! The broker as it is really run: made, used, killed, adopted and stopped.

use std::fs;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::*;

/// Kafka's codes for "done" and "there is one already".
const NONE: i16 = 0;
const TOPIC_ALREADY_EXISTS: i16 = 36;

fn options() -> Options {
    // Other tests run meanwhile.
    let patience = Duration::from_secs(120);
    Options { jars: Some(testkit::broker::jars()), patience, ..Options::default() }
}

/// Asks for a topic of one partition as any client does, and returns the code in the answer.
async fn create_topic(bootstrap: &str, name: &str) -> i16 {
    let text = |text: &str| [&(text.len() as u16).to_be_bytes(), text.as_bytes()].concat();
    // CreateTopics, version 2, correlation id 7.
    let header = [0, 19, 0, 2, 0, 0, 0, 7];
    // One partition, one replica, no assignments, no settings, 10 s of time, not only for validation.
    let rest = [0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x27, 0x10, 0];
    let one = 1_u32.to_be_bytes();
    let request = [&header[..], &text("test"), &one, &text(name), &rest].concat();
    let mut stream = TcpStream::connect(bootstrap).await.unwrap();
    stream.write_u32(request.len() as u32).await.unwrap();
    stream.write_all(&request).await.unwrap();
    let mut answer = vec![0; stream.read_u32().await.unwrap() as usize];
    stream.read_exact(&mut answer).await.unwrap();
    // Behind correlation id, throttle time, the number of topics and the name.
    let at = 12 + text(name).len();
    i16::from_be_bytes([answer[at], answer[at + 1]])
}

#[tokio::test]
async fn port_cluster_and_topics_outlive_a_stop_and_a_kill() {
    let root = tempfile::tempdir().unwrap();
    let first = Broker::start(root.path(), options()).await.unwrap();
    let (bootstrap, cluster) = (first.bootstrap(), first.cluster_id());
    assert_eq!(create_topic(&bootstrap, "kept").await, NONE);
    first.stop().await.unwrap();
    assert!(TcpStream::connect(&bootstrap).await.is_err());

    let second = Broker::start(root.path(), options()).await.unwrap();
    assert_eq!((second.bootstrap(), second.cluster_id()), (bootstrap.clone(), cluster.clone()));
    assert_eq!(create_topic(&bootstrap, "kept").await, TOPIC_ALREADY_EXISTS);
    assert_eq!(create_topic(&bootstrap, "late").await, NONE);
    second.kill().await.unwrap();
    // As if its number had gone to another program.
    let stranger = std::process::id().to_string();
    fs::write(root.path().join("kafka/pid"), stranger).unwrap();
    assert!(Broker::find(root.path()).await.unwrap().is_none());

    let third = Broker::start(root.path(), options()).await.unwrap();
    assert!(!third.adopted());
    assert_eq!((third.bootstrap(), third.cluster_id()), (bootstrap.clone(), cluster));
    assert_eq!(create_topic(&bootstrap, "late").await, TOPIC_ALREADY_EXISTS);
    third.stop().await.unwrap();
}

#[tokio::test]
async fn two_starts_in_one_place_are_one_broker_and_in_two_places_two() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (one, same, other) = tokio::join!(
        Broker::start(here.path(), options()),
        Broker::start(here.path(), options()),
        Broker::start(there.path(), options()),
    );
    let (one, same, other) = (one.unwrap(), same.unwrap(), other.unwrap());
    assert_eq!((one.pid(), one.bootstrap()), (same.pid(), same.bootstrap()));
    assert!(one.adopted() != same.adopted());
    assert_ne!(one.bootstrap(), other.bootstrap());
    assert_ne!(one.cluster_id(), other.cluster_id());
    let expected = format!("{{\"bootstrap\":\"{}\"}}", one.bootstrap());
    one.detach();
    same.detach();

    let data_dir = Some(here.path().to_owned());
    let up = KafkaCommand::Up { data_dir: data_dir.clone(), jars: None, port: None, json: true };
    assert_eq!(up.run().await.unwrap(), expected);
    let down = || KafkaCommand::Down { data_dir: data_dir.clone() };
    assert!(down().run().await.unwrap().starts_with("stopped the broker in"));
    assert!(down().run().await.unwrap().starts_with("no broker was running in"));
    assert_eq!(create_topic(&other.bootstrap(), "alive").await, NONE);
    other.stop().await.unwrap();
}

#[tokio::test]
async fn a_broker_that_cannot_start_says_why_and_where_its_log_is() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("kafka/data");
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("meta.properties"), "version=1\nnode.id=99\ncluster.id=other\n").unwrap();
    let refused = Broker::start(root.path(), options()).await.unwrap_err().to_string();
    assert!(refused.contains("99"), "{refused}");
    assert!(refused.contains("kafka/broker.log"), "{refused}");
}

#[tokio::test]
async fn without_jars_nothing_is_left_behind_that_would_be_taken_for_storage() {
    let (root, empty) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let options = Options { jars: Some(empty.path().to_owned()), ..Options::default() };
    let refused = Broker::start(root.path(), options).await.unwrap_err();
    assert!(matches!(refused, KafkaError::NoJars { .. }), "{refused}");
    assert!(!root.path().join("kafka/data").exists());
}
