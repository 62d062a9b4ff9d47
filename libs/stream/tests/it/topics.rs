//! The topics as they are made, and where they lie.

use std::collections::HashMap;

use rdkafka::{
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
};
use stream::kafka::{Kafka, topics};

use crate::{common::CONTEXT, kafka::client};

#[tokio::test]
async fn topics_are_made_explicitly_and_one_with_other_partitions_is_refused() {
    let kafka = crate::rig::kafka();
    let topics = ["thing", "other"].map(|aggregate| kafka.topic(CONTEXT, aggregate));
    let found = topics::plan(&kafka, &topics).await.unwrap();
    assert!(found.iter().all(|(_, found)| *found == topics::Found::Missing), "{found:?}");
    let admin: AdminClient<DefaultClientContext> = client(&kafka).create().unwrap();
    let few = NewTopic::new(&topics[1], 3, TopicReplication::Fixed(1));
    let short =
        NewTopic::new(&topics[0], 12, TopicReplication::Fixed(1)).set("retention.ms", "60000");
    for made in admin.create_topics([&few, &short], &AdminOptions::new()).await.unwrap() {
        made.unwrap();
    }
    let found = loop {
        let found: HashMap<_, _> =
            topics::plan(&kafka, &topics).await.unwrap().into_iter().collect();
        if found.values().all(|found| *found != topics::Found::Missing) {
            break found;
        }
    };
    assert_eq!(found[&topics[1]], topics::Found::Partitions(3));
    let topics::Found::Settings(settings) = &found[&topics[0]] else { panic!("{found:?}") };
    assert_eq!(settings[..], [("retention.ms", "2592000000".to_owned())]);
    topics::apply(&kafka, &topics[..1]).await.unwrap();
    while topics::plan(&kafka, &topics[..1]).await.unwrap()[0].1 != topics::Found::Right {}
    let refused = topics::apply(&kafka, &topics).await.unwrap_err().to_string();
    assert_eq!(refused, format!("the topic {} has 3 partitions, not 12", topics[1]));
}

#[test]
fn an_address_is_a_host_and_a_port() {
    for good in ["127.0.0.1:9092", "a:1,b:2", "[::1]:9092"] {
        let read = good.parse::<Kafka>().map(|kafka| kafka.bootstrap().to_owned());
        assert_eq!(read, Ok(good.to_owned()));
    }
    let bad =
        ["", "host", "host:", ":9092", "host:0", "a:1,,b:2", "http://host:9092", "host:99999"];
    for bad in bad {
        assert!(bad.parse::<Kafka>().is_err(), "{bad}");
    }
}
