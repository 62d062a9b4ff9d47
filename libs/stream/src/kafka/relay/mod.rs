//! The relay: publishes a context's log to its topics, in order, at least once.
//!
//! One relay per log is at work, under a lease; others wait for it. Two rules make it harmless when two overlap all the
//! same, as after a long pause: the cursor moves only over a contiguous prefix of acknowledged records, by
//! compare-and-set; and after any failure the producer is dropped and everything begins again at the cursor. What is
//! sent twice comes in the same order, so that the first occurrences of a key are in order.
//!
//! Order is more than progress: what cannot be sent stops the relay, which says so ([`Status::trouble`]), until the cause
//! is mended or an operator leaves that event out ([`skip`]). A broker that is away stops it as well; commands go on. A
//! cluster that is not the one the cursor is about holds nothing of what was sent, so the relay stops until an operator
//! says from where to publish again ([`republish`]).

mod row;
mod send;
mod status;

use std::{collections::HashMap, time::Duration};

use eventlog::{LogReader, Recorded};
use futures::{FutureExt, future::BoxFuture};
use rdkafka::{config::FromClientConfigAndContext, producer::Producer};
use sqlx::PgPool;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub use self::status::{Status, republish, skip, status};
use self::{
    row::{Lease, Row},
    send::{Outcome, Sender},
};
use super::{Kafka, KafkaFault, Quiet, blocking, cluster_id, topics};
pub(crate) use row::Places;

/// The most events that are under way at once.
const PAGE: i64 = 5_000;
/// So many events at once mean that the log is busy: then more are waited for, because a broker and its consumers do better
/// with few large batches; a quiet log is published at once.
const BUSY: usize = 32;
/// How long is waited for more.
const GATHER: Duration = Duration::from_millis(20);
/// How often a lease is renewed, well before it ends.
const RENEWAL: Duration = Duration::from_secs(1);
/// How long a relay that may not or cannot go on waits before it looks again.
const PAUSE: Duration = Duration::from_millis(500);

/// What a relay publishes, and where.
pub struct Relay {
    /// The broker.
    pub kafka: Kafka,
    /// The log.
    pub reader: LogReader,
    /// The database with the log and the relay's row.
    pub pool: PgPool,
    /// The aggregates of the log, of which each has its topic.
    pub aggregates: Vec<&'static str>,
    /// Whether it makes topics that are missing.
    pub makes_topics: bool,
}

/// Why a relay does not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error(transparent)]
    Kafka(#[from] KafkaFault),
    #[error("the event at position {position}, {name}, cannot be sent: {why}")]
    Unsendable { position: i64, name: String, why: String },
    #[error(
        "events go to the cluster {found}, but everything up to position {position} was published to {known}: if it was \
         replaced, or the namespace changed, say from where to publish again with `schoolside relay republish`"
    )]
    Replaced { known: String, found: String, position: i64 },
    #[error("the log cannot be read")]
    Read(#[from] eventlog::ReadError),
    #[error("the relay's row cannot be read or written")]
    Row(#[from] sqlx::Error),
}

/// Why a session ended without trouble.
enum Ended {
    Shutdown,
    /// Another relay holds the lease, or an operator has moved the cursor.
    Taken,
}

impl Relay {
    /// Publishes until `shutdown`.
    #[must_use]
    pub fn run(self, shutdown: CancellationToken) -> BoxFuture<'static, ()> {
        self.keep_on(shutdown).boxed()
    }

    async fn keep_on(self, shutdown: CancellationToken) {
        let context = self.reader.context();
        let row = Row::new(self.pool.clone(), context);
        let mut said = String::new();
        loop {
            match self.session(&row, &shutdown).await {
                Ok(Ended::Shutdown) => return,
                Ok(Ended::Taken) => {}
                Err(trouble) => {
                    let trouble = kernel::chain(&trouble);
                    if trouble != said {
                        tracing::error!(log = context, trouble, "the relay does not go on");
                        said.clone_from(&trouble);
                    }
                    // Without the database nobody can be told but by the log.
                    let _ = row.trouble(&trouble).await;
                }
            }
            if shutdown.run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_none() {
                return;
            }
        }
    }

    /// From taking the lease until something ends it.
    async fn session(&self, row: &Row, shutdown: &CancellationToken) -> Result<Ended, Trouble> {
        let Some(lease) = row.acquire().await? else { return Ok(Ended::Taken) };
        let outcome = self.publish(row, lease, shutdown).await;
        // So that another can begin at once.
        let _ = row.release(lease.epoch).await;
        outcome
    }

    async fn publish(
        &self,
        row: &Row,
        lease: Lease,
        shutdown: &CancellationToken,
    ) -> Result<Ended, Trouble> {
        let names = self.topics();
        let all: Vec<_> = names.values().cloned().collect();
        if self.makes_topics {
            topics::apply(&self.kafka, &all).await?;
        } else {
            topics::check(&self.kafka, &all).await?;
        }
        let sender = self.sender(row, lease, names).await?;
        // A client connects again to whatever answers there.
        tokio::select! {
            ended = self.pump(row, lease, &sender, shutdown) => ended,
            trouble = self.watch(row, lease, &sender.producer) => Err(trouble),
        }
    }

    /// Returns when the cluster is no longer the one that the cursor is about, or no longer there.
    async fn watch(&self, row: &Row, lease: Lease, client: &send::Client) -> Trouble {
        loop {
            tokio::time::sleep(RENEWAL).await;
            if let Err(trouble) = self.look(row, lease, client).await {
                return trouble;
            }
        }
    }

    /// Publishes page by page.
    async fn pump(
        &self,
        row: &Row,
        lease: Lease,
        sender: &Sender,
        shutdown: &CancellationToken,
    ) -> Result<Ended, Trouble> {
        let mut cursor = lease.position;
        let mut renewed = Instant::now();
        let full = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let mut page = self.reader.page(cursor, PAGE).await?;
        loop {
            if shutdown.is_cancelled() {
                return Ok(Ended::Shutdown);
            }
            if page.is_empty() {
                if renewed.elapsed() >= RENEWAL {
                    renewed = Instant::now();
                    if !row.renew(lease.epoch).await? {
                        return Ok(Ended::Taken);
                    }
                }
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    () = self.reader.wait_past(cursor) => {}
                }
                page = self.reader.page(cursor, PAGE).await?;
                continue;
            }
            let length = page.len();
            let (outcome, next) = tokio::join!(sender.send(&page), self.after(&page));
            let Outcome { acknowledged, places, failed } = outcome;
            if let Some(last) = acknowledged {
                if !row.advance(lease.epoch, cursor, last, &places).await? {
                    return Ok(Ended::Taken);
                }
                (cursor, renewed) = (last, Instant::now());
            }
            // Second rule: whatever was behind it goes with the producer.
            failed.map_or(Ok(()), Err)?;
            page = next?;
            if (BUSY..full).contains(&length) {
                tokio::time::sleep(GATHER).await;
            }
        }
    }

    /// What follows on a page that was full; none when it was not, to be read when there is more.
    async fn after(&self, page: &[Recorded]) -> Result<Vec<Recorded>, Trouble> {
        match page {
            [.., last] if i64::try_from(page.len()).is_ok_and(|length| length == PAGE) => {
                Ok(self.reader.page(last.position, PAGE).await?)
            }
            _ => Ok(Vec::new()),
        }
    }

    /// A producer to the cluster that the cursor is about.
    async fn sender(
        &self,
        row: &Row,
        lease: Lease,
        topics: HashMap<&'static str, String>,
    ) -> Result<Sender, Trouble> {
        let mut config = self.kafka.config();
        config
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("partitioner", "murmur2_random")
            .set("message.timeout.ms", "30000")
            // Long enough for what is handed over together to be sent together.
            .set("linger.ms", "2")
            .set("compression.type", "lz4");
        let producer: send::Client =
            FromClientConfigAndContext::from_config_and_context(&config, Quiet)
                .map_err(KafkaFault::from)?;
        self.look(row, lease, &producer).await?;
        Ok(Sender { producer, topics, skipped: row.skipped().await? })
    }

    /// Looks whether it is still the cluster that the cursor is about.
    async fn look(&self, row: &Row, lease: Lease, client: &send::Client) -> Result<(), Trouble> {
        let (kafka, client) = (self.kafka.clone(), client.clone());
        let found = blocking(move || Ok(kafka.home(&cluster_id(&kafka, client.client())?))).await?;
        match row.cluster(lease.epoch, &found).await? {
            Some((known, position)) if known != found => {
                Err(Trouble::Replaced { known, found, position })
            }
            _ => Ok(()),
        }
    }

    fn topics(&self) -> HashMap<&'static str, String> {
        let context = self.reader.context();
        let named = |aggregate: &&'static str| (*aggregate, self.kafka.topic(context, aggregate));
        self.aggregates.iter().map(named).collect()
    }
}
