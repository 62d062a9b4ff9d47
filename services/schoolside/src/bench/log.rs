//! A log for measurements, in a schema of its own that is dropped in the end.

use std::sync::Arc;

use chassis::clock::SystemClock;
use eventlog::{Append, EventMeta, Log, NewEvent};
use futures::future::try_join_all;
use kernel::{Clock, CommandId, StreamId, Version};
use sqlx::PgPool;
use stream::kafka::{
    Kafka,
    relay::{self, Relay},
    topics,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::failure::Failure;

pub(super) const CONTEXT: &str = "bench";
pub(super) const AGGREGATE: &str = "thing";
/// What an event's message has in bytes.
const PAYLOAD: usize = 300;
/// How many events a command adds.
const EVENTS: usize = 5;
/// How many commands wait at once.
const CALLERS: usize = 256;

/// A log, and the broker that it is published to.
pub(super) struct BenchLog {
    pub pool: PgPool,
    pub log: Log,
    pub kafka: Kafka,
}

impl BenchLog {
    pub async fn open(pool: PgPool, kafka: Kafka) -> Result<Self, Failure> {
        drop_schema(&pool).await?;
        eventlog::install(&pool, CONTEXT).await.map_err(Failure::unavailable)?;
        stream::install(&pool, CONTEXT).await.map_err(Failure::unavailable)?;
        let log = Log::open(pool.clone(), CONTEXT, Arc::new(SystemClock)).await;
        let log = log.map_err(Failure::unavailable)?;
        let topic = kafka.topic(CONTEXT, AGGREGATE);
        topics::apply(&kafka, &[topic]).await.map_err(Failure::unavailable)?;
        Ok(Self { pool, log, kafka })
    }

    /// Appends as many events as fast as the log takes them.
    pub async fn fill(&self, events: usize) -> Result<(), Failure> {
        for first in (0..events.div_ceil(EVENTS)).step_by(CALLERS) {
            let last = events.div_ceil(EVENTS).min(first + CALLERS);
            let appends = (first..last).map(|_| self.log.append(append(EVENTS)));
            try_join_all(appends).await.map_err(Failure::unavailable)?;
        }
        Ok(())
    }

    /// A relay at work, until the token is cancelled.
    pub fn relay(&self) -> (tokio::task::JoinHandle<()>, CancellationToken) {
        let relay = Relay {
            kafka: self.kafka.clone(),
            reader: self.log.reader(),
            pool: self.pool.clone(),
            aggregates: vec![AGGREGATE],
            makes_topics: false,
        };
        let shutdown = CancellationToken::new();
        #[expect(clippy::disallowed_methods, reason = "it is awaited by whoever measures")]
        let task = tokio::spawn(relay.run(shutdown.clone()));
        (task, shutdown)
    }

    pub async fn status(&self) -> Result<relay::Status, Failure> {
        relay::status(&self.pool, CONTEXT).await.map_err(Failure::unavailable)
    }

    pub async fn drop(self) -> Result<(), Failure> {
        self.log.close().await;
        drop_schema(&self.pool).await
    }
}

async fn drop_schema(pool: &PgPool) -> Result<(), Failure> {
    let sql = "set client_min_messages = warning; drop schema if exists bench cascade";
    sqlx::raw_sql(sql).execute(pool).await.map(drop).map_err(Failure::unavailable)
}

/// An append to a new stream.
#[expect(clippy::disallowed_methods, reason = "a stream that nobody else writes to")]
pub(super) fn append(events: usize) -> Append {
    let now = SystemClock.now();
    let event = || NewEvent {
        name: format!("{AGGREGATE}.happened"),
        revision: 1,
        occurred_at: now,
        payload: vec![7; PAYLOAD],
        private: None,
    };
    Append {
        command_id: CommandId(Uuid::new_v4()),
        stream: StreamId(Uuid::new_v4()),
        kind: AGGREGATE,
        expected: Version(0),
        request_hash: [0; 32],
        events: (0..events).map(|_| event()).collect(),
        meta: EventMeta { actor: "system/bench".to_owned(), ..EventMeta::default() },
        recorded_at: now,
        erase_private: false,
    }
}
