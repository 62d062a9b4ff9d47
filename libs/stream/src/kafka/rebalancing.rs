//! Where the partitions that the group gives to a consumer are gone on with: that stands in Postgres, and is looked up when
//! they are assigned. A partition without a place there, or whose place the broker no longer has, is new, and begins at its
//! end once the log has been read up to there.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use kernel::Position;
use rdkafka::{
    ClientContext, Offset, Statistics, TopicPartitionList,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, Consumer as _, ConsumerContext},
    error::KafkaError,
    types::RDKafkaRespErr,
};
use tokio::runtime::Handle;

use super::Quiet;
use crate::{BoxError, Checkpoint, Checkpoints};

/// Partitions, by lane.
#[derive(Debug, Default)]
pub(super) struct Assignment {
    /// Those that are gone on with behind their stored places.
    pub known: Vec<Checkpoint>,
    /// Those that begin at their ends.
    pub new: Vec<Checkpoint>,
}

/// The name of a partition's lane: its places are offsets.
pub(super) fn lane(cluster: &str, topic: &str, partition: i32) -> String {
    format!("kafka/{cluster}/{topic}/{partition}")
}

/// One partition of the assignment.
pub(super) struct Lane {
    pub topic: String,
    pub partition: i32,
    pub name: Arc<str>,
    /// The offset that comes next.
    pub next: i64,
}

/// What the callback has found for the partitions.
#[derive(Default)]
pub(super) struct Change {
    pub lanes: Vec<Lane>,
    pub assignment: Assignment,
}

/// Looks places up when partitions are assigned.
pub(super) struct Rebalancing {
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
    pub fn new(checkpoints: Checkpoints, runtime: Handle) -> Self {
        Self { cluster: Mutex::default(), checkpoints, runtime, changed: Mutex::default() }
    }

    /// The lanes are named after this cluster.
    pub fn name_cluster(&self, cluster: String) {
        *locked(&self.cluster) = cluster;
    }

    /// The assignment, if it has changed since this was asked last.
    pub fn take_change(&self) -> Option<Result<Change, BoxError>> {
        locked(&self.changed).take()
    }

    /// The cluster that the lanes are named after: after a connection was lost another can answer there.
    pub fn same_cluster(&self, consumer: &BaseConsumer<Self>) -> Result<String, BoxError> {
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

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
