//! A consumer on a thread of its own: joins the group, takes its partitions up where Postgres says, and hands over what
//! it reads.
//!
//! The group only divides the partitions among the runners. Where each is gone on with is looked up in Postgres when it
//! is assigned; a partition without a place there, or whose place the broker no longer has, is new, and begins at its
//! end once the log has been read up to there.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use eventlog::Recorded;
use kernel::Position;
use rdkafka::{
    ClientContext, Message as _, Offset, Statistics, TopicPartitionList,
    config::{FromClientConfigAndContext, RDKafkaLogLevel},
    consumer::{BaseConsumer, Consumer as _, ConsumerContext},
    error::KafkaError,
    message::BorrowedMessage,
    types::{RDKafkaErrorCode, RDKafkaRespErr},
};
use tokio::{runtime::Handle, sync::mpsc};

use super::{Kafka, KafkaFault, Quiet, record};
use crate::{BoxError, Checkpoint, Checkpoints};

/// How long the thread waits for records before it looks whether it is still wanted.
const WAIT: Duration = Duration::from_millis(100);
/// How long while something waits to be handed over.
const TURN: Duration = Duration::from_millis(1);
/// The most records that wait to be handed over; then no more are fetched.
const MOST: usize = 5_000;
/// How long a subscription may be at one delivery before its partitions are paused.
const LONG: Duration = Duration::from_secs(5);
/// How often it is looked whether the cluster is still the same.
const LOOK: Duration = Duration::from_secs(1);
/// How long nothing may come before it is checked that nothing is there.
const IDLE: Duration = Duration::from_secs(30);

/// What the thread says.
pub(super) enum News {
    /// The partitions that are this consumer's from now on.
    Assigned(Assignment),
    /// What was read, in the order of each partition.
    Records(Vec<Arrival>),
    /// It cannot go on.
    Failed(BoxError),
}

/// Partitions, by lane.
#[derive(Debug, Default)]
pub(super) struct Assignment {
    /// Those that are gone on with behind their stored places.
    pub known: Vec<Checkpoint>,
    /// Those that begin at their ends.
    pub new: Vec<Checkpoint>,
}

/// A record in its lane.
pub(super) struct Arrival {
    pub lane: Arc<str>,
    /// It lies between these two places.
    pub from: Position,
    pub to: Position,
    /// The event; or why it is none, and the record's value.
    pub read: Result<Recorded, (String, Vec<u8>)>,
}

/// What a consumer reads.
pub(super) struct Order {
    pub kafka: Kafka,
    pub context: &'static str,
    pub group: String,
    pub topics: Vec<String>,
    pub checkpoints: Checkpoints,
    pub gather: Duration,
}

/// A consumer at work; it ends when this is dropped.
pub(super) struct Consumer {
    pub news: mpsc::Receiver<News>,
    stop: Arc<AtomicBool>,
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// The name of a partition's lane: its places are offsets.
pub(super) fn lane(cluster: &str, topic: &str, partition: i32) -> String {
    format!("kafka/{cluster}/{topic}/{partition}")
}

impl Consumer {
    /// Begins to consume. Blocks while it asks for the cluster.
    pub fn begin(order: Order, runtime: Handle) -> Result<Self, KafkaFault> {
        let mut config = order.kafka.config();
        config
            .set("group.id", &order.group)
            .set("group.protocol", "classic")
            .set("partition.assignment.strategy", "range")
            .set("session.timeout.ms", "6000")
            .set("heartbeat.interval.ms", "1500")
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "error")
            .set("fetch.error.backoff.ms", "100")
            // What lies ready beside what is applied: enough to keep busy, little to hold.
            .set("queued.min.messages", "1000")
            .set("queued.max.messages.kbytes", "4096")
            .set("fetch.max.bytes", "2097152")
            .set("fetch.message.max.bytes", "524288");
        if !order.gather.is_zero() {
            // The broker waits, not we: fewer and larger answers.
            let gather = order.gather.as_millis().to_string();
            config.set("fetch.min.bytes", "65536").set("fetch.wait.max.ms", gather);
        }
        let rebalancing = Rebalancing {
            cluster: Mutex::default(),
            checkpoints: order.checkpoints.clone(),
            runtime,
            changed: Mutex::default(),
        };
        let consumer = BaseConsumer::from_config_and_context(&config, rebalancing)?;
        let cluster = super::cluster_id(&order.kafka, consumer.client())?;
        locked(&consumer.context().cluster).clone_from(&cluster);
        let topics: Vec<_> = order.topics.iter().map(String::as_str).collect();
        consumer.subscribe(&topics)?;
        // One delivery is being applied, one waits, and the next is gathered.
        let (sender, news) = mpsc::channel(1);
        let stop = Arc::new(AtomicBool::new(false));
        let reading = Reading {
            consumer,
            context: order.context,
            gather: order.gather,
            sender,
            stop: stop.clone(),
            assigned: None,
            lanes: Vec::new(),
            pending: Vec::new(),
            due: Instant::now(),
            full_since: None,
            paused: false,
            looked: Instant::now(),
            last: Instant::now(),
            missed: false,
        };
        std::thread::Builder::new()
            .name(order.group)
            .spawn(move || reading.run())
            .map_err(|_| KafkaError::Canceled)?;
        Ok(Self { news, stop })
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One partition of the assignment.
struct Lane {
    topic: String,
    partition: i32,
    name: Arc<str>,
    /// The offset that comes next.
    next: i64,
}

/// What the callback has found for the partitions.
#[derive(Default)]
struct Change {
    lanes: Vec<Lane>,
    assignment: Assignment,
}

/// Looks places up when partitions are assigned.
struct Rebalancing {
    cluster: Mutex<String>,
    checkpoints: Checkpoints,
    runtime: Handle,
    changed: Mutex<Option<Result<Change, BoxError>>>,
}

impl ClientContext for Rebalancing {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        Quiet.log(level, facility, message);
    }
    fn stats(&self, _: Statistics) {}
    fn error(&self, error: KafkaError, reason: &str) {
        Quiet.error(error, reason);
    }
}

impl ConsumerContext for Rebalancing {
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        event: RDKafkaRespErr,
        partitions: &mut TopicPartitionList,
    ) {
        let assigned = event == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
        let change =
            if assigned { self.assign(consumer, partitions) } else { Ok(Change::default()) };
        if !assigned || change.is_err() {
            let _ = consumer.unassign();
        }
        *locked(&self.changed) = Some(change);
    }
}

impl Rebalancing {
    /// The cluster that the lanes are named after: after a connection was lost another can answer there.
    fn same_cluster(&self, consumer: &BaseConsumer<Self>) -> Result<String, BoxError> {
        let cluster = locked(&self.cluster).clone();
        match consumer.client().fetch_cluster_id(super::PATIENCE) {
            Some(found) if found != cluster => {
                Err(format!("the cluster {cluster} has become {found}").into())
            }
            _ => Ok(cluster),
        }
    }

    fn assign(
        &self,
        consumer: &BaseConsumer<Self>,
        partitions: &TopicPartitionList,
    ) -> Result<Change, BoxError> {
        let stored = self.runtime.block_on(self.checkpoints.stored())?;
        let stored: HashMap<_, _> = stored.into_iter().map(|it| (it.lane, it.position.0)).collect();
        let cluster = self.same_cluster(consumer)?;
        let mut change = Change::default();
        let mut begin = TopicPartitionList::new();
        for element in partitions.elements() {
            let (topic, partition) = (element.topic(), element.partition());
            let (low, high) = consumer.fetch_watermarks(topic, partition, super::PATIENCE)?;
            let name = lane(&cluster, topic, partition);
            let known = stored.get(&name).copied().filter(|place| (low..=high).contains(place));
            let next = known.unwrap_or(high);
            begin.add_partition_offset(topic, partition, Offset::Offset(next))?;
            let checkpoint = Checkpoint { lane: name.clone(), position: Position(next) };
            let of = if known.is_some() {
                &mut change.assignment.known
            } else {
                &mut change.assignment.new
            };
            of.push(checkpoint);
            let (topic, name) = (topic.to_owned(), name.into());
            change.lanes.push(Lane { topic, partition, name, next });
        }
        consumer.assign(&begin)?;
        Ok(change)
    }
}

/// The thread's work.
struct Reading {
    consumer: BaseConsumer<Rebalancing>,
    context: &'static str,
    gather: Duration,
    sender: mpsc::Sender<News>,
    stop: Arc<AtomicBool>,
    /// An assignment that has not been handed over.
    assigned: Option<Assignment>,
    lanes: Vec<Lane>,
    /// Records that have not been handed over.
    pending: Vec<Arrival>,
    /// Not before this are they.
    due: Instant,
    /// Since when no more can be taken.
    full_since: Option<Instant>,
    paused: bool,
    /// When the cluster was last looked at.
    looked: Instant,
    /// When something last came.
    last: Instant,
    /// Something lay there when last looked, though nothing came.
    missed: bool,
}

impl Reading {
    fn run(mut self) {
        while !self.stop.load(Ordering::Relaxed) && !self.sender.is_closed() {
            if let Err(failure) = self.turn() {
                let _ = self.sender.blocking_send(News::Failed(failure));
                return;
            }
        }
    }

    /// Takes what comes, and hands over what can be.
    fn turn(&mut self) -> Result<(), BoxError> {
        let idle = self.pending.is_empty() && self.assigned.is_none();
        let mut wait = if idle { WAIT } else { TURN };
        while self.pending.len() < MOST {
            let Some(polled) = self.consumer.poll(wait) else { break };
            match polled {
                Ok(message) => {
                    // A rebalance can have come before it.
                    if let Some(change) = locked(&self.consumer.context().changed).take() {
                        (self.assigned, self.lanes) = changed(change?);
                        self.pending.clear();
                    }
                    if let Some(arrival) = arrival(self.context, &mut self.lanes, &message) {
                        if self.pending.is_empty() {
                            self.due = Instant::now() + self.gather;
                        }
                        self.pending.push(arrival);
                    }
                    wait = Duration::ZERO;
                }
                Err(error) if passes(&error) => tracing::debug!(%error, "kafka consumer"),
                Err(error) => return Err(error.into()),
            }
        }
        let change = locked(&self.consumer.context().changed).take();
        if let Some(change) = change {
            (self.assigned, self.lanes) = changed(change?);
            self.pending.clear();
        }
        if self.looked.elapsed() >= LOOK {
            self.looked = Instant::now();
            self.consumer.context().same_cluster(&self.consumer)?;
        }
        if !self.pending.is_empty() {
            self.last = Instant::now();
        }
        self.hand_over()?;
        if self.last.elapsed() >= IDLE && !self.paused {
            self.check_nothing_is_missed()?;
        }
        Ok(())
    }

    fn hand_over(&mut self) -> Result<(), BoxError> {
        if let Some(assigned) = self.assigned.take() {
            match self.sender.try_send(News::Assigned(assigned)) {
                Err(mpsc::error::TrySendError::Full(News::Assigned(assigned))) => {
                    self.assigned = Some(assigned);
                }
                _ => self.last = Instant::now(),
            }
            return Ok(());
        }
        if !self.pending.is_empty() && Instant::now() >= self.due {
            let records = News::Records(std::mem::take(&mut self.pending));
            if let Err(mpsc::error::TrySendError::Full(News::Records(records))) =
                self.sender.try_send(records)
            {
                self.pending = records;
            }
        }
        self.hold_back()
    }

    /// Takes no more while as much waits as may. A pause throws away what the client has fetched, so that is only for when
    /// it lasts: who does not ask for records for long is taken out of the group.
    fn hold_back(&mut self) -> Result<(), BoxError> {
        if self.pending.len() < MOST {
            self.full_since = None;
            if self.paused {
                self.consumer.resume(&self.consumer.assignment()?)?;
                self.paused = false;
            }
            return Ok(());
        }
        let since = *self.full_since.get_or_insert_with(Instant::now);
        if self.paused {
            // Nothing more comes than was on its way, but the group is heard.
            if let Some(Ok(message)) = self.consumer.poll(WAIT) {
                self.pending.extend(arrival(self.context, &mut self.lanes, &message));
            }
        } else if since.elapsed() >= LONG {
            self.consumer.pause(&self.consumer.assignment()?)?;
            self.paused = true;
        } else {
            std::thread::sleep(TURN);
        }
        Ok(())
    }

    /// Nothing has come for a while: there must be nothing, else this consumer has gone deaf and another is made.
    fn check_nothing_is_missed(&mut self) -> Result<(), BoxError> {
        self.last = Instant::now();
        let mut missed = false;
        for lane in &self.lanes {
            // A broker that is away is no sign of deafness.
            let ends = self.consumer.fetch_watermarks(&lane.topic, lane.partition, super::PATIENCE);
            let Ok((_, high)) = ends else {
                return Ok(());
            };
            missed |= high > lane.next;
        }
        if missed && self.missed {
            return Err("the consumer has stopped to hear of what is there".into());
        }
        self.missed = missed;
        Ok(())
    }
}

fn changed(change: Change) -> (Option<Assignment>, Vec<Lane>) {
    (Some(change.assignment), change.lanes)
}

/// Whether a consumer goes on by itself after an error.
fn passes(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(
            RDKafkaErrorCode::AllBrokersDown
                | RDKafkaErrorCode::BrokerTransportFailure
                | RDKafkaErrorCode::OperationTimedOut
                | RDKafkaErrorCode::NotLeaderForPartition
                | RDKafkaErrorCode::LeaderNotAvailable
                | RDKafkaErrorCode::CoordinatorNotAvailable
                | RDKafkaErrorCode::NotCoordinator
                | RDKafkaErrorCode::CoordinatorLoadInProgress
                | RDKafkaErrorCode::Resolve
        )
    )
}

/// A record in its lane; `None` when the partition is no longer ours or the record has come before.
fn arrival(
    context: &'static str,
    lanes: &mut [Lane],
    message: &BorrowedMessage<'_>,
) -> Option<Arrival> {
    let ours =
        |lane: &&mut Lane| lane.partition == message.partition() && lane.topic == message.topic();
    let lane = lanes.iter_mut().find(ours)?;
    if message.offset() < lane.next {
        return None;
    }
    let from = Position(lane.next);
    lane.next = message.offset() + 1;
    let read = record::read(context, message).map_err(|foreign| {
        let value = message.payload().unwrap_or_default().to_vec();
        (kernel::chain(&foreign), value)
    });
    Some(Arrival { lane: lane.name.clone(), from, to: Position(lane.next), read })
}
