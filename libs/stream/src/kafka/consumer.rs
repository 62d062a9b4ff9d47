//! A consumer on a thread of its own: joins the group, takes its partitions up where Postgres says, and hands over what
//! it reads. The group only divides the partitions among the runners.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use eventlog::Recorded;
use kernel::Position;
use rdkafka::{
    Message as _,
    config::FromClientConfigAndContext,
    consumer::{BaseConsumer, Consumer as _},
    error::KafkaError,
    message::BorrowedMessage,
    types::RDKafkaErrorCode,
};
use tokio::{runtime::Handle, sync::mpsc};

use super::{
    Kafka, KafkaFault,
    rebalancing::{Assignment, Change, Lane, Rebalancing},
    record,
};
use crate::{BoxError, Checkpoints};

/// How long the thread waits for records before it looks whether it is still wanted.
const WAIT: Duration = Duration::from_millis(100);
/// How long while something waits to be handed over, or for more to go with it.
const TURN: Duration = Duration::from_millis(5);
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
        let rebalancing = Rebalancing::new(order.checkpoints.clone(), runtime);
        let consumer = BaseConsumer::from_config_and_context(&config, rebalancing)?;
        let cluster = super::cluster_id(&order.kafka, consumer.client())?;
        consumer.context().name_cluster(cluster);
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
            held: Held::default(),
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

/// The thread's work.
struct Reading {
    consumer: BaseConsumer<Rebalancing>,
    context: &'static str,
    gather: Duration,
    sender: mpsc::Sender<News>,
    stop: Arc<AtomicBool>,
    held: Held,
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

/// What the thread has in its hands.
#[derive(Default)]
struct Held {
    /// An assignment that has not been handed over.
    assigned: Option<Assignment>,
    lanes: Vec<Lane>,
    /// Records that have not been handed over.
    pending: Vec<Arrival>,
}

impl Held {
    /// Goes over to another assignment, if there is one: what was read under the last belongs to others now.
    fn take_over(&mut self, rebalancing: &Rebalancing) -> Result<(), BoxError> {
        if let Some(change) = rebalancing.take_change() {
            let Change { lanes, assignment } = change?;
            *self = Self { assigned: Some(assignment), lanes, pending: Vec::new() };
        }
        Ok(())
    }
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
        let idle = self.held.pending.is_empty() && self.held.assigned.is_none();
        let mut wait = if idle { WAIT } else { TURN };
        while self.held.pending.len() < MOST && self.poll(wait)? {
            wait = Duration::ZERO;
        }
        self.held.take_over(self.consumer.context())?;
        if self.looked.elapsed() >= LOOK {
            self.looked = Instant::now();
            self.consumer.context().same_cluster(&self.consumer)?;
        }
        if !self.held.pending.is_empty() {
            self.last = Instant::now();
        }
        self.hand_over()?;
        if self.last.elapsed() >= IDLE && !self.paused {
            self.check_nothing_is_missed()?;
        }
        Ok(())
    }

    /// Takes what the client has; false when nothing came.
    fn poll(&mut self, wait: Duration) -> Result<bool, BoxError> {
        let message = match self.consumer.poll(wait) {
            None => return Ok(false),
            Some(Ok(message)) => message,
            Some(Err(error)) if passes(&error) => {
                tracing::debug!(%error, "kafka consumer");
                return Ok(true);
            }
            Some(Err(error)) => return Err(error.into()),
        };
        // A rebalance can have come before it.
        self.held.take_over(self.consumer.context())?;
        if let Some(arrival) = arrival(self.context, &mut self.held.lanes, &message) {
            if self.held.pending.is_empty() {
                self.due = Instant::now() + self.gather;
            }
            self.held.pending.push(arrival);
        }
        Ok(true)
    }

    fn hand_over(&mut self) -> Result<(), BoxError> {
        if let Some(assigned) = self.held.assigned.take() {
            match self.sender.try_send(News::Assigned(assigned)) {
                Err(mpsc::error::TrySendError::Full(News::Assigned(assigned))) => {
                    self.held.assigned = Some(assigned);
                }
                _ => self.last = Instant::now(),
            }
            return Ok(());
        }
        if !self.held.pending.is_empty() && Instant::now() >= self.due {
            let records = News::Records(std::mem::take(&mut self.held.pending));
            if let Err(mpsc::error::TrySendError::Full(News::Records(records))) =
                self.sender.try_send(records)
            {
                self.held.pending = records;
            }
        }
        self.hold_back()
    }

    /// Takes no more while as much waits as may. A pause throws away what the client has fetched, so that is only for when
    /// it lasts: who does not ask for records for long is taken out of the group.
    fn hold_back(&mut self) -> Result<(), BoxError> {
        if self.held.pending.len() < MOST {
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
            self.poll(WAIT)?;
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
        for lane in &self.held.lanes {
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
