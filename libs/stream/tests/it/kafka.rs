//! What is particular to Kafka: what the relay leaves on a topic, and what the bus makes of what it finds there.

use std::{collections::BTreeMap, time::Duration};

use kernel::Position;
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
    message::{Header, Headers, OwnedHeaders, OwnedMessage},
    producer::{FutureProducer, FutureRecord},
};
use stream::{
    LogBus,
    kafka::{Kafka, record::FILLER, relay},
    parked::{self, Place},
};

use crate::{
    common::{CONTEXT, append, new_stream},
    rig::{Carrier, Rig, kafka as another_namespace},
    tally::{PATIENCE, Running, TALLY, Tally, no_fault},
};

pub fn client(kafka: &Kafka) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", kafka.bootstrap()).set("group.id", "reader");
    config
}

/// All that lies on a topic, each partition in order.
fn on_topic(kafka: &Kafka, topic: &str) -> Vec<OwnedMessage> {
    let consumer: BaseConsumer = client(kafka).create().unwrap();
    let (mut left, mut from) = (0, TopicPartitionList::new());
    for partition in 0..12 {
        let ends = consumer.fetch_watermarks(topic, partition, PATIENCE).unwrap();
        left += ends.1 - ends.0;
        from.add_partition_offset(topic, partition, Offset::Beginning).unwrap();
    }
    consumer.assign(&from).unwrap();
    let mut found = Vec::new();
    while left > 0 {
        // Nothing can also mean that something other than a record came.
        let Some(message) = consumer.poll(PATIENCE) else { continue };
        found.push(message.unwrap().detach());
        left -= 1;
    }
    found
}

fn header(message: &OwnedMessage, name: &str) -> String {
    let headers = message.headers().unwrap();
    let found = headers.iter().find(|header| header.key == name).and_then(|header| header.value);
    String::from_utf8(found.unwrap_or_else(|| panic!("no {name}")).to_vec()).unwrap()
}

/// Invariants 5 and 6: the topic holds the log after dropping repetitions, the first occurrences of a key in order.
async fn check_topic(rig: &Rig) -> usize {
    let kafka = rig.kafka.clone().unwrap();
    let topic = kafka.topic(CONTEXT, "thing");
    let found = tokio::task::spawn_blocking(move || on_topic(&kafka, &topic)).await.unwrap();
    let mut keys = BTreeMap::<String, i32>::new();
    for message in &found {
        let key = String::from_utf8(message.key().unwrap().to_vec()).unwrap();
        let version: i32 = header(message, "ce_sequence").parse().unwrap();
        let last = keys.entry(key).or_default();
        assert!(version <= *last + 1, "version {version} follows {last}");
        *last = version.max(*last);
    }
    let sql = "select stream::text, max(version) from trial.event where type like 'thing.%' group by stream";
    let log: Vec<(String, i32)> = sqlx::query_as(sql).fetch_all(&rig.database.pool).await.unwrap();
    assert_eq!(keys, log.into_iter().collect());
    found.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn overlapping_relays_that_are_cut_off_lose_nothing_and_keep_the_order_of_every_key() {
    let rig = Rig::of(Carrier::Kafka).await;
    let writing = rig.write(20, 40);
    let relays = async {
        for _ in 0..6 {
            let others = [rig.relay(), rig.relay()];
            // As after a long pause: who holds the lease is forgotten, and the holder goes on all the same.
            let sql = "update trial.relay set expires_at = now() - interval '1 hour'";
            sqlx::query(sql).execute(&rig.database.pool).await.unwrap();
            let head = rig.log.reader().head().await.unwrap();
            let moved = async {
                while relay::status(&rig.database.pool, CONTEXT).await.unwrap().cursor < head {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(PATIENCE, moved).await.unwrap();
            others.into_iter().for_each(|relay| relay.task.abort());
        }
    };
    futures::join!(writing, relays);
    rig.published().await;
    check_topic(&rig).await;
    rig.drop().await;
}

#[tokio::test]
async fn a_record_carries_the_event_and_the_time_at_which_it_was_sent() {
    let rig = Rig::of(Carrier::Kafka).await;
    let before = jiff_now_ms();
    let mut given = append(new_stream(), 0, 2);
    given.meta.correlation_id = "c1".to_owned();
    given.events[1].payload.clear();
    let (stream, command) = (given.stream, given.command_id);
    rig.log.append(given).await.unwrap();
    rig.published().await;
    let kafka = rig.kafka.clone().unwrap();
    let topic = kafka.topic(CONTEXT, "thing");
    let found = tokio::task::spawn_blocking(move || on_topic(&kafka, &topic)).await.unwrap();
    let [first, second] = &found[..] else { panic!("{} records", found.len()) };
    assert_eq!(first.key(), Some(stream.to_string().as_bytes()));
    let expected = [
        ("ce_specversion", "1.0"),
        ("ce_source", "/schoolside/trial"),
        ("ce_type", "schoolside.trial.thing.grown.v1"),
        ("ce_time", "2026-02-02T08:00:00Z"),
        ("ce_recordedtime", "2026-02-02T09:00:00Z"),
        ("ce_sequence", "00000000000000000001"),
        ("ce_position", "1"),
        ("ce_revision", "1"),
        ("ce_following", "1"),
        ("ce_actor", "people/test"),
        ("ce_correlationid", "c1"),
        ("ce_dataschema", "schoolside/trial/v1/thing_events.proto#ThingGrown"),
        ("content-type", "application/protobuf"),
    ];
    for (name, value) in expected {
        assert_eq!(header(first, name), value, "{name}");
    }
    assert_eq!(header(first, "ce_subject"), format!("thing/{stream}"));
    assert_eq!(header(first, "ce_partitionkey"), stream.to_string());
    assert_eq!(header(first, "ce_commandid"), command.to_string());
    let sent = first.timestamp().to_millis().unwrap();
    assert!((before..=jiff_now_ms()).contains(&sent), "{sent} is not when it was sent");
    // Nothing would be a deletion.
    assert_eq!(second.payload(), Some(FILLER));
    assert_eq!(
        (header(second, "ce_sequence").parse(), header(second, "ce_following").parse()),
        (Ok(2), Ok(0))
    );
    rig.drop().await;
}

fn jiff_now_ms() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_millis()).unwrap()
}

/// Puts a record on the topic as anybody could.
async fn put(kafka: &Kafka, key: &str, headers: &[(String, String)], value: Option<&[u8]>) {
    let mut config = client(kafka);
    config.set("partitioner", "murmur2_random");
    let producer: FutureProducer = config.create().unwrap();
    let empty = OwnedHeaders::new();
    let headers = headers
        .iter()
        .fold(empty, |all, (key, value)| all.insert(Header { key, value: Some(value) }));
    let topic = kafka.topic(CONTEXT, "thing");
    let record = FutureRecord::to(&topic).key(key).headers(headers);
    let record = if let Some(value) = value { record.payload(value) } else { record };
    producer.send(record, Duration::ZERO).await.unwrap();
}

/// The headers that an event would have.
fn headers(stream: &str, version: i32, name: &str) -> Vec<(String, String)> {
    let uuid = uuid::Uuid::new_v4().to_string();
    [
        ("ce_specversion", "1.0"),
        ("ce_id", &uuid),
        ("ce_source", "/schoolside/trial"),
        ("ce_type", &format!("schoolside.trial.thing.{name}.v1")),
        ("ce_time", "2026-02-02T08:00:00Z"),
        ("ce_recordedtime", "2026-02-02T08:00:00Z"),
        ("ce_sequence", &format!("{version:020}")),
        ("ce_position", &format!("{}", 1_000 + version)),
        ("ce_revision", "1"),
        ("ce_commandid", &uuid),
        ("ce_following", "0"),
        ("ce_causationdepth", "0"),
        ("ce_subject", stream),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

async fn parked_until(rig: &Rig, expected: usize) -> Vec<parked::Parked> {
    let first = Place::default();
    let listed = || parked::list(&rig.database.pool, CONTEXT, &first, 100);
    let wait = async {
        loop {
            let listed = listed().await.unwrap();
            if listed.len() == expected {
                return listed;
            }
            tokio::task::yield_now().await;
        }
    };
    let found = tokio::time::timeout(PATIENCE, wait).await;
    match found {
        Ok(found) => found,
        Err(_) => panic!("{:?}", listed().await.unwrap()),
    }
}

#[tokio::test]
async fn what_is_not_ours_is_kept_aside_and_holds_nothing_up() {
    let rig = Rig::of(Carrier::Kafka).await;
    let kafka = rig.kafka.clone().unwrap();
    let running = rig.tally(1, no_fault());
    let key = new_stream().to_string();
    put(&kafka, &key, &[], Some(b"hello")).await;
    put(&kafka, "not a key", &headers("x", 1, "grown"), Some(b"x")).await;
    put(&kafka, &key, &headers(&key, 1, "grown"), None).await;
    let mut other = headers(&key, 1, "grown");
    other[2].1 = "/elsewhere".to_owned();
    put(&kafka, &key, &other, Some(b"x")).await;
    let parked = parked_until(&rig, 4).await;
    let mut errors: Vec<_> = parked.iter().map(|record| record.error.as_str()).collect();
    errors.sort_unstable();
    assert_eq!(
        errors,
        [
            "the header ce_source is missing or is not what it should be",
            "the header ce_specversion is missing or is not what it should be",
            "the key is not the id of a stream",
            "the value is empty, which Kafka reads as a deletion",
        ]
    );
    assert!(parked.iter().all(|record| record.position < Position(0)));
    rig.write(3, 3).await;
    running.reach_head(&rig.log).await;
    rig.check_whole().await;
    // The operator has seen them.
    for record in &parked {
        assert!(
            parked::drop(&rig.database.pool, CONTEXT, TALLY.name, record.position).await.unwrap()
        );
    }
    parked_until(&rig, 0).await;
    running.stop().await;
    rig.drop().await;
}

#[tokio::test]
async fn repetitions_are_left_out_and_a_hole_holds_its_stream_until_it_is_filled() {
    let rig = Rig::of(Carrier::Kafka).await;
    let kafka = rig.kafka.clone().unwrap();
    let running = rig.tally(1, no_fault());
    let key = new_stream().to_string();
    for version in [1, 2, 1, 2, 4] {
        put(&kafka, &key, &headers(&key, version, "grown"), Some(b"x")).await;
    }
    let parked = parked_until(&rig, 1).await;
    assert_eq!(parked[0].version.0, 4);
    assert!(parked[0].error.contains("only 2 of its events were applied"), "{}", parked[0].error);
    // Others go on; what was lost comes late, is applied, and what waits behind it is tried when asked.
    rig.write(3, 3).await;
    for version in [3, 5] {
        put(&kafka, &key, &headers(&key, version, "grown"), Some(b"x")).await;
    }
    let parked = parked_until(&rig, 2).await;
    let position = parked.iter().find(|it| it.version.0 == 4).unwrap().position;
    assert!(parked::retry(&rig.database.pool, CONTEXT, TALLY.name, position).await.unwrap());
    parked_until(&rig, 0).await;
    running.reach_head(&rig.log).await;
    let sql = "select last from trial.tally where stream = $1::uuid";
    let last: i32 = sqlx::query_scalar(sql).bind(&key).fetch_one(&rig.database.pool).await.unwrap();
    assert_eq!(last, 5);
    running.stop().await;
    rig.drop().await;
}

#[tokio::test]
async fn a_subscription_changes_its_bus_to_and_fro() {
    let rig = Rig::of(Carrier::Kafka).await;
    let pool = &rig.database.pool;
    // The rig has begun on Kafka; forget that.
    sqlx::raw_sql("truncate trial.checkpoint, trial.heard").execute(pool).await.unwrap();
    let on_log = || Running::start(pool, LogBus::new(rig.log.reader()), Tally(no_fault()), TALLY);
    for round in 0..2 {
        rig.write(4, 3).await;
        let running = on_log();
        running.reach_head(&rig.log).await;
        running.stop().await;
        rig.write(4, 3).await;
        let running = rig.tally(1, no_fault());
        running.reach_head(&rig.log).await;
        rig.write(4, 2).await;
        running.reach_head(&rig.log).await;
        running.stop().await;
        rig.check_whole().await;
        let streams: i64 =
            sqlx::query_scalar("select count(*) from trial.tally").fetch_one(pool).await.unwrap();
        assert_eq!(streams, (round + 1) * 12);
    }
    rig.drop().await;
}

#[tokio::test]
async fn who_slept_for_longer_than_the_topic_keeps_records_reads_them_in_the_log() {
    let rig = Rig::of(Carrier::Kafka).await;
    let kafka = rig.kafka.clone().unwrap();
    let streams = rig.write(5, 3).await;
    rig.published().await;
    let topic = kafka.topic(CONTEXT, "thing");
    // What retention does.
    let admin: AdminClient<DefaultClientContext> = client(&kafka).create().unwrap();
    let mut ends = TopicPartitionList::new();
    (0..12).for_each(|partition| {
        ends.add_partition_offset(&topic, partition, Offset::End).unwrap();
    });
    admin.delete_records(&ends, &AdminOptions::new()).await.unwrap();
    let running = rig.tally(1, no_fault());
    running.reach_head(&rig.log).await;
    rig.log.append(append(streams[0], 3, 1)).await.unwrap();
    running.reach_head(&rig.log).await;
    rig.check_whole().await;
    running.stop().await;
    rig.drop().await;
}

#[tokio::test]
async fn nothing_reaches_a_subscription_but_through_the_broker() {
    let mut rig = Rig::of(Carrier::Kafka).await;
    rig.stop_relay().await;
    let running = rig.tally(1, no_fault());
    rig.write(2, 2).await;
    assert!(!running.progress.wait_for(Position(1), Duration::from_millis(700)).await);
    let relaying = rig.relay();
    running.reach_head(&rig.log).await;
    rig.check_whole().await;
    relaying.shutdown.cancel();
    relaying.task.await.unwrap();
    running.stop().await;
    rig.database.drop().await;
}

/// Waits until the relay says why it does not go on.
async fn trouble(rig: &Rig, expected: &str) -> relay::Status {
    let status = || relay::status(&rig.database.pool, CONTEXT);
    let wait = async {
        loop {
            let status = status().await.unwrap();
            if status.trouble.as_deref().is_some_and(|trouble| trouble.contains(expected)) {
                return status;
            }
            tokio::task::yield_now().await;
        }
    };
    let found = tokio::time::timeout(PATIENCE, wait).await;
    match found {
        Ok(found) => found,
        Err(_) => panic!("{:?}", status().await.unwrap()),
    }
}

#[tokio::test]
async fn on_another_cluster_the_relay_stops_until_it_is_told_from_where_to_publish_again() {
    let mut rig = Rig::of(Carrier::Kafka).await;
    rig.write(3, 3).await;
    rig.published().await;
    rig.stop_relay().await;
    // As if all this had been published elsewhere.
    let pool = &rig.database.pool;
    sqlx::raw_sql("update trial.relay set cluster = 'elsewhere'").execute(pool).await.unwrap();
    let relaying = rig.relay();
    rig.write(1, 2).await;
    let status = trouble(&rig, "but everything up to position 9 was published to elsewhere").await;
    assert_eq!((status.cursor, status.head), (Position(9), Position(11)));
    relay::republish(pool, CONTEXT, Position(4)).await.unwrap();
    rig.published().await;
    assert_eq!(check_topic(&rig).await, 9 + 6 + 2);
    relaying.shutdown.cancel();
    relaying.task.await.unwrap();
    rig.database.drop().await;
}

#[tokio::test]
async fn in_another_namespace_the_relay_stops_rather_than_go_on_in_empty_topics() {
    let mut rig = Rig::of(Carrier::Kafka).await;
    rig.write(1, 3).await;
    rig.published().await;
    rig.stop_relay().await;
    rig.kafka = Some(another_namespace());
    let relaying = rig.relay();
    rig.write(1, 2).await;
    let status = trouble(&rig, "but everything up to position 3 was published to").await;
    assert_eq!((status.cursor, status.head), (Position(3), Position(5)));
    relay::republish(&rig.database.pool, CONTEXT, Position(1)).await.unwrap();
    rig.published().await;
    assert_eq!(check_topic(&rig).await, 5);
    relaying.shutdown.cancel();
    relaying.task.await.unwrap();
    rig.database.drop().await;
}

#[tokio::test]
async fn what_cannot_be_sent_stops_the_relay_until_an_operator_leaves_it_out() {
    let rig = Rig::of(Carrier::Kafka).await;
    let pool = &rig.database.pool;
    rig.write(2, 2).await;
    let mut strange = append(new_stream(), 0, 1);
    (strange.kind, strange.events[0].name) = ("odd", "odd.grown".to_owned());
    rig.log.append(strange).await.unwrap();
    rig.write(2, 2).await;
    let status =
        trouble(&rig, "position 5, odd.grown, cannot be sent: no topic is declared for odd").await;
    // Order is more than progress, but what lies before it is out.
    assert_eq!(status.cursor, Position(4));
    relay::skip(pool, CONTEXT, Position(5), "people/op", "it is not ours").await.unwrap();
    rig.published().await;
    check_topic(&rig).await;
    let kept: (i64, String, String) =
        sqlx::query_as("select position, operator, reason from trial.relay_skipped")
            .fetch_one(pool)
            .await
            .unwrap();
    assert_eq!(kept, (5, "people/op".to_owned(), "it is not ours".to_owned()));
    rig.drop().await;
}
