//! Kafka: the topics, the relay that publishes a log to them, and the bus that reads them.
//!
//! The log is the truth. The [`relay`] publishes it in order, at least once; [`KafkaBus`] gives it to subscriptions,
//! whose places lie in Postgres, so that what the broker remembers of them is of no importance.

mod bus;
mod consumer;
mod rebalancing;
pub mod record;
pub mod relay;
pub mod topics;

use std::{sync::Arc, time::Duration};

use rdkafka::{
    ClientConfig, ClientContext, Statistics, client::Client, config::RDKafkaLogLevel,
    error::KafkaError,
};

pub use bus::KafkaBus;

/// How long the broker may take to answer a question.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where Kafka is. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Kafka {
    bootstrap: Arc<str>,
    /// What the names of topics and groups begin with; empty when the cluster is ours alone.
    namespace: Arc<str>,
}

/// An address that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the address of a broker: HOST:PORT, several with commas between")]
pub struct BadAddress(String);

impl std::str::FromStr for Kafka {
    type Err = BadAddress;
    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let address = |address: &str| {
            let (host, port) = address.trim().rsplit_once(':')?;
            (!host.is_empty() && !host.contains([' ', '/']) && port.parse::<u16>().ok()? > 0)
                .then_some(())
        };
        match text.split(',').all(|one| address(one).is_some()) {
            true => Ok(Self { bootstrap: text.into(), namespace: "".into() }),
            false => Err(BadAddress(text.to_owned())),
        }
    }
}

impl Kafka {
    /// The address, as it was given.
    #[must_use]
    pub fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// With names that begin with `namespace` and a point, so that several districts can share a cluster.
    #[must_use]
    pub fn in_namespace(self, namespace: &str) -> Self {
        Self { namespace: format!("{namespace}.").into(), ..self }
    }

    /// The topic of an aggregate.
    #[must_use]
    pub fn topic(&self, context: &str, aggregate: &str) -> String {
        format!("{}{}", self.namespace, wire::topic::topic(context, aggregate))
    }

    /// Where its topics are: the cluster, and the namespace in it.
    fn home(&self, cluster: &str) -> String {
        match self.namespace.strip_suffix('.') {
            Some(namespace) => format!("{cluster}/{namespace}"),
            None => cluster.to_owned(),
        }
    }

    /// What every client of it is set to.
    fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &*self.bootstrap)
            .set("client.id", "schoolside")
            .set("allow.auto.create.topics", "false")
            .set("reconnect.backoff.ms", "50")
            .set("reconnect.backoff.max.ms", "1000")
            .set("socket.nagle.disable", "true")
            .set_log_level(RDKafkaLogLevel::Warning);
        config
    }

    /// Says that the broker does not answer.
    fn away(&self) -> KafkaFault {
        KafkaFault::Away(self.bootstrap.to_string())
    }
}

/// Why something could not be done with Kafka.
#[derive(Debug, thiserror::Error)]
pub enum KafkaFault {
    /// No broker answers.
    #[error("no broker answers at {0}")]
    Away(String),
    /// A topic is not there.
    #[error("the topic {0} is missing: make it with `schoolside topics apply`")]
    TopicMissing(String),
    /// A topic has another number of partitions than events are spread over.
    #[error("the topic {topic} has {found} partitions, not {}", topics::PARTITIONS)]
    Partitions {
        /// The topic.
        topic: String,
        /// How many it has.
        found: usize,
    },
    /// The client or the broker refuses.
    #[error(transparent)]
    Client(#[from] KafkaError),
}

/// What the client's library says goes to our log, quietly: what matters is said again where it matters.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Quiet;

impl ClientContext for Quiet {
    fn log(&self, _: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(facility, message, "kafka client");
    }
    fn stats(&self, _: Statistics) {}
    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "kafka client");
    }
}

/// The cluster of a [home](Kafka::home).
fn cluster_of(home: &str) -> &str {
    home.split('/').next().unwrap_or_default()
}

/// The id of the cluster behind a client. Blocks.
fn cluster_id<C: ClientContext>(kafka: &Kafka, client: &Client<C>) -> Result<String, KafkaFault> {
    let asked = client.fetch_metadata(Some("schoolside.none"), PATIENCE);
    asked.map_err(|_| kafka.away())?;
    client.fetch_cluster_id(PATIENCE).filter(|id| !id.is_empty()).ok_or_else(|| kafka.away())
}

/// Runs what blocks beside the runtime.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, KafkaFault> + Send + 'static,
) -> Result<T, KafkaFault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(KafkaFault::Client(KafkaError::Canceled)),
        },
    }
}
