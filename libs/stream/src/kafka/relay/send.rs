//! Sending a page, and how far of it is acknowledged.

use std::collections::{BTreeMap, HashMap, HashSet};

use eventlog::Recorded;
use kernel::Position;
use rdkafka::{
    error::KafkaError,
    message::OwnedHeaders,
    producer::{FutureProducer, FutureRecord, future_producer::DeliveryFuture},
};

use super::{Places, Trouble};
use crate::kafka::{Quiet, record};

/// How many records are made ready before they are handed over, together, so that the client sends them together.
const BURST: usize = 512;

pub(super) type Client = FutureProducer<Quiet>;

/// Sends events to their topics.
pub(super) struct Sender {
    pub producer: Client,
    /// The topic of each aggregate.
    pub topics: HashMap<&'static str, String>,
    /// What is left out.
    pub skipped: HashSet<Position>,
}

/// An event as a record.
struct Record<'a> {
    topic: &'a str,
    key: String,
    headers: OwnedHeaders,
}

/// A topic, and what is to be heard of a record there; `None` for what is left out.
type Report<'a> = Option<(&'a str, DeliveryFuture)>;

/// What became of a page.
pub(super) struct Outcome {
    /// Everything up to here is acknowledged; `None` when nothing is.
    pub acknowledged: Option<Position>,
    /// Where the acknowledged records lie.
    pub places: Places,
    /// Why not all of it is.
    pub failed: Option<Trouble>,
}

impl Sender {
    /// Sends a page and waits for every report; first rule: what lies behind a failure does not count.
    pub async fn send(&self, page: &[Recorded]) -> Outcome {
        let mut under_way = Vec::with_capacity(page.len());
        let mut failed = None;
        for events in page.chunks(BURST) {
            failed = self.burst(events, &mut under_way).err();
            if failed.is_some() {
                break;
            }
            tokio::task::yield_now().await;
        }
        let mut acknowledged = None;
        let mut ends = BTreeMap::new();
        let mut refused = None;
        for (event, report) in under_way {
            let place = reported(event, report).await;
            if refused.is_some() {
                continue;
            }
            match place {
                Ok(place) => {
                    acknowledged = Some(event.position);
                    ends.extend(place);
                }
                Err(trouble) => refused = Some(trouble),
            }
        }
        let places = ends.into_iter();
        let places = places.map(|((topic, partition), end)| (format!("{topic}/{partition}"), end));
        Outcome { acknowledged, places: places.collect(), failed: refused.or(failed) }
    }

    /// Makes records of events and hands them over, up to the first that cannot be.
    fn burst<'a>(
        &'a self,
        events: &'a [Recorded],
        under_way: &mut Vec<(&'a Recorded, Report<'a>)>,
    ) -> Result<(), Trouble> {
        let made: Vec<_> = events.iter().map(|event| self.make(event)).collect();
        for (event, record) in events.iter().zip(made) {
            let report = record?.map(|record| self.hand_over(event, record)).transpose()?;
            under_way.push((event, report));
        }
        Ok(())
    }

    fn make<'a>(&'a self, event: &Recorded) -> Result<Option<Record<'a>>, Trouble> {
        if self.skipped.contains(&event.position) {
            return Ok(None);
        }
        let topic = self.topics.get(event.kind()).ok_or_else(|| {
            unsendable(event, format!("no topic is declared for {}", event.kind()))
        })?;
        let (key, headers) = (event.stream.to_string(), record::owned_headers(event));
        Ok(Some(Record { topic, key, headers }))
    }

    fn hand_over<'a>(
        &self,
        event: &Recorded,
        Record { topic, key, headers }: Record<'a>,
    ) -> Result<(&'a str, DeliveryFuture), Trouble> {
        let record = FutureRecord::to(topic).key(&key).payload(record::value(event));
        let handed = self.producer.send_result(record.headers(headers));
        let handed = handed.map_err(|(error, _)| unsendable(event, error.to_string()))?;
        Ok((topic, handed))
    }
}

/// Waits until a record is acknowledged; gives where its partition ends with it.
async fn reported<'a>(
    event: &Recorded,
    report: Report<'a>,
) -> Result<Option<((&'a str, i32), i64)>, Trouble> {
    let Some((topic, report)) = report else { return Ok(None) };
    match report.await {
        Ok(Ok(delivery)) => Ok(Some(((topic, delivery.partition), delivery.offset + 1))),
        Ok(Err((error, _))) => Err(unsendable(event, error.to_string())),
        Err(_) => Err(unsendable(event, KafkaError::Canceled.to_string())),
    }
}

fn unsendable(event: &Recorded, why: String) -> Trouble {
    Trouble::Unsendable { position: event.position.0, name: event.name.clone(), why }
}
