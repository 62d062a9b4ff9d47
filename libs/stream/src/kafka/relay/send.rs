//! Sending a page, and how far of it is acknowledged.

use std::collections::{HashMap, HashSet};

use eventlog::Recorded;
use kernel::Position;
use rdkafka::{
    error::KafkaError,
    producer::{FutureProducer, FutureRecord, future_producer::DeliveryFuture},
};

use super::{Places, Trouble};
use crate::kafka::{Quiet, record};

/// How many records are handed over before others get their turn.
const TURN: usize = 256;

pub(super) type Client = FutureProducer<Quiet>;

/// A topic, and what is to be heard of a record there.
type Report<'a> = (&'a str, DeliveryFuture);

/// Sends events to their topics.
pub(super) struct Sender {
    pub producer: Client,
    /// The topic of each aggregate.
    pub topics: HashMap<&'static str, String>,
    /// What is left out.
    pub skipped: HashSet<Position>,
}

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
        for (index, event) in page.iter().enumerate() {
            if index % TURN == TURN - 1 {
                tokio::task::yield_now().await;
            }
            match self.hand_over(event) {
                Ok(report) => under_way.push((event, report)),
                Err(trouble) => {
                    failed = Some(trouble);
                    break;
                }
            }
        }
        let mut outcome = Outcome { acknowledged: None, places: Places::new(), failed: None };
        for (event, report) in under_way {
            let acknowledged = acknowledged(event, report).await;
            if outcome.failed.is_some() {
                continue;
            }
            match acknowledged {
                Ok(place) => {
                    outcome.acknowledged = Some(event.position);
                    outcome.places.extend(place);
                }
                Err(trouble) => outcome.failed = Some(trouble),
            }
        }
        outcome.failed = outcome.failed.or(failed);
        outcome
    }

    /// Hands an event to the client, for its topic; `None` when it is left out.
    fn hand_over(&self, event: &Recorded) -> Result<Option<Report<'_>>, Trouble> {
        if self.skipped.contains(&event.position) {
            return Ok(None);
        }
        let topic = self.topics.get(event.kind()).ok_or_else(|| {
            unsendable(event, format!("no topic is declared for {}", event.kind()))
        })?;
        let key = event.stream.to_string();
        let record = FutureRecord::to(topic)
            .key(&key)
            .payload(record::value(event))
            .headers(record::owned_headers(event));
        let handed = self.producer.send_result(record);
        let handed = handed.map_err(|(error, _)| unsendable(event, error.to_string()))?;
        Ok(Some((topic, handed)))
    }
}

/// Waits until a record is acknowledged; gives where it lies.
async fn acknowledged(
    event: &Recorded,
    report: Option<Report<'_>>,
) -> Result<Option<(String, i64)>, Trouble> {
    let Some((topic, report)) = report else { return Ok(None) };
    match report.await {
        Ok(Ok(delivery)) => {
            Ok(Some((format!("{topic}/{}", delivery.partition), delivery.offset + 1)))
        }
        Ok(Err((error, _))) => Err(unsendable(event, error.to_string())),
        Err(_) => Err(unsendable(event, KafkaError::Canceled.to_string())),
    }
}

fn unsendable(event: &Recorded, why: String) -> Trouble {
    Trouble::Unsendable { position: event.position.0, name: event.name.clone(), why }
}
