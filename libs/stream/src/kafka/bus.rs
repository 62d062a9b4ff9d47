//! The bus over Kafka: subscriptions read the topics that a relay publishes to.
//!
//! Events come at least once and in order per stream; which of them are new the versions of each stream say. A
//! subscription that is new here, comes from the other bus, meets another cluster, or has slept for longer than topics
//! keep records, first reads the log itself up to where its partitions begin.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use eventlog::{EventMeta, LogReader, Recorded};
use kernel::{CommandId, EventId, Position, StreamId, Timestamp, Version};
use sqlx::{AssertSqlSafe, PgPool, types::Json};
use tokio::runtime::Handle;

use super::{
    Kafka, blocking,
    consumer::{Arrival, Consumer, News, Order},
    rebalancing::{Assignment, lane},
    relay::Places,
    topics,
};
use crate::{
    BoxError, Bus, Checkpoint, Checkpoints, Delivery, Fed, Feed, Run, Subscription,
    bus::{FOREIGN, Foreign, log_lane},
    log_bus::Walk,
};

/// The most events that are read from the log at once while catching up.
const PAGE: i64 = 1_000;

/// Reads a context's topics, and its log where they do not reach.
#[derive(Clone)]
pub struct KafkaBus {
    kafka: Kafka,
    reader: LogReader,
    pool: PgPool,
    gather: Duration,
}

impl KafkaBus {
    /// A bus over the topics of the log behind `reader`, which lies in the database behind `pool`.
    #[must_use]
    pub fn new(kafka: Kafka, reader: LogReader, pool: PgPool) -> Self {
        Self { kafka, reader, pool, gather: Duration::ZERO }
    }

    /// Waits so long after a record before it is handed on, for more to come with it.
    #[must_use]
    pub fn gathering(self, gather: Duration) -> Self {
        Self { gather, ..self }
    }

    fn topics(&self, subscription: &Subscription) -> Vec<String> {
        let named = |aggregate: &&str| self.kafka.topic(self.source(), aggregate);
        subscription.aggregates.iter().map(named).collect()
    }
}

#[async_trait]
impl Bus for KafkaBus {
    fn source(&self) -> &'static str {
        self.reader.context()
    }

    async fn open(
        &self,
        subscription: &Subscription,
        checkpoints: &Checkpoints,
    ) -> Result<Box<dyn Feed>, BoxError> {
        let topics = self.topics(subscription);
        if topics.is_empty() {
            return Err(format!("{} names no aggregate, so no topic", subscription.name).into());
        }
        topics::check(&self.kafka, &topics).await?;
        let order = Order {
            kafka: self.kafka.clone(),
            context: self.source(),
            group: format!("{}schoolside.{}", self.kafka.namespace, subscription.name),
            topics,
            checkpoints: checkpoints.clone(),
            gather: self.gather,
        };
        let runtime = Handle::current();
        let consumer = blocking(move || Consumer::begin(order, runtime)).await?;
        Ok(Box::new(KafkaFeed {
            consumer,
            reader: self.reader.clone(),
            subscription: *subscription,
            checkpoints: checkpoints.clone(),
            stage: Stage::Following,
        }))
    }

    fn repeats(&self) -> bool {
        true
    }

    /// The relay says where on the topics the log is up to where; each of these places must have been passed.
    async fn reached(
        &self,
        subscription: &Subscription,
        checkpoints: &[Checkpoint],
    ) -> Result<Position, BoxError> {
        let stored: BTreeMap<_, _> =
            checkpoints.iter().map(|it| (it.lane.as_str(), it.position)).collect();
        let log = stored.get(log_lane(self.source()).as_str()).copied().unwrap_or_default();
        let sql = format!("select position, cluster, places from {}.relay", self.source());
        let (position, cluster, places): (i64, Option<String>, Json<Places>) =
            sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&self.pool).await?;
        let Some(cluster) = cluster else { return Ok(log) };
        let topics = self.topics(subscription);
        let passed = places.iter().all(|(place, offset)| {
            let Some((topic, partition)) = place.rsplit_once('/') else { return false };
            let lane = || lane(super::cluster_of(&cluster), topic, partition.parse().unwrap_or(-1));
            !topics.iter().any(|it| it == topic)
                || stored.get(lane().as_str()).is_some_and(|passed| passed.0 >= *offset)
        });
        Ok(if passed { log.max(Position(position)) } else { log })
    }

    async fn applied_by(&self, position: Position) -> Result<Vec<(StreamId, Version)>, BoxError> {
        Ok(self.reader.versions_at(position).await?)
    }
}

/// What a feed is at.
enum Stage {
    /// Reading the topics.
    Following,
    /// It has new lanes.
    Beginning(Assignment),
    /// Reading the log up to a position, for these lanes to begin behind it.
    CatchingUp { walk: Walk, upto: Position, new: Vec<Checkpoint> },
}

struct KafkaFeed {
    consumer: Consumer,
    reader: LogReader,
    subscription: Subscription,
    checkpoints: Checkpoints,
    stage: Stage,
}

#[async_trait]
impl Feed for KafkaFeed {
    async fn next(&mut self) -> Result<Fed, BoxError> {
        loop {
            match &mut self.stage {
                Stage::Following => match self.consumer.news.recv().await {
                    None => return Err("the consumer has ended".into()),
                    Some(News::Failed(failure)) => return Err(failure),
                    Some(News::Records(records)) => return Ok(Fed::Delivered(delivery(records))),
                    Some(News::Assigned(lanes)) if lanes.new.is_empty() => {
                        return Ok(Fed::Assigned(lanes.known));
                    }
                    // Not awaited here: what was received would be lost if this were dropped.
                    Some(News::Assigned(lanes)) => self.stage = Stage::Beginning(lanes),
                },
                Stage::Beginning(_) => return self.begin().await,
                Stage::CatchingUp { .. } => {
                    if let Some(delivery) = self.catch_up().await? {
                        return Ok(Fed::Delivered(delivery));
                    }
                }
            }
        }
    }
}

impl KafkaFeed {
    /// Begins to read the log behind what was applied of it, up to its end: all that lies before the lanes' ends is in it.
    async fn begin(&mut self) -> Result<Fed, BoxError> {
        let upto = self.reader.head().await?;
        let source = log_lane(self.reader.context());
        let stored = self.checkpoints.stored().await?;
        let after = stored.into_iter().find(|it| it.lane == source);
        let after = after.map(|it| it.position).unwrap_or_default();
        let walk = Walk::begin(&self.reader, &self.subscription, after).await?;
        let Stage::Beginning(Assignment { known, new }) = &mut self.stage else {
            return Err("there is nothing to begin".into());
        };
        let (mut lanes, new) = (std::mem::take(known), std::mem::take(new));
        lanes.push(walk.place());
        lanes.extend(new.iter().cloned());
        tracing::info!(
            subscription = self.subscription.name,
            after = after.0,
            upto = upto.0,
            lanes = new.len(),
            "catching up from the log"
        );
        self.stage = Stage::CatchingUp { walk, upto, new };
        Ok(Fed::Assigned(lanes))
    }

    async fn catch_up(&mut self) -> Result<Option<Delivery>, BoxError> {
        let Stage::CatchingUp { walk, upto, new } = &mut self.stage else { return Ok(None) };
        let page =
            if walk.after < *upto { self.reader.page(walk.after, PAGE).await? } else { Vec::new() };
        let place = walk.place();
        let nothing = || {
            let run = Run { lane: walk.lane.clone(), from: place.position, to: place.position };
            Delivery { runs: vec![run], ..Delivery::default() }
        };
        let mut delivery = match page.is_empty() {
            true => nothing(),
            false => walk.deliver(page).unwrap_or_default(),
        };
        if walk.after >= *upto {
            delivery.begins = std::mem::take(new);
            self.stage = Stage::Following;
        }
        Ok(Some(delivery))
    }
}

/// What was read, as one delivery: the events of all lanes by their positions, which are the log's.
fn delivery(records: Vec<Arrival>) -> Delivery {
    let mut delivery = Delivery::default();
    let mut runs = BTreeMap::<Arc<str>, Run>::new();
    let mut events: Vec<(Recorded, Arc<str>, Position)> = Vec::with_capacity(records.len());
    for Arrival { lane, from, to, read } in records {
        runs.entry(lane.clone()).or_insert_with(|| Run { lane: lane.clone(), from, to }).to = to;
        match read {
            Ok(event) => events.push((event, lane, to)),
            Err((reason, value)) => delivery.foreign.push(foreign(&lane, to, reason, value)),
        }
    }
    // Stable: what comes twice keeps its order.
    events.sort_by_key(|(event, ..)| event.position);
    delivery.runs = runs.into_values().collect();
    for (event, lane, position) in events {
        delivery.events.push(event);
        delivery.places.push(crate::Place { lane, position });
    }
    delivery
}

/// A record that is no event, as something that can be kept aside: its number is negative, unlike any position of a log.
fn foreign(lane: &Arc<str>, to: Position, reason: String, value: Vec<u8>) -> Foreign {
    let stream = StreamId::of("foreign", &format!("{lane}/{to}"));
    let record = Recorded {
        context: "",
        position: Position(-to.0),
        stream,
        version: Version(1),
        name: FOREIGN.to_owned(),
        revision: 0,
        event_id: EventId(stream.0),
        command_id: CommandId(stream.0),
        occurred_at: Timestamp::UNIX_EPOCH,
        recorded_at: Timestamp::UNIX_EPOCH,
        meta: EventMeta::default(),
        payload: value,
        private: None,
    };
    Foreign { lane: lane.clone(), record, reason }
}
