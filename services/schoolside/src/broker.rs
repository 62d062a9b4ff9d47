//! Which Kafka a system publishes to, and whether its contexts follow one another there.

use chassis::server::Publishing;
use clap::{Args, ValueEnum};
use stream::kafka::Kafka;

use crate::failure::Failure;

/// Arguments about Kafka.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Kafka")]
pub struct KafkaArgs {
    /// Publish what happens to the topics of this broker; several addresses with commas between.
    #[arg(long, env = "SCHOOLSIDE_KAFKA", value_name = "HOST:PORT")]
    kafka: Option<Kafka>,
    /// How the services follow one another: at their logs in Postgres, or through Kafka [default: log for `up`, kafka for
    /// `serve --kafka`].
    #[arg(long, env = "SCHOOLSIDE_BUS", value_enum)]
    bus: Option<BusKind>,
    /// What the names of topics and groups begin with, so that several districts can share a cluster.
    #[arg(long, env = "SCHOOLSIDE_KAFKA_NAMESPACE", value_name = "NAME", value_parser = namespace)]
    kafka_namespace: Option<String>,
}

/// How services follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BusKind {
    /// At their logs, which lie in one Postgres.
    Log,
    /// Through Kafka.
    Kafka,
}

/// What a system uses Kafka for.
#[derive(Debug, Clone, Default)]
pub struct KafkaUse {
    /// Where its services follow one another, if not at their logs.
    pub bus: Option<Kafka>,
    /// Where its logs are published.
    pub publishing: Option<Publishing>,
}

impl KafkaArgs {
    /// What they mean where nobody says how services follow one another, but a broker is named.
    ///
    /// # Errors
    /// When services are to follow one another through a Kafka that is not named.
    pub fn used(&self, otherwise: BusKind, makes_topics: bool) -> Result<KafkaUse, Failure> {
        let Some(kafka) = self.broker() else {
            return match self.bus {
                Some(BusKind::Kafka) => Err(Failure::Usage(
                    "--bus kafka needs a broker: name one with --kafka HOST:PORT".to_owned(),
                )),
                Some(BusKind::Log) | None => Ok(KafkaUse::default()),
            };
        };
        let bus = match self.bus.unwrap_or(otherwise) {
            BusKind::Kafka => Some(kafka.clone()),
            BusKind::Log => None,
        };
        Ok(KafkaUse { bus, publishing: Some(Publishing { kafka, makes_topics }) })
    }

    /// The broker that is named.
    #[must_use]
    pub fn broker(&self) -> Option<Kafka> {
        let kafka = self.kafka.clone()?;
        Some(match &self.kafka_namespace {
            Some(namespace) => kafka.in_namespace(namespace),
            None => kafka,
        })
    }
}

/// What may stand in a topic's name, and short enough to leave room for the rest.
fn namespace(text: &str) -> Result<String, String> {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if (1..=50).contains(&text.len()) && text.bytes().all(fits) {
        Ok(text.to_owned())
    } else {
        Err("must be a word of at most 50 lower-case letters, digits and '-'".to_owned())
    }
}
