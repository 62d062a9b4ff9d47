//! Every topic that the services publish: the one list from which topics are made and documents are written.

use chassis::service::TopicDescription;
use stream::kafka::Kafka;

/// Every topic, with the context that publishes it.
pub fn topics() -> impl Iterator<Item = (&'static str, &'static TopicDescription)> {
    let contexts = [
        ("directory", directory::TOPICS),
        ("requests", requests::TOPICS),
        ("routing", routing::TOPICS),
        ("sla", sla::TOPICS),
        ("surveys", surveys::TOPICS),
    ];
    contexts
        .into_iter()
        .flat_map(|(context, topics)| topics.iter().map(move |topic| (context, topic)))
}

/// The names of all topics on a broker.
pub fn names(kafka: &Kafka) -> Vec<String> {
    topics().map(|(context, topic)| kafka.topic(context, topic.aggregate)).collect()
}
