//! From the commit of an event to a consumer that has it in its hands, at two hundred events in a second.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
};
use serde_json::{Value, json};
use stream::kafka::topics::PARTITIONS;

use super::log::{AGGREGATE, BenchLog, CONTEXT, append};
use crate::failure::Failure;

const PER_SECOND: u32 = 200;
/// How long the last events may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Measures it for some seconds.
pub(super) async fn measure(log: &BenchLog, seconds: u32) -> Result<Value, Failure> {
    let (task, shutdown) = log.relay();
    under_way(log).await?;
    let events = seconds.max(1) * PER_SECOND;
    let (bootstrap, topic) =
        (log.kafka.bootstrap().to_owned(), log.kafka.topic(CONTEXT, AGGREGATE));
    let (ready, begin) = tokio::sync::oneshot::channel();
    let consuming = tokio::task::spawn_blocking(move || consume(&bootstrap, &topic, events, ready));
    begin.await.map_err(Failure::unavailable)?;
    let mut committed = HashMap::new();
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / PER_SECOND);
    for _ in 0..events {
        ticks.tick().await;
        let append = append(1);
        let stream = append.stream.to_string();
        log.log.append(append).await.map_err(Failure::unavailable)?;
        committed.insert(stream, Instant::now());
    }
    let consumed = consuming.await.map_err(Failure::unavailable)??;
    shutdown.cancel();
    task.await.map_err(Failure::unavailable)?;
    let took = |(key, at): &(String, Instant)| {
        committed.get(key).map(|committed| at.saturating_duration_since(*committed))
    };
    let mut took: Vec<Duration> = consumed.iter().filter_map(took).collect();
    took.sort_unstable();
    let at = |share: usize| {
        let found = took.get((took.len() * share / 100).min(took.len().saturating_sub(1)));
        found.map_or(0.0, |took| (took.as_secs_f64() * 100_000.0).round() / 100.0)
    };
    Ok(json!({
        "events": took.len(), "per_second": PER_SECOND,
        "p50_ms": at(50), "p90_ms": at(90), "p99_ms": at(99),
    }))
}

/// Waits until the relay has published an event: that it had to connect first is no part of an event's way.
async fn under_way(log: &BenchLog) -> Result<(), Failure> {
    log.log.append(append(1)).await.map_err(Failure::unavailable)?;
    loop {
        let status = log.status().await?;
        if status.cursor == status.head {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Reads what comes, and notes when. Blocks.
fn consume(
    bootstrap: &str,
    topic: &str,
    events: u32,
    ready: tokio::sync::oneshot::Sender<()>,
) -> Result<Vec<(String, Instant)>, Failure> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("group.id", "bench")
        .create()
        .map_err(Failure::unavailable)?;
    let mut partitions = TopicPartitionList::new();
    for partition in 0..i32::try_from(PARTITIONS).unwrap_or_default() {
        let ends = consumer.fetch_watermarks(topic, partition, PATIENCE);
        let (_, end) = ends.map_err(Failure::unavailable)?;
        partitions
            .add_partition_offset(topic, partition, Offset::Offset(end))
            .map_err(Failure::unavailable)?;
    }
    consumer.assign(&partitions).map_err(Failure::unavailable)?;
    let mut consumed = Vec::new();
    // Whoever waits for it can only have gone away.
    let _ = ready.send(());
    let mut heard = Instant::now();
    while consumed.len() < events as usize && heard.elapsed() < PATIENCE {
        // Nothing can also mean that something other than a record came.
        let Some(message) = consumer.poll(PATIENCE) else { continue };
        heard = Instant::now();
        let message = message.map_err(Failure::unavailable)?;
        let key = String::from_utf8_lossy(message.key().unwrap_or_default()).into_owned();
        consumed.push((key, Instant::now()));
    }
    Ok(consumed)
}
