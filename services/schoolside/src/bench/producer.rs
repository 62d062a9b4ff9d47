//! The baseline: a bare producer that sends the same pages from memory, and waits for every report.

use eventlog::Recorded;
use kernel::Position;
use rdkafka::{
    ClientConfig,
    message::{Header, OwnedHeaders},
    producer::{FutureProducer, FutureRecord},
};
use stream::kafka::record;
use tokio::time::Instant;

use super::log::{AGGREGATE, BenchLog, CONTEXT};
use crate::failure::Failure;

/// The pages in which the relay publishes.
const PAGE: i64 = 5_000;

/// The log's pages, in memory.
pub(super) async fn pages(log: &BenchLog) -> Result<Vec<Vec<Recorded>>, Failure> {
    let (reader, mut after, mut pages) = (log.log.reader(), Position(0), Vec::new());
    loop {
        let page = reader.page(after, PAGE).await.map_err(Failure::unavailable)?;
        let Some(last) = page.last() else { return Ok(pages) };
        after = last.position;
        pages.push(page);
    }
}

/// Sends the pages; gives how many records were acknowledged in a second.
pub(super) async fn rate(log: &BenchLog, pages: &[Vec<Recorded>]) -> Result<f64, Failure> {
    let producer: FutureProducer = ClientConfig::new()
        .set("bootstrap.servers", log.kafka.bootstrap())
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("partitioner", "murmur2_random")
        .set("linger.ms", "0")
        .set("compression.type", "lz4")
        .create()
        .map_err(Failure::unavailable)?;
    let topic = log.kafka.topic(CONTEXT, AGGREGATE);
    // Connected, and known to the broker.
    send(&producer, &topic, pages.first().and_then(|page| page.get(..1)).unwrap_or_default())
        .await?;
    let begun = Instant::now();
    let mut sent = 0_u32;
    for page in pages {
        send(&producer, &topic, page).await?;
        sent += u32::try_from(page.len()).unwrap_or(u32::MAX);
    }
    Ok(f64::from(sent) / begun.elapsed().as_secs_f64())
}

async fn send(producer: &FutureProducer, topic: &str, page: &[Recorded]) -> Result<(), Failure> {
    let mut reports = Vec::with_capacity(page.len());
    for event in page {
        let key = event.stream.to_string();
        let headers = record::headers(event).into_iter().fold(OwnedHeaders::new(), |all, it| {
            all.insert(Header { key: it.0, value: Some(it.1.as_bytes()) })
        });
        let record = FutureRecord::to(topic).key(&key).payload(&event.payload).headers(headers);
        let report = producer.send_result(record);
        reports.push(report.map_err(|(error, _)| Failure::unavailable(error))?);
    }
    for report in reports {
        let report = report.await.map_err(Failure::unavailable)?;
        report.map_err(|(error, _)| Failure::unavailable(error))?;
    }
    Ok(())
}
