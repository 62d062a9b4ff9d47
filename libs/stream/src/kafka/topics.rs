//! The topics as they should be: one per aggregate, made explicitly, never by writing to them.

use std::{collections::HashMap, time::Duration};

use rdkafka::{
    admin::{
        AdminClient, AdminOptions, AlterConfig, NewTopic, ResourceSpecifier, TopicReplication,
    },
    config::FromClientConfigAndContext,
    types::RDKafkaErrorCode,
};
use tokio::time::Instant;

use super::{Kafka, KafkaFault, Quiet, blocking};

/// How many partitions every topic has, for ever: consumers join topics by partition, and a key never moves.
pub const PARTITIONS: usize = 12;

/// How long a topic keeps its records: 30 days. The log keeps them for ever.
pub const RETENTION: Duration = Duration::from_secs(30 * 86_400);

/// How long the broker may take to make or change topics.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks whether a topic is known.
const LOOK: Duration = Duration::from_millis(20);

/// What is set on a topic: the name and the value of each setting.
#[must_use]
pub fn settings() -> [(&'static str, String); 3] {
    [
        ("cleanup.policy", "delete".to_owned()),
        ("retention.ms", RETENTION.as_millis().to_string()),
        ("message.timestamp.type", "CreateTime".to_owned()),
    ]
}

/// How a topic is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// As it should be.
    Right,
    /// Not there: it will be made.
    Missing,
    /// With other settings, each with what it should be: they will be changed.
    Settings(Vec<(&'static str, String)>),
    /// With another number of partitions, which cannot be mended without breaking the order of every key.
    Partitions(usize),
}

/// How each of the topics is found.
///
/// # Errors
/// When the broker does not answer.
pub async fn plan(kafka: &Kafka, topics: &[String]) -> Result<Vec<(String, Found)>, KafkaFault> {
    let admin = admin(kafka)?;
    let partitions = partitions(kafka).await?;
    let mut plan = Vec::with_capacity(topics.len());
    for topic in topics {
        let found = match partitions.get(topic).copied().unwrap_or_default() {
            0 => Found::Missing,
            PARTITIONS => different(&admin, topic).await?,
            other => Found::Partitions(other),
        };
        plan.push((topic.clone(), found));
    }
    Ok(plan)
}

/// Makes the topics that are missing and mends the settings of the others; gives how each was found.
///
/// # Errors
/// When the broker does not answer or refuses, or a topic has another number of partitions.
pub async fn apply(kafka: &Kafka, topics: &[String]) -> Result<Vec<(String, Found)>, KafkaFault> {
    let plan = plan(kafka, topics).await?;
    let admin = admin(kafka)?;
    let options =
        AdminOptions::new().operation_timeout(Some(PATIENCE)).request_timeout(Some(PATIENCE));
    for (topic, found) in &plan {
        match found {
            Found::Right => {}
            Found::Partitions(found) => {
                return Err(KafkaFault::Partitions { topic: topic.clone(), found: *found });
            }
            Found::Missing => {
                make(&admin, topic, &options).await?;
                known(kafka, topic).await?;
            }
            Found::Settings(_) => {
                let settings = settings();
                let resource = AlterConfig::new(ResourceSpecifier::Topic(topic));
                let altered =
                    settings.iter().fold(resource, |it, (name, value)| it.set(name, value));
                for answer in admin.alter_configs([&altered], &options).await? {
                    answer.map_err(|(_, code)| rdkafka::error::KafkaError::AdminOp(code))?;
                }
            }
        }
    }
    Ok(plan)
}

/// Says which of the topics is missing, if one is.
pub(crate) async fn check(kafka: &Kafka, topics: &[String]) -> Result<(), KafkaFault> {
    let partitions = partitions(kafka).await?;
    for topic in topics {
        match partitions.get(topic).copied().unwrap_or_default() {
            0 => return Err(KafkaFault::TopicMissing(topic.clone())),
            PARTITIONS => {}
            found => return Err(KafkaFault::Partitions { topic: topic.clone(), found }),
        }
    }
    Ok(())
}

async fn make(
    admin: &AdminClient<Quiet>,
    topic: &str,
    options: &AdminOptions,
) -> Result<(), KafkaFault> {
    let settings = settings();
    let partitions = i32::try_from(PARTITIONS).unwrap_or(i32::MAX);
    // As many copies as the broker makes by default.
    let new = NewTopic::new(topic, partitions, TopicReplication::Fixed(-1));
    let new = settings.iter().fold(new, |new, (name, value)| new.set(name, value));
    for answer in admin.create_topics([&new], options).await? {
        match answer {
            // Somebody else has just made it.
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((_, code)) => return Err(rdkafka::error::KafkaError::AdminOp(code).into()),
        }
    }
    Ok(())
}

/// Waits until the brokers, which hear of it one after the other, know a topic that was made.
async fn known(kafka: &Kafka, topic: &str) -> Result<(), KafkaFault> {
    let until = Instant::now() + super::PATIENCE;
    while partitions(kafka).await?.get(topic) != Some(&PARTITIONS) {
        if Instant::now() > until {
            return Err(KafkaFault::TopicMissing(topic.to_owned()));
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

async fn different(admin: &AdminClient<Quiet>, topic: &str) -> Result<Found, KafkaFault> {
    let options = AdminOptions::new().request_timeout(Some(PATIENCE));
    let described = admin.describe_configs([&ResourceSpecifier::Topic(topic)], &options).await?;
    let mut different = settings().to_vec();
    for resource in described {
        let resource = resource.map_err(rdkafka::error::KafkaError::AdminOp)?;
        different.retain(|(name, value)| {
            resource.get(name).and_then(|entry| entry.value.as_ref()) != Some(value)
        });
    }
    Ok(if different.is_empty() { Found::Right } else { Found::Settings(different) })
}

/// How many partitions each topic has that is there.
async fn partitions(kafka: &Kafka) -> Result<HashMap<String, usize>, KafkaFault> {
    let kafka = kafka.clone();
    blocking(move || {
        let admin = admin(&kafka)?;
        let metadata = admin.inner().fetch_metadata(None, super::PATIENCE);
        let metadata = metadata.map_err(|_| kafka.away())?;
        let topics = metadata.topics().iter();
        Ok(topics.map(|topic| (topic.name().to_owned(), topic.partitions().len())).collect())
    })
    .await
}

fn admin(kafka: &Kafka) -> Result<AdminClient<Quiet>, KafkaFault> {
    Ok(AdminClient::from_config_and_context(&kafka.config(), Quiet)?)
}
